// The one machine that both worlds drive: 65 Raft groups, their state machines, the journals of
// tentative writes and the calls of clients, composed. Pure: input in, Ready out
// (core/contract.ts). All decisions are made in core/node/; this file only carries inputs to them
// and gathers what they want done.
//
//   message ─► group's raft ─► committed ─► apply ─► Writes / Tentative / Reads settle their calls
//   request ─► Requests ─► Writes | Reads | Tentative | Forwards
//   tick    ─► Liveness, the awake rafts, Detector, deadlines, repeats, StateSaver

import { HybridClock } from './clocks/hlc.ts';
import type { Input, NodeOptions, Ready } from './contract.ts';
import type { PeerMessage } from './messages.ts';
import { assertNever } from './model/assert.ts';
import type { GroupId, Incarnation, LogIndex, NodeId } from './model/ids.ts';
import { limits } from './model/limits.ts';
import { seededRandom } from './model/random.ts';
import { Administration } from './node/administration.ts';
import { Applier } from './node/applier.ts';
import { Nursery, newStarts } from './node/birth.ts';
import type { Call } from './node/call.ts';
import { Calls } from './node/call.ts';
import { Detector } from './node/detector.ts';
import { Durability } from './node/durability.ts';
import { Elasticity } from './node/elasticity.ts';
import { ForwardArrivals } from './node/forward-arrivals.ts';
import { Forwards } from './node/forwards.ts';
import { Leaderships } from './node/leaderships.ts';
import { type Levels, levelsOf } from './node/levels.ts';
import { Liveness } from './node/liveness.ts';
import { Outbox } from './node/outbox.ts';
import { ReadOut } from './node/read-out.ts';
import type { Replica } from './node/replica.ts';
import { Replicas } from './node/replicas.ts';
import { Requests } from './node/requests.ts';
import { StateSaver } from './node/state-saver.ts';
import { Upkeep } from './node/upkeep.ts';

export class Node {
  readonly #replicas = new Replicas();
  readonly #outbox = new Outbox();
  readonly #durability = new Durability();
  readonly #calls: Calls;
  readonly #liveness: Liveness;
  readonly #detector: Detector;
  readonly #levels: Levels;
  readonly #forwards: Forwards;
  readonly #forwardArrivals = new ForwardArrivals();
  readonly #requests: Requests;
  readonly #readOut: ReadOut;
  readonly #saver: StateSaver;
  readonly #applier: Applier;
  readonly #leaderships: Leaderships;
  readonly #upkeep: Upkeep;
  readonly #elasticity: Elasticity;
  /** Replicas whose raft may have output. */
  readonly #touched = new Set<Replica>();
  /** Replicas whose timers run. */
  readonly #awake = new Set<Replica>();
  #releasable: ReadonlyMap<GroupId, LogIndex> | null = null;
  #ticksSinceAlive = 0;
  /** The pace at the last tick: members may have come or gone since. */
  #restTicks: number = limits.aliveTicks;

