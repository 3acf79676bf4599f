// Which configuration each group should have: what the desired placement says, and for the control
// group also who learns. The leader of the group brings its own Raft configuration there, step by
// step.

import { compareIds, controlGroup, type GroupId, type NodeId } from '../model/ids.ts';
import type { ControlRow } from '../model/state.ts';
import { stayingMembers } from './planning.ts';

/** Read from the row, not only from its epoch: a release changes it too. */
export interface DesiredReplicas {
  /** The first is the preferred leader. */
  readonly voters: readonly NodeId[];
  /** Sorted. */
  readonly learners: readonly NodeId[];
}

/**
 * A partition has the nodes of its row, all voters. The control group has the voters of row 0, and
 * all other members learn, so that every node knows the desired placement from a replica of its own.
 *
 * That holds for a `leaving` member until every other group has released it: it votes no more, but
 * must know what is planned to hand over, and the control group lets go of it last. A `lost` member
 * leaves at once: it hears nothing, and nobody should wait for it.
 */
export function desiredRow(row: ControlRow, group: GroupId): DesiredReplicas {
  const voters = row.placement[group] ?? [];
  if (group !== controlGroup) return { voters, learners: [] };
  const leaving = row.departures
    .filter(({ how, groups }) => how === 'leaving' && groups.some((each) => each !== controlGroup))
    .map(({ node }) => node);
  return { voters, learners: [...desiredControlLearners(row), ...leaving].sort(compareIds) };
}

/** All members that stay and do not vote in the control group, sorted. */
export function desiredControlLearners(row: ControlRow): readonly NodeId[] {
  const voters = row.placement[controlGroup] ?? [];
  return stayingMembers(row)
    .map(({ node }) => node)
    .filter((node) => !voters.includes(node));
}
