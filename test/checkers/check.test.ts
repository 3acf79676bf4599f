// A history in memory is judged like one from a file: by the model it is told, or by its own shape.

import { describe, expect, it } from 'vitest';
import { stepBudget } from '../../src/checkers/budget.ts';
import { type CheckOptions, checkHistory } from '../../src/checkers/check.ts';
import type { Operation, OperationHistory } from '../../src/checkers/history/history.ts';
import type { Json } from '../../src/checkers/json.ts';
import { operation } from './operations.ts';

function history(operations: readonly Operation[]): OperationHistory {
  const conventions = { initials: [null], nullReads: 'exact', failedCas: 'comparison' } as const;
  return { kind: 'operations', format: 'dsys', operations, conventions };
}

function check(operations: readonly Operation[], options: Partial<CheckOptions> = {}): unknown {
  const judged = checkHistory(history(operations), { budget: stepBudget(1000), ...options });
  return 'verdict' in judged ? [judged.model, judged.verdict] : judged;
}

const done = (f: string, input: Json, output: Json = null): readonly Operation[] => [
  operation(0, 1, { f, input, output }),
];

describe('the model of a history', () => {
  it('follows from the names and shapes of its operations', () => {
    const append = [['append', 'x', 1]];
    const cases: readonly (readonly [readonly Operation[], string])[] = [
      [done('write', 1), 'register'],
      [done('acquire', null), 'mutex'],
      [done('txn', append, append), 'strict-serializable'],
      [done('txn', [['write', 'x', 1]], [['write', 'x', 1]]), 'multi-register'],
      [done('transfer', {}), 'bank'],
      [done('add', 1), 'counter'],
      [[...done('add', 1), operation(2, 3, { f: 'read', output: [1] })], 'set'],
      [done('read', [['r', 1, null]], [['r', 1, null]]), 'long-fork'],
      [done('read', null, [1, 2]), 'comments'],
      [done('read', null, { a: 1 }), 'bank'],
    ];
    const models = cases.map(([operations]) => check(operations));
    expect(models).toMatchObject(cases.map(([, model]) => [model, expect.anything()]));
  });

  it('may be told, also by an isolation level', () => {
    expect(check(done('add', 1), { model: 'set-full' })).toEqual(['set-full', 'unknown']);
    const txn = done('txn', [['r', 'x', []]], [['r', 'x', []]]);
    expect(check(txn, { model: 'serializable' })).toEqual(['serializable', 'unknown']);
    expect(check(txn, { model: 'list-append', isolation: 'snapshot-isolation' })).toEqual([
      'snapshot-isolation',
      'unknown',
    ]);
    expect(check(done('read', null), { model: 'cas-register' })).toEqual(['register', 'valid']);
  });

  it('must have the operations that were recorded', () => {
    expect(check(done('fly', 1))).toMatchObject({ kind: 'malformed', found: 'fly' });
    expect(check(done('write', 1), { model: 'bank' })).toMatchObject({
      line: 1,
      expected: 'read, transfer (model bank)',
    });
  });

  it('an empty history proves nothing', () => {
    expect(check([], { model: 'register' })).toEqual(['register', 'unknown']);
  });
});