  constructor(options: NodeOptions) {
    const { self, incarnation, bootstrap, wallMs, bounds = limits } = options;
    const random = seededRandom(`${options.seed}/${self}`);
    const nursery = new Nursery(options, random);
    const replicas = this.#replicas;
    const outbox = this.#outbox;
    const durability = this.#durability;
    for (const replica of nursery.bearAll()) replicas.add(replica);
    const clock = new HybridClock();
    const calls = new Calls(outbox);
    const members = options.members.map((member) => member.node);
    const liveness = new Liveness(self, members);
    const maySpeak = () => this.#elasticity.maySpeak;
    const chance = { random: random.stream('membership') };
    const detector = new Detector({ self, incarnation, members, outbox, maySpeak, ...chance });
    const onProposed = (replica: Replica) => this.#touch(replica);
    const shared = { self, calls, liveness, clock, durability, outbox, wallMs, bounds };
    const levels = levelsOf({ ...shared, onProposed });
    const { tentative } = levels;
    const administration = new Administration({ calls, liveness });
    const executeHere = (call: Call) => this.#touch(this.#requests.execute(call));
    const routes = { calls, liveness, outbox, incarnation };
    const forwards = new Forwards({ ...routes, executeHere });
    const watching = { self, incarnation, replicas, liveness, detector, tentative };
    const { counters } = options;
    this.#readOut = new ReadOut({ ...watching, now: () => calls.now, counters });
    this.#requests = new Requests({
      ...levels,
      hash: options.hash,
      partitions: bootstrap.settings.partitions,
      replicas,
      administration,
      calls,
      liveness,
      forwards,
      readOut: this.#readOut,
      bounds,
    });
    this.#forwards = forwards;
    this.#saver = new StateSaver({ replicas, durability, bounds });
    this.#applier = new Applier({
      ...levels,
      clock,
      durability,
      outbox,
      saver: this.#saver,
      administration,
      onReads: (replica, output) => this.#elasticity.onOutput(replica, output),
      onRow: (row, index) => this.#elasticity.onRow(row, index),
    });
    this.#leaderships = new Leaderships({ self, replicas, liveness, outbox });
    this.#upkeep = new Upkeep({ options, replicas, outbox, saver: this.#saver });
    this.#calls = calls;
    this.#liveness = liveness;
    this.#detector = detector;
    this.#levels = levels;
    this.#elasticity = new Elasticity({
      ...watching,
      options,
      nursery,
      outbox,
      durability,
      onProposed,
      onBorn: (replica) => this.#bear(replica),
      onDropped: (replica) => this.#bury(replica),
      onStranger: (node) => this.#forwardArrivals.forget(node),
    });
    for (const record of newStarts(options.recovered)) durability.add(record);
    for (const replica of replicas.all) this.#bear(replica);
  }

  /** One input; the output waits for takeReady. */
  step(input: Input): void {
    switch (input.kind) {
      case 'tick':
        this.#onTick(input.ticks, input.wallMs);
        return;
      case 'message':
        this.#onMessage(input.from, input.message);
        return;
      case 'request': {
        const asker = { kind: 'client', connection: input.connection } as const;
        this.#touch(this.#requests.onRequest(asker, input.request));
        return;
      }
      case 'persisted':
        for (const replica of this.#durability.onPersisted(input.number)) this.#touch(replica);
        return;
      case 'state-saved':
        this.#releasable = this.#saver.onSaved(input.number, input.synced) ?? this.#releasable;
        return;
      case 'peer-up':
        this.#onPeerUp(input.peer, input.incarnation);
        return;
      case 'peer-down':
        this.#onPeerDown(input.peer);
        return;
      case 'removed':
        this.#elasticity.beRemoved();
        return;
      case 'drain':
        this.#requests.draining = true;
        this.#leaderships.startDraining();
        return;
      default:
        assertNever(input);
        return;
    }
  }

  /** Everything that the host must do now. */
  takeReady(): Ready {
    for (const replica of this.#leaderships.takeTouched()) this.#touched.add(replica);
    while (this.#touched.size > 0) {
      const batch = [...this.#touched];
      this.#touched.clear();
      for (const replica of batch) this.#drain(replica);
    }
    const persist = this.#durability.seal();
    const addressBook = this.#elasticity.takeAddressBook();
    return { persist, state: this.#saver.take(), addressBook, ...this.#outbox.take() };
  }

  /** Log positions that synced state has made superfluous since the last call; null when none. */
  takeReleasable(): ReadonlyMap<GroupId, LogIndex> | null {
    const releasable = this.#releasable;
    this.#releasable = null;
    return releasable;
  }

  /**
   * True when takeReady may have something; a heartbeat of a quiet peer, for one, leaves nothing to
   * do.
   */
  get hasOutput(): boolean {
    const isQuiet = this.#outbox.isEmpty && this.#durability.isEmpty;
    return this.#touched.size > 0 || !isQuiet || this.#elasticity.hasNews;
  }

  /** Requests that wait for their answers. */
  get openCalls(): number {
    return this.#calls.open;
  }

  /** How many ticks the host may let pass before the next one, when no other input comes. */
  get restingTicks(): number {
    const busy = this.#awake.size > 0 || this.#calls.open > 0 || this.#saver.pending;
    if (busy || this.#requests.draining) return 1;
    return Math.min(this.#liveness.rhythm.aliveTicks, this.#detector.restingTicks);
  }

  /** After `drain`: true when this node leads nothing that another could lead. */
  get drained(): boolean {
    return this.#requests.draining && this.#leaderships.drained && this.#calls.open === 0;
  }

  /** True: this node is no member of the cluster any more; its process ends. */
  get removed(): boolean {
    return this.#elasticity.isRemoved;
  }

  /** The replica of a group, for tests and invariants. */
  replica(group: GroupId): Replica | undefined {
    return this.#replicas.get(group);
  }

  #bear(replica: Replica): void {
    this.#awake.add(replica);
    this.#touched.add(replica);
    // A peer that never comes up must not keep the group awake for ever.
    for (const peer of this.#liveness.peers) {
      if (!this.#liveness.connected(peer)) replica.raft.onPeerDown(peer);
    }
    if (replica.machine.kind === 'data')
      this.#levels.tentative.adopt(replica, replica.machine.journal);
  }

  #bury(replica: Replica): void {
    this.#applier.letGo(replica);
    this.#awake.delete(replica);
    this.#touched.delete(replica);
  }

  #touch(replica: Replica | null | undefined): void {
    if (replica) this.#touched.add(replica);
  }

  #drain(replica: Replica): void {
    if (replica.dropped) return;
    for (;;) {
      const output = replica.raft.takeOutput();
      if (output === null) break;
      this.#applier.obey(replica, output);
    }
    if (replica.isLetGo) this.#applier.letGo(replica);
    this.#leaderships.observe(replica);
    if (replica.raft.isQuiet) this.#awake.delete(replica);
    else this.#awake.add(replica);
  }

  #onTick(ticks: number, wallMs: number): void {
    this.#levels.writes.wallMs = wallMs;
    this.#levels.tentative.wallMs = wallMs;
    // It may have rested by the pace of then or of now; what is more than a rest, it was late.
    const restTicks = Math.max(this.#restTicks, this.#liveness.rhythm.aliveTicks);
    const trusted = Math.min(ticks, restTicks);
    for (const peer of this.#liveness.tick(trusted)) this.#onLeaderLost(peer);
    const raftTicks = Math.min(ticks, limits.lateTicksMax);
    for (const replica of [...this.#awake]) {
      for (let i = 0; i < raftTicks; i++) replica.raft.tick();
      this.#touched.add(replica);
    }
    this.#detector.tick(ticks, restTicks);
    this.#calls.advance(ticks);
    this.#forwards.tick(ticks);
    this.#levels.tentative.tick(ticks);
    this.#leaderships.tick(ticks);
    this.#elasticity.tick(trusted);
    for (const replica of this.#upkeep.tick(ticks)) this.#touched.add(replica);
    this.#saver.tick(ticks);
    this.#sayAlive(ticks);
    this.#restTicks = this.#liveness.rhythm.aliveTicks;
  }

  #sayAlive(ticks: number): void {
    this.#ticksSinceAlive += ticks;
    if (this.#ticksSinceAlive < this.#liveness.rhythm.aliveTicks) return;
    this.#ticksSinceAlive = 0;
    for (const peer of this.#liveness.peers) this.#outbox.send(peer, { kind: 'alive' });
  }

  #onMessage(from: NodeId, message: PeerMessage): void {
    if (this.#liveness.heard(from)) this.#onPeerBack(from);
    switch (message.kind) {
      case 'alive':
        this.#detector.heard(from);
        return;
      case 'membership':
        this.#detector.onMessage(from, message.message);
        return;
      case 'group': {
        const replica = this.#elasticity.replicaFor(message.group, message.message);
        if (!replica) return;
        replica.raft.step(from, message.message);
        this.#touched.add(replica);
        this.#levels.everyReplica.check(replica);
        return;
      }
      case 'forward': {
        if (!this.#forwardArrivals.admit(from, message.request.id)) return;
        const asker = { kind: 'node', node: from } as const;
        this.#touch(this.#requests.onRequest(asker, message.request));
        return;
      }
      case 'forwarded':
        this.#forwards.onForwarded(message.reply);
        return;
      case 'propose-merge': {
        const replica = this.#replicas.get(message.group);
        if (replica) this.#levels.tentative.propose(replica, message.writes);
        this.#touch(replica);
        return;
      }
      case 'propose-watermark':
      case 'announce-start':
        this.#touch(this.#upkeep.onMessage(from, message));
        return;
      case 'address-book':
      case 'ask-standing':
      case 'not-a-member':
      case 'ask-release':
      case 'released':
      case 'report-released':
        this.#elasticity.onMessage(from, message);
        return;
      default:
        assertNever(message);
        return;
    }
  }

  #onPeerUp(peer: NodeId, incarnation: Incarnation): void {
    if (this.#liveness.up(peer, incarnation)) this.#onLeaderLost(peer);
    this.#onPeerBack(peer);
    this.#elasticity.onPeerUp(peer);
    this.#detector.onPeerUp(peer, incarnation);
  }

  #onPeerDown(peer: NodeId): void {
    this.#liveness.down(peer);
    this.#onLeaderLost(peer);
    this.#detector.onPeerDown(peer);
  }

  /**
   * The peer leads nothing any more, as far as anyone here can tell: its followers may campaign.
   */
  #onLeaderLost(peer: NodeId): void {
    this.#forwards.onPeerDown(peer);
    for (const replica of this.#replicas.all) {
      replica.raft.onPeerDown(peer);
      this.#touched.add(replica);
    }
    this.#levels.everyReplica.checkAll();
  }

  #onPeerBack(peer: NodeId): void {
    for (const replica of this.#replicas.all) {
      replica.raft.onPeerUp(peer);
      this.#touched.add(replica);
    }
    this.#leaderships.nominate();
  }
}
