// The partition table at birth: enough distinct replicas, an even load, an even share of leaders.

import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../src/core/model/ids.ts';
import { movesBetween, placeAll } from '../../../src/core/placement/table.ts';
import { controlVotersMax, electorate } from '../../../src/core/placement/voters.ts';
import { hashText } from '../../../src/wire/key-hash.ts';
import { membersOf } from './tables.ts';

function place(nodes: number, options: { featureLevel?: number; zones?: string[] } = {}) {
  return placeAll({
    members: membersOf(nodes, options.zones),
    partitions: 64,
    replicationFactor: 3,
    hash: hashText,
    featureLevel: options.featureLevel ?? 2,
  });
}

function countsOf(nodes: readonly string[]): number[] {
  const counts = new Map<string, number>();
  for (const node of nodes) counts.set(node, (counts.get(node) ?? 0) + 1);
  return [...counts.values()];
}

describe('partition table', () => {
  it.each([1, 2, 3, 4, 5, 7, 9, 10])('%i nodes: every partition has RF distinct replicas', (n) => {
    for (const row of place(n).slice(1)) {
      expect(row).toHaveLength(Math.min(3, n));
      expect(new Set(row).size).toBe(row.length);
    }
  });

  it.each([3, 4, 5, 6, 7, 8, 9, 10])('%i nodes: the fullest holds at most 1.30 × the mean', (n) => {
    const counts = countsOf(place(n).slice(1).flat());
    const mean = (64 * 3) / n;
    expect(counts).toHaveLength(n);
    expect(Math.max(...counts) / mean).toBeLessThanOrEqual(1.3);
  });

  it.each([3, 4, 5, 7, 10])('%i nodes: nobody is to lead more than its share', (n) => {
    const leads = countsOf(
      place(n)
        .slice(1)
        .map((row) => row[0] ?? ''),
    );
    expect(Math.max(...leads)).toBeLessThanOrEqual(Math.ceil(64 / n) + 1);
  });

  it('the control group is born with the voters that the planner would choose', () => {
    for (const nodes of [1, 2, 3, 4, 5, 9]) {
      const zones = ['a', 'a', 'b'];
      const members = membersOf(nodes, zones);
      expect(place(nodes, { zones })[0]).toEqual(electorate({ current: [], members }));
    }
  });

  it('the voters of a cluster that was born before that rule are what they were then', () => {
    const old = { featureLevel: 1, zones: ['a', 'a', 'b'] };
    expect(place(4, old)[0]).toEqual(['node1', 'node2', 'node3', 'node4']);
    expect(place(6, old)[0]).toEqual(['node1', 'node2', 'node3', 'node4', 'node5']);
    expect(place(9, old)[0]).toHaveLength(controlVotersMax);
    expect(place(6, old).slice(1)).toEqual(place(6, { zones: old.zones }).slice(1));
  });

  it('is the same whenever it is computed from the same members', () => {
    expect(place(5)).toEqual(place(5));
  });
});

describe('the moves between two tables', () => {
  const [a, b, c] = ['a', 'b', 'c'].map(nodeId) as [never, never, never];

  it('are what each has and the other has not, by group; who leads is no move', () => {
    const before = [[a], [a, b], [b, c]];
    expect(movesBetween(before, [[a, c], [b, a], [b]])).toEqual({
      additions: [{ group: 0, node: 'c' }],
      removals: [{ group: 2, node: 'c' }],
    });
  });

  it('of tables of unequal length count what is missing in one as nothing', () => {
    expect(movesBetween([], [[a], [b]])).toEqual({
      additions: [
        { group: 0, node: 'a' },
        { group: 1, node: 'b' },
      ],
      removals: [],
    });
  });
});
