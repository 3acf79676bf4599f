// The arithmetic of a group's configuration (Ongaro's thesis, sections 4.1 and 4.3): what a list of
// changes makes of it, and by which steps it gets there. One voter more or less is one step, because
// any majority of the one set shares a member with any majority of the other; everything else goes
// through a joint configuration, which is the new one with the old voters beside it.

import { assert } from './assert.ts';
import type { Configuration } from './entry.ts';
import type { NodeId } from './ids.ts';
import { compareIds } from './ids.ts';

/** What a node shall be from now on. A replacement is two of them, in one list. */
export interface MemberChange {
  readonly node: NodeId;
  readonly to: 'voter' | 'learner' | 'removed';
}

export function isJoint({ votersOutgoing }: Configuration): boolean {
  return votersOutgoing.length > 0;
}

/** Of two changes of one node the later one holds; what is so already stays so, the epoch too. */
export function withChanges(
  configuration: Configuration,
  changes: readonly MemberChange[],
  epoch = 0,
): Configuration {
  assert(!isJoint(configuration), 'a joint configuration is left before the next change');
  const voters = new Set(configuration.voters);
  const learners = new Set(configuration.learners);
  for (const { node, to } of changes) {
    voters.delete(node);
    learners.delete(node);
    if (to === 'voter') voters.add(node);
    if (to === 'learner') learners.add(node);
  }
  const after = { voters: sorted(voters), votersOutgoing: [], learners: sorted(learners) };
  const latest = Math.max(epoch, epochOf(configuration));
  return latest > 0 ? { ...after, epoch: latest } : after;
}

export function epochOf({ epoch = 0 }: Configuration): number {
  return epoch;
}

export function isSame(one: Configuration, other: Configuration): boolean {
  const isAsNew = epochOf(one) === epochOf(other);
  return isAsNew && lists(one).every((list, i) => list.join() === lists(other)[i]?.join());
}

function lists({ voters, votersOutgoing, learners }: Configuration) {
  return [voters, votersOutgoing, learners];
}

/** True when majorities of the two sets of voters might not meet. */
export function needsJoint(before: Configuration, after: Configuration): boolean {
  return without(before.voters, after.voters) + without(after.voters, before.voters) > 1;
}

function without(some: readonly NodeId[], others: readonly NodeId[]): number {
  return some.filter((node) => !others.includes(node)).length;
}

/** C_old,new: every decision needs a majority of both sets. */
export function jointOf(before: Configuration, after: Configuration): Configuration {
  assert(!isJoint(before) && !isJoint(after), 'a joint configuration has two sets, never more');
  return { ...after, votersOutgoing: before.voters };
}

/** C_new. */
export function leftJoint(joint: Configuration): Configuration {
  assert(isJoint(joint), 'only a joint configuration is left');
  return { ...joint, votersOutgoing: [] };
}

function sorted(nodes: ReadonlySet<NodeId>): readonly NodeId[] {
  return [...nodes].sort(compareIds);
}
