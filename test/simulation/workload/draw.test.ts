// What the clients will ask: drawn from the seed, alone from it, and such that judges can judge it.

import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../src/core/model/ids.ts';
import { seededRandom } from '../../../src/core/model/random.ts';
import type { PlannedOperation } from '../../../src/simulation/plan.ts';
import { drawOperations } from '../../../src/simulation/workload/draw.ts';
import { classOf } from '../../../src/simulation/workload/keys.ts';
import { bytesOf, textOf } from '../../../src/simulation/workload/values.ts';

const members = ['node1', 'node2', 'node3'].map(nodeId);
const draw = (seed: number): PlannedOperation[] =>
  drawOperations({ random: seededRandom(seed), members, ticks: 3000 });
const many = Array.from({ length: 40 }, (_, seed) => draw(seed));
const all = many.flat();

describe('a drawn workload', () => {
  test('is the same for the same seed, and another for another', () => {
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  test('lies within its time and asks neither too little nor too much', () => {
    for (const operations of many) {
      expect(operations.length).toBeGreaterThan(50);
      expect(operations.length).toBeLessThanOrEqual(500);
    }
    expect(all.every(({ at }) => at < 3000)).toBe(true);
  });

  test('writes every value once, so that who reads one knows its write', () => {
    for (const operations of many) {
      const values = operations.filter(({ kind }) => kind === 'write' || kind === 'cas');
      expect(new Set(values.map(({ value }) => value)).size).toBe(values.length);
    }
  });

  test('counts only on counters, appends only to lists, and uses `one` only where it may', () => {
    for (const { kind, key, consistency } of all) {
      if (kind === 'increment') expect(classOf(key)).toBe('counter');
      if (kind === 'append') expect(classOf(key)).toBe('list');
      if (consistency === 'one' && kind !== 'read') expect(classOf(key)).toBe('mixed');
    }
  });

  test('has every kind at every level that it may have', () => {
    const seen = new Set(all.map(({ kind, consistency }) => `${kind} ${consistency}`));
    for (const kind of ['read', 'write', 'cas', 'append', 'delete', 'increment', 'scan']) {
      for (const level of ['quorum', 'all']) expect(seen).toContain(`${kind} ${level}`);
    }
    for (const kind of ['read', 'write', 'delete']) expect(seen).toContain(`${kind} one`);
  });
});

describe('values', () => {
  test('are written short, stored long, and read back short', () => {
    expect(bytesOf('v1')).toHaveLength(2);
    expect(bytesOf('v1~4000')).toHaveLength(4007);
    for (const value of ['v1', 'v1~4000', '1,2,3,', '42', '']) {
      expect(textOf(bytesOf(value))).toBe(value);
    }
    expect(textOf(null)).toBeNull();
  });

  test('that nobody wrote are shown as they are', () => {
    const torn = bytesOf('v1~40').subarray(0, 20);
    expect(textOf(torn)).toBe('v1~40...............');
  });
});
