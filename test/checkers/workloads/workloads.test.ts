// The judges that need no graph: bank, counter, set, set-full, long-fork, comments, and convergence
// of replicas.

import { describe, expect, it } from 'vitest';
import { judgeConvergence } from '../../../src/checkers/convergence.ts';
import type { Operation, ReplicaReport } from '../../../src/checkers/history/history.ts';
import type { Json } from '../../../src/checkers/json.ts';
import { judgeBank } from '../../../src/checkers/workloads/bank.ts';
import { judgeComments } from '../../../src/checkers/workloads/comments.ts';
import { judgeCounter } from '../../../src/checkers/workloads/counter.ts';
import { judgeLongFork } from '../../../src/checkers/workloads/long-fork.ts';
import { judgeSet, judgeSetFull } from '../../../src/checkers/workloads/set.ts';
import { operation } from '../operations.ts';

const read = (call: number, end: number, output: Json): Operation =>
  operation(call, end, { f: 'read', output });
const add = (call: number, end: number | null, input: Json): Operation =>
  operation(call, end, { f: 'add', input });

describe('bank', () => {
  const bank = (...outputs: readonly Json[]) =>
    judgeBank(
      outputs.map((output, at) => read(at * 2, at * 2 + 1, output)),
      { allowNegative: false },
    );

  it('keeps the sum, the accounts and non-negative balances', () => {
    expect(bank({ a: 5, b: 5 }, { a: 0, b: 10 }).verdict).toBe('valid');
    expect(bank({ a: 5, b: 5 }, { a: 5, b: 6 }).why).toBe(
      'the read of line 3 adds up to 11, not to 10 as at first',
    );
    expect(bank({ a: 5 }, { a: 5, c: 0 }).anomalies?.[0]?.name).toBe('unexpected-account');
    expect(bank({ a: 5 }, { a: null }).anomalies?.[0]?.name).toBe('no-balance');
    expect(bank({ a: 5, b: 5 }, { a: -1, b: 11 }).anomalies?.[0]?.name).toBe('negative-balance');
  });

  it('may allow debts', () => {
    const history = [read(0, 1, { a: 5, b: 5 }), read(2, 3, { a: -1, b: 11 })];
    expect(judgeBank(history, { allowNegative: true }).verdict).toBe('valid');
  });

  it('without a read is unknown', () => {
    expect(bank().verdict).toBe('unknown');
  });
});

describe('counter', () => {
  it('lies between what is certain and what is possible', () => {
    const adds = [add(0, 1, 2), add(2, 9, 3), add(3, null, 4)];
    for (const [value, verdict] of [
      [2, 'valid'],
      [5, 'valid'],
      [9, 'valid'],
      [1, 'invalid'],
      [10, 'invalid'],
    ])
      expect(judgeCounter([...adds, read(4, 5, value ?? 0)]).verdict).toBe(verdict);
  });

  it('may go down', () => {
    expect(judgeCounter([add(0, 9, -3), read(1, 2, -3)]).verdict).toBe('valid');
    expect(judgeCounter([add(0, 1, -3), read(2, 3, 0)]).why).toBe(
      'the read of line 3 returned 0; it must lie between -3 and -3',
    );
  });
});

describe('set', () => {
  it('holds in the last read what was acknowledged, and nothing strange', () => {
    const adds = [add(0, 1, 1), add(2, 3, 2), add(4, null, 3)];
    expect(judgeSet([...adds, read(6, 7, [1, 2])]).verdict).toBe('valid');
    expect(judgeSet([...adds, read(6, 7, [1, 2, 3])]).verdict).toBe('valid');
    expect(judgeSet([...adds, read(6, 7, [1])]).anomalies?.[0]?.name).toBe('lost-element');
    expect(judgeSet([...adds, read(6, 7, [1, 2, 4])]).anomalies?.[0]?.name).toBe(
      'unexpected-element',
    );
    expect(judgeSet([...adds, read(6, 7, [1, 2, 2])]).anomalies?.[0]?.name).toBe(
      'duplicate-element',
    );
    expect(judgeSet(adds).verdict).toBe('unknown');
  });

  it('set-full follows each element: away for a while is stale, away for good is lost', () => {
    const added = add(0, 1, 1);
    expect(judgeSetFull([added, read(2, 3, []), read(4, 5, [1])]).verdict).toBe('valid');
    expect(judgeSetFull([added, read(2, 3, [1]), read(4, 5, [])]).verdict).toBe('invalid');
  });

  it('an element that was seen is known, even when its add never returned', () => {
    const history = [add(0, null, 1), read(2, 3, [1]), read(4, 5, [])];
    expect(judgeSetFull(history).anomalies?.[0]?.name).toBe('lost-element');
  });
});

describe('long fork', () => {
  it('two reads that each missed what the other saw', () => {
    const fork = [
      read(0, 1, [
        ['r', 0, 1],
        ['r', 1, null],
      ]),
      read(2, 3, [
        ['r', 1, 1],
        ['r', 0, null],
      ]),
    ];
    expect(judgeLongFork(fork).verdict).toBe('invalid');
    expect(
      judgeLongFork([
        fork[0] ?? read(0, 1, []),
        read(2, 3, [
          ['r', 0, 1],
          ['r', 1, 1],
        ]),
      ]).verdict,
    ).toBe('valid');
    expect(judgeLongFork(fork.slice(1)).verdict).toBe('unknown');
  });
});

describe('comments', () => {
  it('a later comment without an earlier one', () => {
    const writes = [1, 2].map((input, at) => operation(at * 2, at * 2 + 1, { f: 'write', input }));
    expect(judgeComments([...writes, read(5, 6, [2])]).verdict).toBe('invalid');
    expect(judgeComments([...writes, read(5, 6, [1, 2])]).verdict).toBe('valid');
    expect(judgeComments([...writes, read(5, 6, [])]).verdict).toBe('valid');
  });
});

describe('convergence', () => {
  const report = (node: string, appliedIndex: number, hash: string): ReplicaReport => ({
    node,
    group: 1,
    appliedIndex,
    hash,
  });
  const judge = (replicas: readonly ReplicaReport[], atTheEnd = false) =>
    judgeConvergence({ replicas, atTheEnd });

  it('replicas at the same index have the same state', () => {
    expect(judge([report('node1', 5, 'a'), report('node2', 5, 'a')]).verdict).toBe('valid');
    expect(judge([report('node1', 5, 'a'), report('node2', 5, 'b')]).why).toBe(
      'group 1: node1 and node2 applied the log up to 5, but hold different states (a and b)',
    );
  });

  it('at the end all are at the same index', () => {
    const lagging = [report('node1', 5, 'a'), report('node2', 4, 'b')];
    expect(judge(lagging).verdict).toBe('valid');
    expect(judge(lagging, true).anomalies?.[0]?.name).toBe('lag');
    expect(judge([...lagging, report('node2', 5, 'a')], true).verdict).toBe('valid');
  });

  it('one replica alone proves nothing', () => {
    expect(judge([report('node1', 5, 'a')]).verdict).toBe('unknown');
  });
});
