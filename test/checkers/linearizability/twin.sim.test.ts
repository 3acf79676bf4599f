// The fast checker against the dumb one, on thousands of small random histories, in both
// directions.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepBudget } from '../../../src/checkers/budget.ts';
import type { Operation, Outcome } from '../../../src/checkers/history/history.ts';
import type { Json } from '../../../src/checkers/json.ts';
import type { Judgement } from '../../../src/checkers/judgement.ts';
import { judgeLinearizability } from '../../../src/checkers/linearizability/linearizable.ts';
import { register } from '../../../src/checkers/linearizability/register.ts';
import { operation } from '../operations.ts';
import { isLinearizableByBruteForce } from './brute-force.ts';

const runs = 4000;

function judge(operations: readonly Operation[]): Judgement {
  return judgeLinearizability({
    kind: register,
    operations,
    conventions: { initials: [null], nullReads: 'exact', failedCas: 'comparison' },
    budget: stepBudget(10_000),
  });
}

interface Draw {
  readonly f: string;
  readonly value: number;
  readonly other: number;
  readonly outcome: Outcome;
  readonly begin: number;
  readonly length: number;
}

const outcomes: Outcome[] = ['ok', 'ok', 'ok', 'ok', 'fail', 'unknown'];

const draws = (functions: readonly string[]): fc.Arbitrary<readonly Draw[]> =>
  fc.array(
    fc.record({
      f: fc.constantFrom(...functions),
      value: fc.nat({ max: 2 }),
      other: fc.nat({ max: 2 }),
      outcome: fc.constantFrom(...outcomes),
      begin: fc.nat({ max: 20 }),
      length: fc.nat({ max: 12 }),
    }),
    { minLength: 1, maxLength: 7 },
  );

/** Ranks are all different: the place in the list breaks ties. */
function operationsOf(list: readonly Draw[], valueOfDraw: (draw: Draw) => Json): Operation[] {
  return list
    .map((draw, at) => {
      const call = draw.begin * 100 + at;
      const end = (draw.begin + draw.length) * 100 + 50 + at;
      return operation(call, end, { ...askedBy(draw, valueOfDraw), outcome: draw.outcome });
    })
    .sort((a, b) => a.call - b.call);
}

function askedBy(
  draw: Draw,
  valueOfDraw: (draw: Draw) => Json,
): { f: string; input: Json; output: Json } {
  const value = valueOfDraw(draw);
  if (draw.f === 'read') return { f: 'read', input: null, output: value };
  if (draw.f === 'cas') return { f: 'cas', input: [draw.other, value], output: null };
  return { f: draw.f, input: draw.f === 'delete' ? null : value, output: null };
}

const numbers = (draw: Draw): Json => (draw.f === 'read' && draw.value === 0 ? null : draw.value);
const texts = ['', 'a', 'b', 'ab', 'aa', 'ba', 'aab'];
const words = (draw: Draw): Json =>
  draw.f === 'read'
    ? (texts[draw.value * 3 + draw.other] ?? null)
    : (['a', 'b', 'ab'][draw.value] ?? 'a');

describe('the linearizability checker and its dumb twin', () => {
  it('agree on registers with read, write, cas and delete', () => {
    let invalid = 0;
    fc.assert(
      fc.property(draws(['read', 'read', 'write', 'write', 'cas', 'delete']), (list) => {
        const operations = operationsOf(list, numbers);
        const expected = isLinearizableByBruteForce(operations, null) ? 'valid' : 'invalid';
        if (expected === 'invalid') invalid++;
        expect(judge(operations).verdict).toBe(expected);
      }),
      { numRuns: runs, seed: 11 },
    );
    expect(invalid).toBeGreaterThan(runs / 5);
    expect(invalid).toBeLessThan((runs * 4) / 5 + runs / 10);
  });

  it('agree on registers with append', () => {
    let invalid = 0;
    fc.assert(
      fc.property(draws(['read', 'append', 'append', 'write']), (list) => {
        const operations = operationsOf(list, words);
        const expected = isLinearizableByBruteForce(operations, null) ? 'valid' : 'invalid';
        if (expected === 'invalid') invalid++;
        expect(judge(operations).verdict).toBe(expected);
      }),
      { numRuns: runs, seed: 12 },
    );
    expect(invalid).toBeGreaterThan(runs / 10);
  });

  it('agree that a witness alone is a violation, and hold nothing that is not in the history', () => {
    fc.assert(
      fc.property(draws(['read', 'read', 'write', 'cas']), (list) => {
        const operations = operationsOf(list, numbers);
        const { verdict, witness = [] } = judge(operations);
        if (verdict !== 'invalid') return;
        expect(isLinearizableByBruteForce(witness, null)).toBe(false);
        expect(witness.every((each) => operations.includes(each))).toBe(true);
      }),
      { numRuns: runs, seed: 13 },
    );
  });
});
