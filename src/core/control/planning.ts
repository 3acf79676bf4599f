// Where the control group's state meets the planner of placements: who is asked what, and when the
// answer counts. The planner is given from outside (core/placement); this room knows only its shape.

import type { ControlRow } from '../model/control-row.ts';
import type { Member } from '../model/member.ts';

export interface PlanRequest {
  readonly current: ControlRow['placement'];
  /** Those that may hold replicas. */
  readonly members: readonly Pick<Member, 'node' | 'zone'>[];
  readonly partitions: number;
  readonly replicationFactor: number;
}

/**
 * Pure, and the same function on every node: its answer becomes state. Invariant: row 0 of the
 * answer are voters of the control group, every other row are replicas of that partition.
 */
export type Planner = (request: PlanRequest) => ControlRow['placement'];

/** Members that are not on their way out, sorted by name. */
export function stayingMembers({ members, departures }: ControlRow): readonly Member[] {
  return members.filter(({ node }) => departures.every((departure) => departure.node !== node));
}

/** The row with the placement that its members and settings ask for; the next epoch. */
export function replanned(row: ControlRow, plan: Planner): ControlRow {
  const { partitions, replicationFactor } = row.settings;
  const members = stayingMembers(row);
  const placement = plan({ current: row.placement, members, partitions, replicationFactor });
  return { ...row, placement, epoch: row.epoch + 1 };
}
