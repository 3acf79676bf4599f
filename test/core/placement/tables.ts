// Arithmetic of partition tables, as plain as it can be: what the tests of the planner measure.

import type { NodeId } from '../../../src/core/model/ids.ts';
import { nodeId } from '../../../src/core/model/ids.ts';
import { planPlacement } from '../../../src/core/placement/planner.ts';
import type { RingMember } from '../../../src/core/placement/ring.ts';
import type { PlacementTable } from '../../../src/core/placement/table.ts';
import { movesBetween } from '../../../src/core/placement/table.ts';
import { hashText } from '../../../src/wire/key-hash.ts';

export interface Setting {
  readonly members: readonly RingMember[];
  readonly partitions: number;
  readonly replicationFactor: number;
}

export const plan = (current: PlacementTable, setting: Setting): PlacementTable =>
  planPlacement({ current, ...setting, hash: hashText });

/** node1, node2 … in the zones given, which repeat; none: without zones. */
export const membersOf = (count: number, zones: readonly string[] = ['']): readonly RingMember[] =>
  Array.from({ length: count }, (_, i) => ({
    node: nodeId(`node${i + 1}`),
    zone: zones[i % zones.length] ?? '',
  }));

/** Replicas of the partitions that each member holds. */
export const loadsIn = (table: PlacementTable, { members }: Setting): number[] =>
  members.map(({ node }) => table.slice(1).filter((row) => row.includes(node)).length);

export const leadsIn = (table: PlacementTable, { members }: Setting): number[] =>
  members.map(({ node }) => table.slice(1).filter(([leader]) => leader === node).length);

export const maxOverMean = (counts: readonly number[]): number =>
  (Math.max(...counts) * counts.length) / counts.reduce((a, b) => a + b, 0);

export const replicasIn = ({ members, replicationFactor }: Setting): number =>
  Math.min(members.length, replicationFactor);

export const meanLoad = (setting: Setting): number =>
  (setting.partitions * replicasIn(setting)) / setting.members.length;

/** Replicas of the partitions that came to a member which did not hold them. */
export const additionsOf = (before: PlacementTable, after: PlacementTable) =>
  movesBetween(before, after).additions.filter(({ group }) => group > 0);

export const holdersIn = (table: PlacementTable): ReadonlySet<NodeId> =>
  new Set(table.slice(1).flat());

/** Members that hold nothing yet. */
export const newcomersOf = (before: PlacementTable, { members }: Setting): readonly NodeId[] => {
  const holders = holdersIn(before);
  return members.map(({ node }) => node).filter((node) => !holders.has(node));
};

/** Replicas that the members lack, by partition, from 1. */
export const missingIn = (before: PlacementTable, setting: Setting): number[] => {
  const nodes = new Set(setting.members.map(({ node }) => node));
  return Array.from({ length: setting.partitions }, (_, i) => {
    const kept = (before[i + 1] ?? []).filter((node) => nodes.has(node)).length;
    return Math.max(0, replicasIn(setting) - kept);
  });
};

/**
 * No plan can do with fewer moves: what is missing must be copied to somebody, and nobody but a copy
 * fills a newcomer.
 */
export const fewestMoves = (before: PlacementTable, setting: Setting): number => {
  const missing = missingIn(before, setting).reduce((a, b) => a + b, 0);
  const newcomers = newcomersOf(before, setting).length;
  return Math.max(missing, newcomers * Math.floor(meanLoad(setting)));
};

/** Different zones among these nodes; each node without a label is one. */
export const zonesOf = (nodes: readonly NodeId[], members: readonly RingMember[]): number =>
  new Set(nodes.map((node) => members.find((each) => each.node === node)?.zone || `of ${node}`))
    .size;
