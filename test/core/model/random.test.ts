// Seeded chance: the same everywhere, and fair enough for timeouts and schedules.

import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../src/core/model/random.ts';

const draw = (seed: string | number, count = 8) => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => random.below(2 ** 32));
};

describe('seededRandom', () => {
  test('equal seeds give equal streams, other seeds give others', () => {
    expect(draw('x')).toEqual(draw('x'));
    expect(draw(7)).toEqual(draw('7'));
    expect(draw('x')).not.toEqual(draw('y'));
    expect(draw('')).not.toEqual(draw('0'));
  });

  test('is the same on every platform and in every version: the first draws are written down', () => {
    expect(draw('dsys', 4)).toMatchInlineSnapshot(`
      [
        3255291147,
        2629308898,
        2377508137,
        1707373141,
      ]
    `);
  });

  test('a named stream does not depend on the draws made before it', () => {
    const random = seededRandom('parent');
    const early = random.stream('a').below(2 ** 32);
    random.below(10);
    expect(random.stream('a').below(2 ** 32)).toBe(early);
    expect(random.stream('b').below(2 ** 32)).not.toBe(early);
  });

  test('below and between stay in their ranges and reach every value', () => {
    const random = seededRandom('ranges');
    const below = new Set<number>();
    const between = new Set<number>();
    for (let i = 0; i < 2000; i++) {
      below.add(random.below(7));
      between.add(random.between(-2, 2));
    }
    expect([...below].sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect([...between].sort((a, b) => a - b)).toEqual([-2, -1, 0, 1, 2]);
    expect(random.below(1)).toBe(0);
  });

  test('is about uniform', () => {
    const random = seededRandom('uniform');
    const counts = new Array<number>(16).fill(0);
    for (let i = 0; i < 160_000; i++) {
      const at = random.below(16);
      counts[at] = (counts[at] ?? 0) + 1;
    }
    // 15 degrees of freedom: 37.7 is exceeded once in a thousand.
    const chi2 = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    expect(chi2).toBeLessThan(37.7);
  });

  test('chance is never for 0 and always for 1', () => {
    const random = seededRandom('chance');
    for (let i = 0; i < 1000; i++) {
      expect(random.chance(0)).toBe(false);
      expect(random.chance(1)).toBe(true);
    }
  });
});
