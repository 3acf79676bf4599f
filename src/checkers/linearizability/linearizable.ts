// Is a history linearizable (Herlihy & Wing 1990)? Judged object by object, which is enough (their
// locality theorem; it is also what Horn & Kroening's P-compositionality buys), smallest first. A
// violation is made small before it is told.

import type { Budget } from '../budget.ts';
import type { Conventions, Operation } from '../history/history.ts';
import { type Json, show } from '../json.ts';
import { type Judgement, unknownJudgement, validJudgement } from '../judgement.ts';
import { explainViolation } from './explain.ts';
import { isStrict, minimalViolation } from './minimal.ts';
import type { Entry, ObjectKind } from './object.ts';
import { findLinearization } from './search.ts';

export interface LinearizabilityCase {
  readonly kind: ObjectKind;
  readonly operations: readonly Operation[];
  readonly conventions: Conventions;
  readonly budget: Budget;
}

/** The verdict over all objects of the history. */
export function judgeLinearizability(the: LinearizabilityCase): Judgement {
  const said = the.operations.filter((each) => the.kind.says(each, the.conventions));
  const about = { model: the.kind.name, operations: the.operations.length };
  const gaveUp: string[] = [];
  for (const [key, operations] of byKey(said)) {
    const judged = judgeObject(operations, the);
    if (judged.kind === 'valid') continue;
    if (judged.kind === 'gave-up') gaveUp.push(tooHard(key, operations.length, judged));
    else
      return {
        ...about,
        verdict: 'invalid',
        ...explainViolation({ ...judged, key, kind: the.kind }),
      };
  }
  if (gaveUp.length > 0) return unknownJudgement(about, gaveUp.join('; '));
  if (said.some(({ outcome }) => outcome === 'ok')) return validJudgement(about);
  return { ...validJudgement(about), why: 'no operation completed that could have gone wrong' };
}

/** The operations of each key, fewest first. */
function byKey(
  operations: readonly Operation[],
): readonly (readonly [string | null, readonly Operation[]])[] {
  const keys = new Map<string | null, Operation[]>();
  for (const operation of operations) {
    const list = keys.get(operation.key);
    if (list === undefined) keys.set(operation.key, [operation]);
    else list.push(operation);
  }
  return [...keys].sort(([, a], [, b]) => a.length - b.length);
}

type Judged =
  | { readonly kind: 'valid' }
  | { readonly kind: 'gave-up'; readonly why: 'time' | 'memory'; readonly steps: number }
  | {
      readonly kind: 'violation';
      readonly all: readonly Operation[];
      readonly initial: Json;
      readonly witness: readonly Operation[];
      readonly deepest: readonly Operation[];
      readonly reached: string;
    };

/** Valid when one of the possible first values explains it. */
function judgeObject(operations: readonly Operation[], the: LinearizabilityCase): Judged {
  const entries: readonly Entry[] = operations.map((operation) => ({
    operation,
    isRelaxed: false,
  }));
  let gaveUp: Judged | null = null;
  for (const initial of the.conventions.initials) {
    if (the.kind.shortcut?.(operations, initial)) continue;
    const finding = findLinearization(the.kind.problemOf(entries, initial), the.budget);
    if (finding.kind === 'linearizable') return { kind: 'valid' };
    if (finding.kind === 'gave-up') gaveUp = finding;
  }
  return gaveUp ?? smallest(entries, the);
}

function smallest(entries: readonly Entry[], the: LinearizabilityCase): Judged {
  const [initial = null] = the.conventions.initials;
  const { budget, kind } = the;
  const all = entries.map(({ operation }) => operation);
  const found = kind.shortcut?.(all, initial);
  if (found) return { kind: 'violation', all, initial, witness: found, deepest: [], reached: '' };
  const violation = minimalViolation(entries, { kind, initial, budget });
  const { intervals, model } = kind.problemOf(violation.entries, initial);
  const state = violation.deepest.reduce(
    (before, at) => model.step(before, intervals[at]?.kind ?? 0),
    model.initial,
  );
  return {
    kind: 'violation',
    all,
    initial,
    witness: violation.entries.filter(isStrict).map(({ operation }) => operation),
    deepest: violation.deepest.flatMap((at) => violation.entries[at]?.operation ?? []),
    reached: model.describe(state),
  };
}

function tooHard(
  key: string | null,
  operations: number,
  { why, steps }: { readonly why: 'time' | 'memory'; readonly steps: number },
): string {
  const where = key === null ? '' : ` of key ${show(key)}`;
  const what = why === 'time' ? 'time' : 'memory';
  const effort = `${operations} operations${where} after ${steps} steps`;
  return `gave up on ${effort}: the ${what} budget is spent`;
}
