// The graph checker against the dumb one, on thousands of small random histories, in both
// directions. The histories come from a store without any isolation, whose reads are now and then
// stale; at the end somebody reads everything, so that the order of all versions is known and the
// checker has no excuse.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepBudget } from '../../../src/checkers/budget.ts';
import type { Operation } from '../../../src/checkers/history/history.ts';
import { isolationNamed } from '../../../src/checkers/transactions/isolation.ts';
import { judgeTransactions } from '../../../src/checkers/transactions/serializable.ts';
import type { WriteWord } from '../../../src/checkers/transactions/transaction.ts';
import { isSerializableByBruteForce, isSnapshotIsolatedByBruteForce } from './brute-force.ts';
import { type Draw, draws, play } from './sloppy-store.ts';

const runsOfOrders = 2000;
/** Trying every order of begin and commit is slow. */
const runsOfSnapshots = 600;

function verdictOf(operations: readonly Operation[], level: string, word: WriteWord): string {
  const isolation = isolationNamed(level);
  if (isolation === null) throw new Error(`no level ${level}`);
  const budget = stepBudget(100_000);
  return judgeTransactions({ operations, word, isolation, allowUnwritten: false, budget }).verdict;
}

type Twin = (operations: readonly Operation[], options: { strict: boolean }) => boolean;

interface Comparison {
  readonly level: string;
  readonly word: WriteWord;
  readonly twin: Twin;
  readonly strict: boolean;
  readonly runs: number;
  /** False: the checker may miss what it cannot know. */
  readonly isComplete: boolean;
}

/** How often each verdict was reached. */
function compare(the: Comparison, source: fc.Arbitrary<Draw>): Record<string, number> {
  const seen: Record<string, number> = { valid: 0, invalid: 0, unknown: 0 };
  fc.assert(
    fc.property(source, (draw) => {
      const operations = play(draw, the.word);
      const verdict = verdictOf(operations, the.level, the.word);
      seen[verdict] = (seen[verdict] ?? 0) + 1;
      const isRight = the.twin(operations, { strict: the.strict });
      if (verdict === 'invalid') expect(isRight).toBe(false);
      else if (the.isComplete) expect(isRight).toBe(true);
    }),
    { numRuns: the.runs, seed: 21 },
  );
  return seen;
}

const levels: readonly (readonly [level: string, twin: Twin, strict: boolean, runs: number])[] = [
  ['serializable', isSerializableByBruteForce, false, runsOfOrders],
  ['strict-serializable', isSerializableByBruteForce, true, runsOfOrders],
  ['snapshot-isolation', isSnapshotIsolatedByBruteForce, false, runsOfSnapshots],
  ['strong-snapshot-isolation', isSnapshotIsolatedByBruteForce, true, runsOfOrders],
];

describe('the transaction checker and its dumb twin', () => {
  for (const [level, twin, strict, runs] of levels) {
    it(`agree on ${level} of lists`, () => {
      const the = { level, word: 'append', twin, strict, runs, isComplete: true } as const;
      const seen = compare(the, draws({ blindWrites: true, endsWithReads: true }));
      expect(seen.invalid).toBeGreaterThan(runs / 10);
      expect(seen.valid).toBeGreaterThan(runs / 10);
    });

    it(`agree on ${level} of lists that nobody reads at the end, as far as that tells`, () => {
      const the = { level, word: 'append', twin, strict, runs, isComplete: false } as const;
      const seen = compare(the, draws({ blindWrites: true, endsWithReads: false }));
      expect(seen.invalid).toBeGreaterThan(runs / 20);
    });

    it(`agree on ${level} of registers that are read before they are written`, () => {
      const the = { level, word: 'w', twin, strict, runs, isComplete: true } as const;
      const seen = compare(the, draws({ blindWrites: false, endsWithReads: true }));
      expect(seen.invalid).toBeGreaterThan(runs / 10);
      expect(seen.valid).toBeGreaterThan(runs / 20);
    });

    it(`agree on ${level} of registers, as far as the order of versions is known`, () => {
      const the = { level, word: 'w', twin, strict, runs, isComplete: false } as const;
      const seen = compare(the, draws({ blindWrites: true, endsWithReads: false }));
      expect(seen.invalid).toBeGreaterThan(runs / 20);
    });
  }
});
