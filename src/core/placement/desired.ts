// Which configuration each group should have: what the desired placement says, and for the control
// group also who learns. The leader of the group brings its own Raft configuration there, step by
// step.

import type { ControlRow } from '../model/control-row.ts';
import { compareIds, controlGroup, type GroupId, type NodeId } from '../model/ids.ts';

export interface DesiredRow {
  /** The first is the preferred leader. */
  readonly voters: readonly NodeId[];
  /** Sorted. */
  readonly learners: readonly NodeId[];
}

/** Of the control row; a release changes it too, so the epoch alone does not tell. */
type Desire = Pick<ControlRow, 'members' | 'departures' | 'placement'>;

/**
 * A partition has the nodes of its row, all voters. The control group has the voters of row 0, and
 * all other members learn, so that every node knows the desired placement from a replica of its own.
 *
 * That holds for a departing member until every other group has released it: it votes no more, but
 * must know what is planned to hand over, and the control group lets go of it last. A `lost` one too:
 * nobody waits for a learner, and if it lives after all, it may lead a group that it has to move.
 */
export function desiredRow(desire: Desire, group: GroupId): DesiredRow {
  const voters = desire.placement[group] ?? [];
  if (group !== controlGroup) return { voters, learners: [] };
  const learners = [...desiredControlLearners(desire), ...stillHandingOver(desire)];
  return { voters, learners: learners.sort(compareIds) };
}

/** All members that stay and do not vote in the control group, sorted. */
export function desiredControlLearners({
  members,
  departures,
  placement,
}: Desire): readonly NodeId[] {
  const others = new Set([
    ...(placement[controlGroup] ?? []),
    ...departures.map(({ node }) => node),
  ]);
  return members.map(({ node }) => node).filter((node) => !others.has(node));
}

function stillHandingOver({ departures }: Desire): readonly NodeId[] {
  return departures
    .filter(({ groups }) => groups.some((each) => each !== controlGroup))
    .map(({ node }) => node);
}
