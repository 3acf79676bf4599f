// The partition table: enough distinct replicas, an even load, an even share of leaders.

import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../src/core/model/ids.ts';
import { controlVotersMax, placeAll } from '../../../src/core/placement/table.ts';
import { hashText } from '../../../src/wire/key-hash.ts';

function place(nodes: number, options: { partitions?: number; replicationFactor?: number } = {}) {
  return placeAll({
    members: Array.from({ length: nodes }, (_, i) => ({ node: nodeId(`node${i + 1}`), zone: '' })),
    partitions: options.partitions ?? 64,
    replicationFactor: options.replicationFactor ?? 3,
    hash: hashText,
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

  it('the control group has at most five voters', () => {
    expect(place(3)[0]).toHaveLength(3);
    expect(place(9)[0]).toHaveLength(controlVotersMax);
  });

  it('is the same whenever it is computed from the same members', () => {
    expect(place(5)).toEqual(place(5));
  });
});
