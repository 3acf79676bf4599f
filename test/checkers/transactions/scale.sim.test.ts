// Thousands of transactions: the graph is built and searched within seconds, and one planted
// anomaly is found in it.

import { describe, expect, it } from 'vitest';
import type { Operation } from '../../../src/checkers/history/history.ts';
import { isList, type Json } from '../../../src/checkers/json.ts';
import type { Judgement } from '../../../src/checkers/judgement.ts';
import { isolationNamed } from '../../../src/checkers/transactions/isolation.ts';
import { judgeTransactions } from '../../../src/checkers/transactions/serializable.ts';
import { operation } from '../operations.ts';

const transactions = 10_000;
const clients = 20;
const slackMsMax = 20_000;

/** A serial execution by clients that overlap: each transaction acts at its return. */
function recordLists(): readonly Operation[] {
  const store = new Map<string, Json[]>();
  return Array.from({ length: transactions }, (_, at) => {
    const steps: Json[] = [0, 1, 2].map((step) => {
      const key = `k${Math.floor(at / 200)}-${(at * 7 + step * 3 + (at >> 3)) % 10}`;
      const list = store.get(key) ?? [];
      if ((at + step) % 2 === 0) return ['r', key, [...list]];
      store.set(key, [...list, at * 3 + step]);
      return ['append', key, at * 3 + step];
    });
    const call = Math.max(0, at - clients) * 2 + (at % 2 === 0 ? 0 : 1);
    const brief = { f: 'txn', input: steps, output: steps, client: String(at % clients) };
    return operation(call, at * 2 + 1, brief);
  });
}

/** Ranks must differ: calls and returns are numbered again in their order. */
function reranked(operations: readonly Operation[]): readonly Operation[] {
  const moments = operations.flatMap((each, at) => [
    { at, time: each.call, isEnd: false },
    { at, time: each.return ?? 0, isEnd: true },
  ]);
  moments.sort((a, b) => a.time - b.time || Number(a.isEnd) - Number(b.isEnd) || a.at - b.at);
  const calls: number[] = [];
  const ends: number[] = [];
  for (const [rank, { at, isEnd }] of moments.entries()) (isEnd ? ends : calls)[at] = rank;
  return operations.map((each, at) => ({ ...each, call: calls[at] ?? 0, return: ends[at] ?? 0 }));
}

/** Two late reads of one transaction lose their last elements. */
function withStaleReads(operations: readonly Operation[]): readonly Operation[] {
  const isReader = ({ output }: Operation): boolean =>
    isList(output) && output.some((step) => isList(step) && isList(step[2]) && step[2].length > 3);
  const at = operations.findLastIndex(isReader);
  return operations.map((each, index) =>
    index === at ? { ...each, output: cut(each.output) } : each,
  );
}

function cut(steps: Json): Json {
  if (!isList(steps)) return steps;
  return steps.map((step) =>
    isList(step) && isList(step[2])
      ? [step[0] ?? null, step[1] ?? null, step[2].slice(0, -2)]
      : step,
  );
}

function judge(operations: readonly Operation[]): Judgement {
  const isolation = isolationNamed('strict-serializable');
  if (isolation === null) throw new Error('no such level');
  const endsAt = performance.now() + 60_000;
  const budget = { memoryBytesMax: 500e6, isOver: () => performance.now() > endsAt };
  const startedAt = performance.now();
  const judgement = judgeTransactions({
    operations,
    word: 'append',
    isolation,
    allowUnwritten: false,
    budget,
  });
  const ms = performance.now() - startedAt;
  console.info(`${operations.length} transactions: ${judgement.verdict}, ${ms.toFixed(0)} ms`);
  expect(ms).toBeLessThan(slackMsMax);
  return judgement;
}

describe('transactions at scale', () => {
  it('10,000 transactions of 20 clients are strict serializable', () => {
    const { verdict, why } = judge(reranked(recordLists()));
    expect([verdict, why]).toEqual(['valid', undefined]);
  });

  it('one stale transaction among 10,000 is found with a small cycle', () => {
    const { verdict, witness } = judge(withStaleReads(reranked(recordLists())));
    expect(verdict).toBe('invalid');
    expect(witness?.length).toBeLessThan(5);
  });
});
