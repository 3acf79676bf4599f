// Version vectors against what they stand for: plain sets of events.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  counterOf,
  covers,
  dominates,
  emptyVector,
  merge,
  onlyOrigins,
  originCount,
  withDot,
} from '../../../src/core/clocks/vector.ts';
import { logOrigin, type Origin } from '../../../src/core/model/ids.ts';
import type { Dot, VersionVector } from '../../../src/core/model/version.ts';

const origins = ['log', 'node1#1', 'node1#10', 'node1#2', 'node2#1'] as Origin[];
const origin = fc.constantFrom(...origins);
const counter = fc.integer({ min: 1, max: 4 });
const dot: fc.Arbitrary<Dot> = fc.record({ origin, counter });
const vector: fc.Arbitrary<VersionVector> = fc
  .uniqueArray(fc.tuple(origin, counter), { selector: ([name]) => name })
  .map((pairs) => Object.fromEntries(pairs) as VersionVector);

const events = (of: VersionVector): Set<string> => {
  const set = new Set<string>();
  for (const [name, highest] of Object.entries(of)) {
    for (let n = 1; n <= highest; n++) set.add(`${name}:${n}`);
  }
  return set;
};
const isSorted = (of: VersionVector) =>
  expect(Object.keys(of)).toEqual(Object.keys(of).sort((a, b) => (a < b ? -1 : 1)));

describe('a version vector', () => {
  it('covers a dot exactly when the event is in its set', () => {
    fc.assert(
      fc.property(vector, dot, (v, d) => {
        expect(covers(v, d)).toBe(events(v).has(`${d.origin}:${d.counter}`));
      }),
    );
  });

  it('dominates another exactly when it has all of its events', () => {
    fc.assert(
      fc.property(vector, vector, (a, b) => {
        const all = events(a);
        expect(dominates(a, b)).toBe([...events(b)].every((event) => all.has(event)));
      }),
    );
  });

  it('merges to the union, in either order, with its origins sorted when it is new', () => {
    fc.assert(
      fc.property(vector, vector, (a, b) => {
        const union = merge(a, b);
        expect(events(union)).toEqual(new Set([...events(a), ...events(b)]));
        expect(merge(b, a)).toEqual(union);
        if (union !== a && union !== b) isSorted(union);
      }),
    );
  });

  it('with one more dot covers it, keeps the rest, and has its origins sorted', () => {
    fc.assert(
      fc.property(vector, dot, (v, d) => {
        const more = withDot(v, d);
        expect(covers(more, d)).toBe(true);
        expect(dominates(more, v)).toBe(true);
        expect(originCount(more)).toBe(originCount(v) + (counterOf(v, d.origin) === 0 ? 1 : 0));
        if (more !== v) isSorted(more);
      }),
    );
  });

  it('is returned itself when nothing is added', () => {
    const v = withDot(emptyVector, { origin: logOrigin, counter: 3 });
    expect(merge(v, emptyVector)).toBe(v);
    expect(merge(emptyVector, v)).toBe(v);
    expect(withDot(v, { origin: logOrigin, counter: 2 })).toBe(v);
  });

  it('keeps only the origins that are asked for', () => {
    const v = { log: 4, 'node1#1': 2 } as VersionVector;
    expect(onlyOrigins(v, (name) => name === logOrigin)).toEqual({ log: 4 });
  });

  it('knows nothing that it inherited', () => {
    const name = 'constructor' as Origin;
    expect(counterOf(emptyVector, name)).toBe(0);
    expect(covers(emptyVector, { origin: name, counter: 1 })).toBe(false);
    expect(merge({ [name]: 2 } as VersionVector, { log: 1 } as VersionVector)).toEqual({
      [name]: 2,
      log: 1,
    });
  });
});
