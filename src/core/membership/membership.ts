// Who is alive, as far as this member can tell: SWIM (Das, Gupta, Motivala 2002) with Lifeguard
// (Dadgar, Phillips, Currey 2018). Members probe each other in random turns, ask others to try when
// one does not answer, suspect before they convict, and pass rumours on with whatever they send.
//
//            ┌─ Prober: turns, probes, probes for others ─┐ onSilent
//   input ──►│                                            ▼
//            └─ Beliefs: ranks, suspicions, rumours ──► messages, belief changes
//
// It convicts nobody on account of time in which its own process did not run. Who is a member at
// all is told to it; `dead` is a belief, and changes nobody's vote.

import { assertNever } from '../model/assert.ts';
import { compareIds, type Incarnation, type MemberIncarnation, type NodeId } from '../model/ids.ts';
import type { Random } from '../model/random.ts';
import { Arrivals } from './arrivals.ts';
import { Beliefs } from './beliefs.ts';
import type {
  BeliefChange,
  BeliefView,
  MembershipEnvelope,
  MembershipInput,
  MembershipOptions,
  MembershipOutput,
} from './contract.ts';
import { LocalHealth } from './health.ts';
import { incarnationAtStart } from './incarnation.ts';
import type { Bare, MembershipMessage, Rumour } from './messages.ts';
import { Prober } from './prober.ts';
import { draw } from './rotation.ts';
import { defaultTiming, syncScale, type Timing } from './timing.ts';

export class Membership {
  readonly #timing: Timing;
  readonly #random: Random;
  readonly #health: LocalHealth;
  readonly #beliefs: Beliefs;
  readonly #prober: Prober;
  readonly #arrivals = new Map<NodeId, Arrivals>();
  #messages: MembershipEnvelope[] = [];
  #changes: BeliefChange[] = [];
  /** Ticks in which this process was awake. */
  #now = 0;
  #joined = false;
  #syncAt: number;
  #tryDeadAt: number;

