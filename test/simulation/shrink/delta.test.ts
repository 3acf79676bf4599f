// The smallest failing part of a list, against predicates whose answer is known.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smallest } from '../../../src/simulation/shrink/delta.ts';

const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, at) => at);

describe('the smallest part that fails', () => {
  it('is nothing when nothing is needed', async () => {
    expect(await smallest(upTo(10), async () => true)).toEqual([]);
    expect(await smallest([], async () => true)).toEqual([]);
  });

  it('is everything when everything is needed', async () => {
    const fails = async (items: readonly number[]) => items.length === 7;
    expect(await smallest(upTo(7), fails)).toEqual(upTo(7));
  });

  it('is exactly what is needed, in the old order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 120 }).chain((count) =>
          fc.record({
            count: fc.constant(count),
            needed: fc.uniqueArray(fc.nat({ max: count - 1 }), { minLength: 1, maxLength: 8 }),
          }),
        ),
        async ({ count, needed }) => {
          const fails = async (items: readonly number[]) =>
            needed.every((item) => items.includes(item));
          expect(await smallest(upTo(count), fails)).toEqual([...needed].sort((a, b) => a - b));
        },
      ),
    );
  });

  it('passes without any one of its items, even when items depend on each other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 40 }), fc.nat(), async (count, salt) => {
        // Fails when the sum is a multiple: no part of it is needed for itself.
        const fails = async (items: readonly number[]) =>
          items.reduce((sum, item) => sum + item + salt, 0) % 3 === 0 && items.length > 1;
        const all = upTo(count);
        if (!(await fails(all))) return;
        const left = await smallest(all, fails);
        expect(await fails(left)).toBe(true);
        for (const item of left) {
          expect(await fails(left.filter((other) => other !== item))).toBe(false);
        }
      }),
    );
  });

  it('is found with few questions when little is needed', async () => {
    let questions = 0;
    const fails = async (items: readonly number[]) => {
      questions += 1;
      return items.includes(123) && items.includes(400);
    };
    expect(await smallest(upTo(500), fails)).toEqual([123, 400]);
    expect(questions).toBeLessThan(60);
  });
});
