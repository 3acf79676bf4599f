// How long and how large: histories of the size that a workload records. The figures are printed;
// the limits that are asserted are generous, because the machine may be busy.

import { describe, expect, it } from 'vitest';
import type { Budget } from '../../../src/checkers/budget.ts';
import type { Operation } from '../../../src/checkers/history/history.ts';
import type { Judgement } from '../../../src/checkers/judgement.ts';
import { judgeLinearizability } from '../../../src/checkers/linearizability/linearizable.ts';
import { register } from '../../../src/checkers/linearizability/register.ts';
import { type Recording, record } from './recorded.ts';

const large: Recording = {
  operations: 10_000,
  clients: 50,
  keys: 100,
  lostOneIn: 200,
  functions: ['read', 'read', 'write', 'cas', 'delete'],
  seed: 5,
};

const slackMsMax = 20_000;
const memoryBytesMax = 500e6;

function judge(operations: readonly Operation[], timeoutMs = 60_000): Judgement {
  const endsAt = performance.now() + timeoutMs;
  const budget: Budget = { memoryBytesMax, isOver: () => performance.now() >= endsAt };
  const conventions = { initials: [null], nullReads: 'exact', failedCas: 'comparison' } as const;
  return judgeLinearizability({ kind: register, operations, conventions, budget });
}

function measured(name: string, operations: readonly Operation[]): Judgement {
  const startedAt = performance.now();
  const before = process.memoryUsage().rss;
  const judgement = judge(operations);
  const ms = performance.now() - startedAt;
  const megabytes = (process.memoryUsage().rss - before) / 1e6;
  console.info(
    `${name}: ${judgement.verdict}, ${ms.toFixed(0)} ms, ${megabytes.toFixed(0)} MB more`,
  );
  expect(ms).toBeLessThan(slackMsMax);
  expect(process.memoryUsage().rss).toBeLessThan(memoryBytesMax * 2);
  return judgement;
}

/** One read late in the history returns what nobody can have read. */
function withBadRead(operations: readonly Operation[]): readonly Operation[] {
  const at = operations.findLastIndex(({ f, outcome }) => f === 'read' && outcome === 'ok');
  return operations.map((each, index) => (index === at ? { ...each, output: 77 } : each));
}

/** A read is given the value that its key had long before. */
function withStaleRead(operations: readonly Operation[]): readonly Operation[] {
  const reads = operations.filter(({ f, outcome }) => f === 'read' && outcome === 'ok');
  const last = reads.at(-1);
  const old = reads.find(({ key, output }) => key === last?.key && output !== last?.output);
  return operations.map((each) => (each === last ? { ...each, output: old?.output ?? 77 } : each));
}

describe('linearizability at scale', () => {
  it('10,000 operations of 50 clients over 100 keys are valid', () => {
    expect(measured('10,000 over 100 keys', record(large)).verdict).toBe('valid');
  });

  it('one bad read among 10,000 operations is found, and is the whole witness', () => {
    const { verdict, witness } = measured('with a bad read', withBadRead(record(large)));
    expect(verdict).toBe('invalid');
    expect(witness).toHaveLength(1);
  });

  it('a stale read among 10,000 operations is found with a small witness', () => {
    const { verdict, witness } = measured('with a stale read', withStaleRead(record(large)));
    expect(verdict).toBe('invalid');
    expect(witness?.length).toBeLessThan(12);
  });

  it('5,000 appends and reads of 50 clients to 10 keys are valid', () => {
    const functions = ['read', 'append'];
    const history = record({ ...large, operations: 5000, keys: 10, lostOneIn: 100, functions });
    expect(measured('appends to 10 keys', history).verdict).toBe('valid');
  });

  it('20 clients on one key get a verdict', () => {
    const history = record({ ...large, operations: 600, clients: 20, keys: 1, lostOneIn: 50 });
    expect(measured('20 clients on one key', history).verdict).toBe('valid');
  });

  it('a budget that is spent is unknown, never invalid', () => {
    const history = record({ ...large, operations: 4000, keys: 1, lostOneIn: 20 });
    const { verdict, why } = judge(history, 0);
    expect(verdict).toBe('unknown');
    expect(why).toMatch(/gave up on \d+ operations of key "k0" after \d+ steps/);
  });

  it('memory that is spent is unknown too', () => {
    const history = record({ ...large, operations: 4000, keys: 1, lostOneIn: 20 });
    const conventions = { initials: [null], nullReads: 'exact', failedCas: 'comparison' } as const;
    const budget: Budget = { memoryBytesMax: 1000, isOver: () => false };
    const judgement = judgeLinearizability({
      kind: register,
      operations: history,
      conventions,
      budget,
    });
    expect(judgement.verdict).toBe('unknown');
    expect(judgement.why).toContain('the memory budget is spent');
  });
});