  constructor(options: MembershipOptions) {
    const { timing = defaultTiming, self, random } = options;
    this.#timing = timing;
    this.#random = random;
    this.#health = new LocalHealth(timing.localHealthMax);
    this.#beliefs = new Beliefs({ ...options, timing, health: this.#health });
    this.#prober = new Prober({
      others: options.members.filter((node) => node !== self).sort(compareIds),
      timing,
      random: random.stream('probes'),
      health: this.#health,
      send: (to, message) => this.#send(to, message),
      alive: () => this.#beliefs.inState('alive'),
      onSilent: (target) => this.#beliefs.suspect(target, this.#now),
    });
    this.#syncAt = timing.probeTicks;
    this.#tryDeadAt = timing.deadProbeTicks;
  }

  /** How far this member doubts itself: 0 is health. */
  get localHealth(): number {
    return this.#health.score;
  }

  /** Ticks until an open probe wants something; infinite while none is open. */
  get dueInTicks(): number {
    return Math.max(1, this.#prober.dueAt - this.#now);
  }

  step(input: MembershipInput): void {
    switch (input.kind) {
      case 'tick':
        this.#onTick(input.ticks);
        break;
      case 'stall':
        this.#onStall(input.lateTicks);
        break;
      case 'message':
        if (this.#beliefs.isMember(input.from)) this.#onMessage(input.from, input.message);
        break;
      case 'members':
        if (this.#beliefs.setMembers(input, this.#now)) this.#syncAt = this.#now;
        break;
      case 'connected':
        this.#onConnected(input.node, input.start);
        break;
      case 'disconnected':
        if (this.#beliefs.isMember(input.node)) this.#onDisconnected(input.node);
        break;
      case 'heard':
        this.#onHeard(input.node);
        break;
      default:
        assertNever(input);
    }
    this.#obeyChanges();
  }

  /** null: nothing happened since the last call. */
  takeOutput(): MembershipOutput | null {
    if (this.#messages.length + this.#changes.length === 0) return null;
    const output = { messages: this.#messages, changes: this.#changes };
    this.#messages = [];
    this.#changes = [];
    return output;
  }

  /** Sorted by node. */
  view(): readonly BeliefView[] {
    return this.#beliefs
      .entries()
      .map((entry) => ({ ...entry, phi: this.#arrivals.get(entry.node)?.phi(this.#now) ?? 0 }))
      .sort((a, b) => compareIds(a.node, b.node));
  }

  #onTick(ticks: number): void {
    this.#now += ticks;
    this.#prober.tick(this.#now);
    this.#beliefs.tick(this.#now);
    if (this.#now >= this.#syncAt) this.#sync();
    if (this.#now >= this.#tryDeadAt) this.#tryDead();
  }

  /** Time does not pass in a stall; and a period more passes before anybody is convicted. */
  #onStall(lateTicks: number): void {
    const { probeTicks, stallDoubtMax } = this.#timing;
    this.#health.worsen(Math.min(stallDoubtMax, Math.ceil(lateTicks / probeTicks)));
    this.#prober.onStall(this.#now);
    this.#beliefs.holdConvictions(this.#now + this.#health.stretch(probeTicks));
  }

  #onMessage(from: NodeId, message: MembershipMessage): void {
    this.#hearAlive(from, message.incarnation);
    const isSync = message.kind === 'sync';
    for (const rumour of message.rumours) {
      this.#beliefs.hear(isSync ? asTold(rumour) : rumour, this.#now);
    }
    this.#answer(from, message);
  }

  #answer(from: NodeId, message: MembershipMessage): void {
    switch (message.kind) {
      case 'ping':
        this.#prober.onPing(from, message);
        return;
      case 'ping-request':
        this.#prober.onRequest(from, message, this.#now);
        return;
      case 'ack':
        this.#prober.onAck(from, message);
        return;
      case 'nack':
        this.#prober.onNack(from, message);
        return;
      case 'sync':
        this.#onSync(from, message.wantsAnswer);
        return;
      default:
        assertNever(message);
    }
  }

  #hearAlive(node: NodeId, incarnation: MemberIncarnation): void {
    this.#beliefs.hear({ node, state: 'alive', incarnation, by: node }, this.#now);
  }

  #onConnected(node: NodeId, start: Incarnation): void {
    this.#prober.onConnected(node);
    this.#hearAlive(node, incarnationAtStart(start));
    const state = this.#beliefs.stateOf(node);
    if (state === 'suspect' || state === 'dead') this.#prober.poke(node);
    if (!this.#joined) this.#syncAt = this.#now;
  }

  #onDisconnected(node: NodeId): void {
    this.#prober.onDisconnected(node, this.#now);
  }

  #onHeard(node: NodeId): void {
    const { arrivalsMax: samplesMax, aliveTicks } = this.#timing;
    const known = this.#arrivals.get(node);
    if (known === undefined && !this.#beliefs.isMember(node)) return;
    const rhythm = { firstEstimate: aliveTicks, deviationMin: aliveTicks };
    const arrivals =
      known ?? new Arrivals({ samplesMax, ...rhythm, acceptablePause: 0, outagePhi: 8 });
    if (known === undefined) this.#arrivals.set(node, arrivals);
    arrivals.heard(this.#now);
  }

  /** Whoever asked is told; whoever answered has made this member one of the group. */
  #onSync(from: NodeId, wantsAnswer: boolean): void {
    if (wantsAnswer) {
      this.#sendSync(from, false);
      return;
    }
    this.#joined = true;
    this.#syncAt = this.#now + this.#timing.syncTicks * syncScale(this.#beliefs.living);
  }

  /** Push-pull: asks again each period until one has answered. */
  #sync(): void {
    this.#syncAt = this.#now + this.#timing.probeTicks;
    const [partner] = this.#drawOf(this.#beliefs.inState('unknown', 'alive'));
    if (partner !== undefined) this.#sendSync(partner, true);
  }

  #sendSync(to: NodeId, wantsAnswer: boolean): void {
    const rumours = this.#beliefs.everything();
    const { incarnation } = this.#beliefs;
    this.#messages.push({ to, message: { kind: 'sync', incarnation, rumours, wantsAnswer } });
  }

  /** One who was cut off by the network, not by death, hears so and refutes. */
  #tryDead(): void {
    this.#tryDeadAt = this.#now + this.#timing.deadProbeTicks;
    const [node] = this.#drawOf(this.#beliefs.inState('dead'));
    if (node !== undefined) this.#prober.poke(node);
  }

  #drawOf(nodes: readonly NodeId[]): NodeId[] {
    const reachable = nodes.filter((node) => !this.#prober.isCutOff(node));
    return draw(reachable, 1, this.#random);
  }

  #send(to: NodeId, message: Bare): void {
    const { incarnation } = this.#beliefs;
    const rumours = this.#beliefs.rumoursFor(to);
    this.#messages.push({ to, message: { ...message, incarnation, rumours } });
  }

  /** The dead and the gone have no turns. */
  #obeyChanges(): void {
    for (const change of this.#beliefs.takeChanges()) {
      const { node, state } = change;
      this.#prober.setInTurn(node, state !== 'dead' && state !== 'left');
      if (state === 'left') this.#arrivals.delete(node);
      this.#changes.push(change);
    }
  }
}

/** Of everything that another believes, its convictions are taken as suspicions: it may be wrong. */
function asTold(rumour: Rumour): Rumour {
  return rumour.state === 'dead' ? { ...rumour, state: 'suspect' } : rumour;
}
