// The ring: complete, stable, spread over zones, and as even as theory and published figures say.

import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../src/core/model/ids.ts';
import { Ring } from '../../../src/core/placement/ring.ts';
import { hashText } from '../../../src/wire/key-hash.ts';
import { hasExternalData, readExternal } from '../../external-data.ts';

function members(count: number, prefix = 'node') {
  return Array.from({ length: count }, (_, i) => ({ node: nodeId(`${prefix}${i + 1}`), zone: '' }));
}

function maxOverMean(shares: ReadonlyMap<string, number>): number {
  return Math.max(...shares.values()) * shares.size;
}

/** Rings of many differently named clusters, so that no lucky set of names decides. */
function ringsOf(count: number, rings: number): Ring[] {
  return Array.from(
    { length: rings },
    (_, i) => new Ring({ members: members(count, `c${i}-`), hash: hashText }),
  );
}

describe('ring', () => {
  it('gives every node exactly once, whatever the point', () => {
    const ring = new Ring({ members: members(5), hash: hashText });
    for (let i = 0; i < 200; i++) {
      const list = ring.preferenceList(`point ${i}`);
      expect([...list].sort()).toEqual(['node1', 'node2', 'node3', 'node4', 'node5']);
    }
  });

  it('does not depend on the order in which the members are listed', () => {
    const ring = new Ring({ members: members(7), hash: hashText });
    const reversed = new Ring({ members: members(7).reverse(), hash: hashText });
    for (let i = 0; i < 100; i++) {
      expect(reversed.preferenceList(`p${i}`)).toEqual(ring.preferenceList(`p${i}`));
    }
  });

  it('removing a node moves only what it had: the others keep their order', () => {
    const all = new Ring({ members: members(6), hash: hashText });
    const fewer = new Ring({ members: members(5), hash: hashText });
    for (let i = 0; i < 300; i++) {
      const expected = all.preferenceList(`p${i}`).filter((node) => node !== 'node6');
      expect(fewer.preferenceList(`p${i}`)).toEqual(expected);
    }
  });

  it('spreads the first choices over distinct zones while there are any', () => {
    const zoned = members(6).map((member, i) => ({
      ...member,
      zone: ['a', 'b', 'c'][i % 3] ?? '',
    }));
    const zoneOf = new Map(zoned.map(({ node, zone }) => [node, zone]));
    const ring = new Ring({ members: zoned, hash: hashText });
    for (let i = 0; i < 200; i++) {
      const zones = ring
        .preferenceList(`p${i}`)
        .slice(0, 3)
        .map((node) => zoneOf.get(node));
      expect(new Set(zones).size).toBe(3);
    }
  });

  it('shares sum to one', () => {
    const shares = new Ring({ members: members(4), hash: hashText }).shares();
    expect([...shares.values()].reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
  });

  it.each([3, 5, 10])(
    'relative standard deviation of the share of %i nodes is what theory says',
    (n) => {
      const shares = ringsOf(n, 60).flatMap((ring) => [...ring.shares().values()]);
      const mean = 1 / n;
      const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length;
      const expected = Math.sqrt((n - 1) / (n * 150 + 1));
      expect(Math.sqrt(variance) / mean / expected).toBeGreaterThan(0.8);
      expect(Math.sqrt(variance) / mean / expected).toBeLessThan(1.2);
    },
  );

  it.skipIf(!hasExternalData)('max over mean stays within the published distribution', () => {
    const rows = readExternal('ring', 'imbalance.tsv')
      .trim()
      .split('\n')
      .map((row) => row.split('\t'));
    const header = rows[0] ?? [];
    const at = (row: readonly string[], name: string) => Number(row[header.indexOf(name)]);
    const published = rows.slice(1).filter((row) => at(row, 'V') === 150);
    expect(published.length).toBeGreaterThan(0);
    for (const row of published.filter((each) => at(each, 'N') <= 10)) {
      const ratios = ringsOf(at(row, 'N'), 60)
        .map((ring) => maxOverMean(ring.shares()))
        .sort();
      const median = ratios[ratios.length >> 1] ?? 0;
      expect(Math.abs(median - at(row, 'max/mean p50'))).toBeLessThan(0.05);
    }
  });
});
