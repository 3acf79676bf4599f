// A violation is told by the fewest operations, and in words.

import { describe, expect, it } from 'vitest';
import { stepBudget } from '../../../src/checkers/budget.ts';
import type { Operation } from '../../../src/checkers/history/history.ts';
import type { Json } from '../../../src/checkers/json.ts';
import type { Judgement } from '../../../src/checkers/judgement.ts';
import { judgeLinearizability } from '../../../src/checkers/linearizability/linearizable.ts';
import { multiRegister } from '../../../src/checkers/linearizability/multi-register.ts';
import { mutex } from '../../../src/checkers/linearizability/mutex.ts';
import type { ObjectKind } from '../../../src/checkers/linearizability/object.ts';
import { register } from '../../../src/checkers/linearizability/register.ts';
import { operation } from '../operations.ts';

function judge(operations: readonly Operation[], kind: ObjectKind = register): Judgement {
  const conventions = { initials: [null], nullReads: 'exact', failedCas: 'comparison' } as const;
  return judgeLinearizability({ kind, operations, conventions, budget: stepBudget(10_000) });
}

const write = (call: number, end: number | null, input: Json, client = 'w'): Operation =>
  operation(call, end, { f: 'write', input, client });
const read = (call: number, end: number, output: Json, client = 'r'): Operation =>
  operation(call, end, { f: 'read', output, client });
const lines = ({ witness = [] }: Judgement): readonly number[] => witness.map(({ line }) => line);

describe('a witness', () => {
  it('is a read of what nobody wrote, alone', () => {
    const judgement = judge([write(0, 1, 1), read(2, 3, 1), read(4, 5, 9), write(6, 7, 2)]);
    expect(judgement.why).toBe('client r saw 9, which nobody ever wrote');
    expect(lines(judgement)).toEqual([5]);
  });

  it('is a read from the future', () => {
    const judgement = judge([read(0, 1, 5), write(2, 3, 5)]);
    expect(judgement.why).toBe('client r saw 5 before anybody had begun to write it');
  });

  it('is a stale read with both writes, and nothing around them', () => {
    const noise = [write(20, 21, 7), read(22, 23, 7), write(24, 30, 8), read(25, 26, 7)];
    const judgement = judge([write(0, 1, 1), write(2, 3, 2), read(4, 5, 1), ...noise]);
    expect(judgement.why).toBe(
      'client r saw the old value 1 after 2 had been written (stale read)',
    );
    expect(lines(judgement)).toEqual([1, 3, 5]);
  });

  it('names the key, and looks at no other', () => {
    const keyed = [write(0, 1, 1), write(2, 3, 2), read(4, 5, 1)].map((each) => ({
      ...each,
      key: 'a',
    }));
    const others = [write(6, 7, 1), read(8, 9, 1)].map((each) => ({ ...each, key: 'b' }));
    expect(judge([...keyed, ...others]).why).toMatch(/^key "a": client r saw the old value 1/);
  });

  it('is two cas that both succeeded from one value', () => {
    const cas = (call: number, end: number, next: number): Operation =>
      operation(call, end, { f: 'cas', input: [1, next], client: `c${next}` });
    const judgement = judge([write(0, 1, 1), cas(2, 10, 2), cas(3, 11, 3)]);
    expect(judgement.verdict).toBe('invalid');
    expect(lines(judgement)).toEqual([1, 3, 4]);
    expect(judgement.story?.at(-1)).toMatch(/^what cannot follow: cas 1 to [23] \(client c[23]\)/);
  });

  it('of appends is what was lost', () => {
    const append = (call: number, end: number, input: string): Operation =>
      operation(call, end, { f: 'append', input });
    const judgement = judge([
      append(0, 1, 'a'),
      append(2, 3, 'b'),
      append(4, 5, 'c'),
      read(6, 7, 'ac'),
    ]);
    expect(judgement.verdict).toBe('invalid');
    expect(lines(judgement)).toEqual([3, 7]);
  });

  it('of a lock is two holders', () => {
    const hold = (call: number, end: number, f: string): Operation => operation(call, end, { f });
    const both = [
      hold(0, 1, 'acquire'),
      hold(2, 3, 'release'),
      hold(4, 5, 'acquire'),
      hold(6, 7, 'acquire'),
    ];
    const judgement = judge(both, mutex);
    expect(judgement.verdict).toBe('invalid');
    expect(lines(judgement)).toEqual([5, 7]);
    expect(judge(both.slice(0, 3), mutex).verdict).toBe('valid');
  });

  it('of several registers is a read that no instant explains', () => {
    const txn = (call: number, end: number, output: Json): Operation =>
      operation(call, end, { f: 'txn', input: output, output });
    const both = txn(0, 1, [
      ['write', 'x', 1],
      ['write', 'y', 1],
    ]);
    expect(
      judge(
        [
          both,
          txn(2, 3, [
            ['read', 'x', 1],
            ['read', 'y', 1],
          ]),
        ],
        multiRegister,
      ).verdict,
    ).toBe('valid');
    const fractured = txn(4, 5, [
      ['read', 'x', 1],
      ['read', 'y', 2],
    ]);
    expect(lines(judge([both, fractured], multiRegister))).toContain(5);
  });
});

describe('unknown outcomes', () => {
  it('a write without an answer may act late, or never', () => {
    expect(judge([write(0, null, 1), read(2, 3, null), read(4, 5, 1)]).verdict).toBe('valid');
    expect(judge([write(0, null, 1), read(2, 3, 1), read(4, 5, null)]).verdict).toBe('invalid');
  });

  it('a cas without an answer may act, where its comparison holds', () => {
    const cas = operation(2, null, { f: 'cas', input: [1, 2] });
    expect(judge([write(0, 1, 1), cas, read(4, 5, 2)]).verdict).toBe('valid');
    expect(judge([write(0, 1, 3), cas, read(4, 5, 2)]).verdict).toBe('invalid');
  });

  it('a refused cas is information', () => {
    const refused = operation(2, 3, { f: 'cas', input: [1, 2], outcome: 'fail' });
    expect(judge([write(0, 1, 1), refused]).verdict).toBe('invalid');
    expect(judge([write(0, 1, 3), refused]).verdict).toBe('valid');
  });

  it('a history in which nothing completed is valid, and says how little that is', () => {
    const { verdict, why } = judge([write(0, null, 1)]);
    expect([verdict, why]).toEqual(['valid', 'no operation completed that could have gone wrong']);
  });
});
