// How a node lets go of a group whose replica it is no more, without losing a `one` write of its
// own. Its journal drains first: offered to the leader, and forgotten write by write as the leader
// says that it is merged. Then the replica is dropped, so that nothing can be accepted any more; and
// only then the node asks to be released, so that the group keeps no tombstone for its sake.
//
// A learner may be let go before it ever heard that it was one, or before it kept anything: it has
// nothing to drop, and would never ask. So the leader tells whom the group still waits for.

import type { AskRelease, Released } from '../messages.ts';
import type { GroupId, NodeId } from '../model/ids.ts';
import { desiredRow } from '../placement/desired.ts';
import { commandSize } from './command-size.ts';
import type { Durability } from './durability.ts';
import type { Liveness } from './liveness.ts';
import type { Outbox } from './outbox.ts';
import { membersOf } from './refusals.ts';
import type { Replica } from './replica.ts';
import type { Replicas } from './replicas.ts';
import { isSettled } from './standings.ts';

const askTicks = 20;
/** Dots in one question: a small message. */
const dotsMax = 1024;

export interface ReleasesOptions {
  readonly self: NodeId;
  readonly replicas: Replicas;
  readonly liveness: Liveness;
  readonly outbox: Outbox;
  readonly durability: Pick<Durability, 'isDropping'>;
  /** Groups that were dropped here in an earlier life of the process. */
  readonly dropped: readonly GroupId[];
  /** Another replica has merged these writes of this node's. */
  readonly onMerged: (replica: Replica, answer: Released) => void;
  /** The journal of a retired replica is empty. */
  readonly onDrained: (replica: Replica) => void;
  readonly onProposed: (replica: Replica) => void;
}

export class Releases {
  readonly #options: ReleasesOptions;
  /** Groups that were dropped and have not released this node, and how often they were asked. */
  readonly #unreleased = new Map<GroupId, number>();
  #sinceAsked = 0;

  constructor(options: ReleasesOptions) {
    this.#options = options;
    for (const group of options.dropped) this.#unreleased.set(group, 0);
  }

  tick(ticks: number): void {
    this.#sinceAsked += ticks;
    if (this.#sinceAsked < askTicks) return;
    this.#sinceAsked = 0;
    for (const replica of this.#options.replicas.all) {
      this.ask(replica);
      this.#tellDeparted(replica);
    }
    for (const [group, asked] of this.#unreleased) this.#askAsStranger(group, asked);
  }

  /** Drains the journal of a retired replica; drops it when there is nothing in it. */
  ask(replica: Replica): void {
    const { retiredTo, machine, group } = replica;
    if (retiredTo === null || machine.kind !== 'data') return;
    const pending = machine.journal.pending(dotsMax).map(({ dot }) => dot);
    if (pending.length === 0) this.#options.onDrained(replica);
    else this.#options.outbox.send(retiredTo, { kind: 'ask-release', group, pending });
  }

  /** The drop is durable; unless the group is held here again by now. */
  onDropped(group: GroupId): void {
    if (this.#options.replicas.get(group) !== undefined) return;
    this.#unreleased.set(group, this.#unreleased.get(group) ?? 0);
  }

  onBorn(group: GroupId): void {
    this.#unreleased.delete(group);
  }

  /** This node may lead the group, and `from` was a replica of it. */
  onAsk(from: NodeId, { group, pending }: AskRelease): void {
    const { replicas, outbox, onProposed } = this.#options;
    const replica = replicas.get(group);
    if (replica?.machine.kind !== 'data' || !isSettled(replica)) return;
    if (membersOf(replica.raft.configuration).includes(from)) return;
    const { partition } = replica.machine;
    const merged = pending.filter((dot) => partition.hasMerged(dot));
    const released = pending.length === 0 && !partition.departed.includes(from);
    if (pending.length === 0 && !released) {
      const command = { kind: 'owner-released', node: from } as const;
      replica.raft.propose(command, commandSize(command));
      onProposed(replica);
    }
    outbox.send(from, { kind: 'released', group, merged, released });
  }

  onAnswer(answer: Released): void {
    const replica = this.#options.replicas.get(answer.group);
    if (replica !== undefined) {
      if (replica.retiredTo === null) return;
      this.#options.onMerged(replica, answer);
      // Nothing new: the next question comes with time, or two nodes would talk without end.
      if (answer.merged.length > 0) this.ask(replica);
    } else if (answer.released) this.#unreleased.delete(answer.group);
    // While the drop is on its way to the disk, a crash would bring the replica back: onDropped.
    else if (!this.#options.durability.isDropping(answer.group)) this.onDropped(answer.group);
  }

  /** One that holds a replica is told by its own doubts (standings.ts). */
  #tellDeparted({ group, machine, raft }: Replica): void {
    if (machine.kind !== 'data' || !raft.isLeader) return;
    const { liveness, outbox } = this.#options;
    for (const node of machine.partition.departed) {
      if (node === this.#options.self || !liveness.reachable(node)) continue;
      outbox.send(node, { kind: 'released', group, merged: [], released: false });
    }
  }

  /** One of those that hold the group now, in turn: whoever leads answers. */
  #askAsStranger(group: GroupId, asked: number): void {
    const { replicas, self, liveness, outbox } = this.#options;
    const row = replicas.controlRow;
    const voters = row === null ? [] : desiredRow(row, group).voters;
    const others = voters.filter((node) => node !== self && liveness.reachable(node));
    const to = others[asked % Math.max(1, others.length)];
    this.#unreleased.set(group, asked + 1);
    if (to !== undefined) outbox.send(to, { kind: 'ask-release', group, pending: [] });
  }
}
