// What was durable is found again after a crash (Raft paper, figure 2, "updated on stable storage
// before responding to RPCs"; DESIGN 13): the term, the vote, every entry and every `one` write that
// the log has not merged. Writes that were under way may have arrived too, in their order.
//
// A start on a disk that lost what it had promised must be refused instead, and no other.

import type { GroupId, NodeId } from '../../core/model/ids.ts';
import type { Recovered, RecoveredGroup } from '../../core/model/records.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import { type Disks, DurableReplica, foundReplica } from './disks.ts';
import { dotName } from './entry-content.ts';
import type { Invariant } from './watch.ts';

/** Has the node's replica merged the dot? What it has merged, its journal may forget. */
type HasMerged = (name: string) => boolean;

export class RecoveryKeeps implements Invariant {
  readonly #disks: Disks;

  constructor(disks: Disks) {
    this.#disks = disks;
  }

  /** Comes before Disks takes over what was found. */
  onBirth(machine: MachineView, { groups }: Recovered): void {
    const { name, diskSurvived, storageId } = machine;
    if (!diskSurvived) {
      const facts = `${name} started, although its disk had lost what it had promised`;
      throw new Violation('start-refused', facts);
    }
    const found = new Map(groups.map((group) => [group.group, group]));
    for (const [group, durable] of this.#disks.disk(storageId).replicas) {
      this.#compare(machine, { group, durable, found: found.get(group) });
    }
  }

  /** Whoever may start, does: what a node writes, and lets go of, never leaves a hole behind. */
  onRefused({ name, diskSurvived, refusal }: MachineView): void {
    if (!diskSurvived || refusal === null || !refusal.startsWith('storage-')) return;
    const facts = `${name} was refused (${refusal}), although nothing happened to its disk`;
    throw new Violation('start-refused', facts);
  }

  #compare(
    { name, node, storageId }: MachineView,
    {
      group,
      durable,
      found,
    }: { group: GroupId; durable: DurableReplica; found: RecoveredGroup | undefined },
  ): void {
    const actual = found === undefined ? new DurableReplica() : foundReplica(found);
    const covered = Math.max(found?.point?.index ?? 0, actual.start.index);
    const machine = node?.replica(group)?.machine;
    const hasMerged = (dot: string): boolean => {
      const write = durable.tentative.get(dot);
      return (
        write !== undefined && machine?.kind === 'data' && machine.partition.hasMerged(write.dot)
      );
    };
    let why: string | null = null;
    // Any number of the batches that were under way may have become durable.
    const expected = durable.copy();
    const { pending } = this.#disks.disk(storageId);
    const agrees = (): boolean => {
      const reason = whatIsMissing({ expected, actual, covered, hasMerged });
      why ??= reason;
      return reason === null;
    };
    if (agrees()) return;
    for (const { drops, records } of pending) {
      // A drop is in the engine before the batch is in the log.
      const drop = drops.find((each) => each.group === group);
      if (drop !== undefined) expected.drop(drop);
      if (drop !== undefined && agrees()) return;
      for (const record of records) if (record.group === group) expected.obey(record);
      if (agrees()) return;
    }
    throw lost(name, group, why ?? '');
  }
}

function whatIsMissing(the: {
  expected: DurableReplica;
  actual: DurableReplica;
  covered: number;
  hasMerged: HasMerged;
}): string | null {
  const { expected, actual, covered, hasMerged } = the;
  const [was, is] = [expected.hardState, actual.hardState];
  if (actual.life < expected.life) return `life ${expected.life}, found ${actual.life}`;
  if (is.term < was.term) return `term ${was.term}, found ${is.term}`;
  if (is.term === was.term && was.votedFor !== null && is.votedFor !== was.votedFor) {
    return `the vote for ${was.votedFor} in term ${was.term}, found ${is.votedFor ?? 'none'}`;
  }
  for (let index = Math.max(covered, expected.start.index) + 1; index <= expected.last; index++) {
    const [before, now] = [expected.termAt(index), actual.termAt(index)];
    if (before !== now) return `index ${index} of term ${before}, found ${now ?? 'none'}`;
  }
  if (Math.max(covered, actual.last) < expected.start.index) {
    return `state up to ${expected.start.index}, found up to ${covered}`;
  }
  for (const [dot, write] of expected.tentative) {
    if (actual.tentative.has(dotName(write.dot)) || hasMerged(dot)) continue;
    return `the \`one\` write ${dot} of ${write.key}, found nothing`;
  }
  return null;
}

function lost(name: NodeId, group: GroupId, why: string): Violation {
  return new Violation(
    'durability',
    `group ${group}: ${name} had made durable ${why} at its start`,
  );
}
