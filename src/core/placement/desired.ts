import { compareIds, controlGroup, type GroupId, type NodeId } from '../model/ids.ts';
import type { ControlRow } from '../model/state.ts';
export interface DesiredRow {
  readonly voters: readonly NodeId[];
  readonly learners: readonly NodeId[];
}
export function desiredRow(
  row: Pick<ControlRow, 'members' | 'departures' | 'placement'>,
  group: GroupId,
): DesiredRow {
  const voters = row.placement[group] ?? [];
  if (group !== controlGroup) return { voters, learners: [] };
  const gone = row.departures
    .filter((d) => d.how === 'lost' || d.groups.every((g) => g === 0))
    .map((d) => d.node);
  const learners = row.members
    .map((m) => m.node)
    .filter((n) => !voters.includes(n) && !gone.includes(n))
    .sort(compareIds);
  return { voters, learners };
}
