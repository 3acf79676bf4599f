// The in-memory log against a dumb twin.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { logIndex, term } from '../../../src/core/model/ids.ts';
import { Log } from '../../../src/core/raft/log.ts';
import { entry } from './cluster.ts';

const origin = { index: logIndex(0), term: term(0) };

function logOf(terms: readonly number[]): Log {
  return new Log(
    origin,
    terms.map((ofTerm, i) => entry(i + 1, ofTerm)),
  );
}

const risingTerms = fc
  .array(fc.integer({ min: 0, max: 2 }), { maxLength: 40 })
  .map((steps) => steps.map((_, i) => 1 + steps.slice(0, i).reduce((sum, step) => sum + step, 0)));

describe('Log', () => {
  test('the guess of where logs agree is that of a linear search', () => {
    fc.assert(
      fc.property(
        risingTerms,
        fc.nat(45),
        fc.nat(60),
        fc.nat(40),
        (terms, upTo, ofTerm, compact) => {
          const log = logOf(terms);
          if (compact <= terms.length) log.compactTo(logIndex(compact));
          const { start } = log;
          let expected = Math.min(upTo, log.lastIndex);
          while (expected >= start.index && (log.termAt(expected) ?? 0) > ofTerm) expected--;
          expect(log.lastIndexOfTermAtMost(term(ofTerm), logIndex(upTo))).toBe(expected);
        },
      ),
    );
  });

  test('appending, cutting and compacting keep indexes, terms and bytes', () => {
    const log = logOf([1, 1, 2, 3]);
    log.truncateFrom(4);
    log.append([entry(4, 5)]);
    log.compactTo(logIndex(2));
    expect(log.start).toEqual({ index: 2, term: 1 });
    expect([1, 2, 3, 4, 5].map((index) => log.termAt(index))).toEqual([
      undefined,
      1,
      2,
      5,
      undefined,
    ]);
    expect(log).toMatchObject({ lastIndex: 4, lastTerm: 5, bytes: 20 });
    log.restartAt({ index: logIndex(9), term: term(6) });
    expect(log).toMatchObject({ lastIndex: 9, lastTerm: 6, bytes: 0 });
  });

  test('a slice of bytes holds at least one entry', () => {
    const log = logOf([1, 1, 1, 1]);
    const indexes = (from: number, bytes: number) =>
      log.sliceBytes(from, bytes).map(({ index }) => index);
    expect(indexes(1, 0)).toEqual([1]);
    expect(indexes(2, 20)).toEqual([2, 3]);
    expect(indexes(2, 1000)).toEqual([2, 3, 4]);
    expect(indexes(5, 1000)).toEqual([]);
  });

  test('a gap, a falling term and a cut into the compacted part are bugs', () => {
    expect(() => logOf([1]).append([entry(3, 1)])).toThrow('gap');
    expect(() => logOf([2]).append([entry(2, 1)])).toThrow('term falls');
    const log = logOf([1, 1]);
    log.compactTo(logIndex(1));
    expect(() => log.truncateFrom(1)).toThrow('compacted');
    expect(() => log.compactTo(logIndex(9))).toThrow('not in the log');
  });
});
