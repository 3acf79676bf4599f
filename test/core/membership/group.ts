// Many members in one process and virtual time: messages arrive after `latencyTicks`, members may
// be killed, paused, cut off and stalled. For tests only.

import type { BeliefChange, MembershipInput } from '../../../src/core/membership/contract.ts';
import { incarnationAtStart } from '../../../src/core/membership/incarnation.ts';
import { Membership } from '../../../src/core/membership/membership.ts';
import type { MembershipMessage, Rumour } from '../../../src/core/membership/messages.ts';
import { defaultTiming, type Timing } from '../../../src/core/membership/timing.ts';
import { incarnation, type NodeId, nodeId } from '../../../src/core/model/ids.ts';
import type { BeliefState } from '../../../src/core/model/operation.ts';
import { seededRandom } from '../../../src/core/model/random.ts';

export interface Flight {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly message: MembershipMessage;
}

export interface Told extends BeliefChange {
  readonly at: number;
  readonly observer: NodeId;
}

export interface GroupOptions {
  readonly size: number;
  readonly seed?: string;
  readonly timing?: Timing;
  /** How much time passes at once; messages take as long. */
  readonly stepTicks?: number;
}

export class Group {
  readonly names: readonly NodeId[];
  readonly #members = new Map<NodeId, Membership>();
  readonly #dead = new Set<NodeId>();
  /** What waits for a member that stands still. */
  readonly #paused = new Map<NodeId, Flight[]>();
  readonly #cuts = new Set<string>();
  readonly #options: Required<GroupOptions>;
  #flights: Flight[] = [];
  now = 0;
  readonly sent: Flight[] = [];
  /** Sent messages are kept for the test to look at. */
  isRecording = true;
  readonly changes: Told[] = [];
  /** False loses the message. */
  filter: (flight: Flight) => boolean = () => true;

  constructor(options: GroupOptions) {
    this.#options = { seed: 'group', timing: defaultTiming, stepTicks: 1, ...options };
    this.names = Array.from({ length: options.size }, (_, i) => nodeId(`m${i + 1}`));
    for (const self of this.names) this.start(self, 1);
  }

  /** A new process under this name. */
  start(self: NodeId, start: number): Membership {
    const { seed, timing } = this.#options;
    const random = seededRandom(`${seed}/${self}/${start}`);
    const options = { self, start: incarnation(start), members: this.names, random, timing };
    const member = new Membership(options);
    this.#members.set(self, member);
    this.#dead.delete(self);
    return member;
  }

  /** As after a long calm: everybody knows everybody to be alive. */
  acquaint(): void {
    const alive = incarnationAtStart(incarnation(1));
    const rumours = this.names.map(
      (node): Rumour => ({ node, state: 'alive', incarnation: alive, by: node }),
    );
    const message = { kind: 'sync', incarnation: alive, rumours, wantsAnswer: false } as const;
    for (const to of this.names) {
      const from = this.names.find((name) => name !== to) as NodeId;
      this.step(to, { kind: 'message', from, message });
    }
    this.changes.length = 0;
  }

  member(name: string): Membership {
    const member = this.#members.get(nodeId(name));
    if (!member) throw new Error(`the group has no ${name}`);
    return member;
  }

  belief(observer: string, peer: string): BeliefState | undefined {
    return this.member(observer)
      .view()
      .find(({ node }) => node === peer)?.state;
  }

  step(name: NodeId, input: MembershipInput): void {
    const member = this.member(name);
    member.step(input);
    const output = member.takeOutput();
    if (output === null) return;
    for (const change of output.changes) {
      this.changes.push({ ...change, at: this.now, observer: name });
    }
    for (const { to, message } of output.messages) this.#post({ from: name, to, message });
  }

  run(ticks: number): void {
    const { stepTicks } = this.#options;
    for (let passed = 0; passed < ticks; passed += stepTicks) {
      this.now += stepTicks;
      const arriving = this.#flights;
      this.#flights = [];
      for (const flight of arriving) this.#deliver(flight);
      for (const name of this.names) {
        if (this.isRunning(name)) this.step(name, { kind: 'tick', ticks: stepTicks });
      }
    }
  }

  /** Runs until `condition` holds; fails after `ticks`. Returns how long it took. */
  runUntil(condition: () => boolean, ticks = 100_000): number {
    const before = this.now;
    while (!condition() && this.now - before < ticks) this.run(this.#options.stepTicks);
    if (!condition()) throw new Error(`not reached within ${ticks} ticks: ${condition}`);
    return this.now - before;
  }

  isRunning(name: NodeId): boolean {
    return !this.#dead.has(name) && !this.#paused.has(name);
  }

  /** Without a word, and nobody sees a connection drop. */
  kill(name: NodeId): void {
    this.#dead.add(name);
  }

  /** What is sent to it waits. */
  pause(name: NodeId): void {
    this.#paused.set(name, []);
  }

  /** Its host notices how late it is, then what waited comes in a burst. */
  resume(name: NodeId, stalledTicks: number): void {
    const waiting = this.#paused.get(name) ?? [];
    this.#paused.delete(name);
    this.step(name, { kind: 'stall', lateTicks: stalledTicks });
    for (const flight of waiting) this.#deliver(flight);
  }

  cut(a: NodeId, b: NodeId): void {
    this.#cuts.add(`${a} ${b}`).add(`${b} ${a}`);
  }

  heal(): void {
    this.#cuts.clear();
  }

  sentOf<Kind extends MembershipMessage['kind']>(
    kind: Kind,
  ): (Flight & { readonly message: Extract<MembershipMessage, { kind: Kind }> })[] {
    return this.sent.filter(({ message }) => message.kind === kind) as never;
  }

  #post(flight: Flight): void {
    if (this.isRecording) this.sent.push(flight);
    if (this.#cuts.has(`${flight.from} ${flight.to}`) || !this.filter(flight)) return;
    this.#flights.push(flight);
  }

  #deliver(flight: Flight): void {
    const waiting = this.#paused.get(flight.to);
    if (waiting) waiting.push(flight);
    else if (!this.#dead.has(flight.to)) {
      this.step(flight.to, { kind: 'message', from: flight.from, message: flight.message });
    }
  }
}
