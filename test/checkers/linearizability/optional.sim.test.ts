// Operations that may act within their time or never, against the dumb twin: a witness rests on
// them, because it must contradict itself whatever all the others did.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stepBudget } from '../../../src/checkers/budget.ts';
import type { Operation, Outcome } from '../../../src/checkers/history/history.ts';
import { canonical, isList, type Json } from '../../../src/checkers/json.ts';
import type { Entry } from '../../../src/checkers/linearizability/object.ts';
import { register } from '../../../src/checkers/linearizability/register.ts';
import { findLinearization } from '../../../src/checkers/linearizability/search.ts';
import { operation } from '../operations.ts';

const runs = 6000;

interface Draw {
  readonly f: string;
  readonly value: number;
  readonly other: number;
  readonly outcome: Outcome;
  readonly begin: number;
  readonly length: number;
  readonly isRelaxed: boolean;
}

const outcomes: Outcome[] = ['ok', 'ok', 'ok', 'fail', 'unknown'];

const draws: fc.Arbitrary<readonly Draw[]> = fc.array(
  fc.record({
    f: fc.constantFrom('read', 'read', 'write', 'write', 'cas'),
    value: fc.nat({ max: 3 }),
    other: fc.nat({ max: 2 }),
    outcome: fc.constantFrom(...outcomes),
    begin: fc.nat({ max: 20 }),
    length: fc.nat({ max: 12 }),
    isRelaxed: fc.boolean(),
  }),
  { minLength: 1, maxLength: 8 },
);

/** Reads are never relaxed, only left out; what failed without information is not there. */
function entriesOf(list: readonly Draw[]): readonly Entry[] {
  return list.flatMap((draw, at) => {
    const isCas = draw.f === 'cas';
    if (draw.outcome !== 'ok' && !isCas && (draw.f === 'read' || draw.outcome === 'fail'))
      return [];
    const asked = operation(draw.begin * 100 + at, (draw.begin + draw.length) * 100 + 50 + at, {
      f: draw.f,
      input: isCas ? [draw.other, draw.value] : draw.value,
      output: draw.f === 'read' ? draw.value : null,
      outcome: draw.outcome,
    });
    return [{ operation: asked, isRelaxed: draw.isRelaxed && draw.f === 'write' }];
  });
}

const isOptional = ({ operation: { outcome }, isRelaxed }: Entry): boolean =>
  isRelaxed || outcome === 'unknown';
const endOf = ({ operation: { outcome, return: end } }: Entry): number =>
  outcome === 'unknown' || end === null ? Number.POSITIVE_INFINITY : end;

function step(value: Json, { f, input, output, outcome }: Operation): Json | undefined {
  if (f === 'read') return canonical(output) === canonical(value) ? value : undefined;
  if (f === 'write') return input;
  const [old = null, next = null] = isList(input) ? input : [];
  const matches = canonical(old) === canonical(value);
  if (outcome === 'fail') return matches ? undefined : value;
  return matches ? next : undefined;
}

/** Everything in every order; who is passed over by a later call is out. */
function isPossible(left: readonly Entry[], value: Json): boolean {
  if (left.every(isOptional)) return true;
  return left.some((next) => {
    const passed = left.filter((each) => each !== next && endOf(each) < next.operation.call);
    if (!passed.every(isOptional)) return false;
    const after = step(value, next.operation);
    const rest = left.filter((each) => each !== next && !passed.includes(each));
    return after !== undefined && isPossible(rest, after);
  });
}

describe('the search with operations that may never act', () => {
  it('agrees with the dumb twin', () => {
    const seen = { linearizable: 0, violation: 0 };
    fc.assert(
      fc.property(draws, (list) => {
        const entries = entriesOf(list);
        const { kind } = findLinearization(register.problemOf(entries, null), stepBudget(10_000));
        expect(kind).toBe(isPossible(entries, null) ? 'linearizable' : 'violation');
        seen[kind === 'violation' ? 'violation' : 'linearizable']++;
      }),
      { numRuns: runs, seed: 31 },
    );
    expect(Math.min(seen.linearizable, seen.violation)).toBeGreaterThan(runs / 10);
  });
});
