// One member whose neighbours are played by the test, for rules about single messages.

import type { MembershipInput, MembershipOutput } from '../../../src/core/membership/contract.ts';
import { incarnationAtStart } from '../../../src/core/membership/incarnation.ts';
import { Membership } from '../../../src/core/membership/membership.ts';
import type { MembershipMessage, Rumour } from '../../../src/core/membership/messages.ts';
import { defaultTiming, type Timing } from '../../../src/core/membership/timing.ts';
import {
  incarnation,
  memberIncarnation,
  type NodeId,
  nodeId,
} from '../../../src/core/model/ids.ts';
import { seededRandom } from '../../../src/core/model/random.ts';

export const me = nodeId('me');
/** Incarnation number of everybody's first start, plus refutations. */
export const life = (refutations = 0) =>
  memberIncarnation(incarnationAtStart(incarnation(1)) + refutations);

export const alive = (node: NodeId, refutations = 0): Rumour => ({
  node,
  state: 'alive',
  incarnation: life(refutations),
  by: node,
});
export const suspect = (node: NodeId, by: NodeId, refutations = 0): Rumour => ({
  node,
  state: 'suspect',
  incarnation: life(refutations),
  by,
});
export const dead = (node: NodeId, by: NodeId, refutations = 0): Rumour => ({
  node,
  state: 'dead',
  incarnation: life(refutations),
  by,
});

export class Solo {
  readonly member: Membership;
  readonly others: readonly NodeId[];
  readonly timing: Timing;
  readonly #outputs: MembershipOutput[] = [];

  constructor(options: { others: readonly string[]; timing?: Timing; unmet?: boolean }) {
    this.others = options.others.map(nodeId);
    this.timing = options.timing ?? defaultTiming;
    this.member = new Membership({
      self: me,
      start: incarnation(1),
      members: [me, ...this.others],
      random: seededRandom('solo'),
      timing: this.timing,
    });
    if (!options.unmet) for (const from of this.others) this.rumours(from);
    this.forget();
  }

  step(input: MembershipInput): void {
    this.member.step(input);
    const output = this.member.takeOutput();
    if (output !== null) this.#outputs.push(output);
  }

  tick(ticks: number): void {
    for (let i = 0; i < ticks; i++) this.step({ kind: 'tick', ticks: 1 });
  }

  receive(from: NodeId, message: MembershipMessage): void {
    this.step({ kind: 'message', from, message });
  }

  /** A message that only carries rumours: an ack for nothing. */
  rumours(from: NodeId, ...rumours: readonly Rumour[]): void {
    this.receive(from, { kind: 'ack', sequence: 0, incarnation: life(), rumours });
  }

  ack(from: NodeId, sequence: number): void {
    this.receive(from, { kind: 'ack', sequence, incarnation: life(), rumours: [] });
  }

  nack(from: NodeId, sequence: number): void {
    this.receive(from, { kind: 'nack', sequence, incarnation: life(), rumours: [] });
  }

  /** Lets time pass until it pings somebody. */
  nextPing(): { to: NodeId; sequence: number } {
    this.forget();
    for (let i = 0; i < 2000; i++) {
      const [ping] = this.sentOf('ping');
      if (ping !== undefined) return { to: ping.to, sequence: ping.message.sequence };
      this.tick(1);
    }
    throw new Error('it pings nobody');
  }

  /** Lets time pass until it pings `target`, answering for all others. */
  nextPingOf(target: NodeId): number {
    for (let i = 0; i < 100; i++) {
      const { to, sequence } = this.nextPing();
      if (to === target) return sequence;
      this.ack(to, sequence);
    }
    throw new Error(`it never pings ${target}`);
  }

  /** Messages of one kind since the last `forget`. */
  sentOf<Kind extends MembershipMessage['kind']>(
    kind: Kind,
  ): { readonly to: NodeId; readonly message: Extract<MembershipMessage, { kind: Kind }> }[] {
    const sent = this.#outputs.flatMap(({ messages }) => messages);
    return sent.filter(({ message }) => message.kind === kind) as never;
  }

  get changes(): { node: NodeId; state: string }[] {
    return this.#outputs.flatMap(({ changes }) =>
      changes.map(({ node, state }) => ({ node, state })),
    );
  }

  /** Rumours in everything sent since the last `forget`. */
  get told(): Rumour[] {
    return this.#outputs.flatMap(({ messages }) =>
      messages.flatMap(({ message }) => (message.kind === 'sync' ? [] : message.rumours)),
    );
  }

  forget(): void {
    this.#outputs.length = 0;
  }

  belief(peer: NodeId): string | undefined {
    return this.member.view().find(({ node }) => node === peer)?.state;
  }
}
