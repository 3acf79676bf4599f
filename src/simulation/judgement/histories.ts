// The judges of what the clients saw: linearizability of each key by the checkers, with a budget in
// steps, so that a verdict never depends on the machine; the sum of each counter; no effect of what
// failed; no value that nobody wrote.

import { stepBudget } from '../../checkers/budget.ts';
import type { Conventions, Operation } from '../../checkers/history/history.ts';
import { judgeLinearizability } from '../../checkers/linearizability/linearizable.ts';
import { register } from '../../checkers/linearizability/register.ts';
import { Violation } from '../outcome.ts';
import { classOf } from '../workload/keys.ts';
import type { Recorded } from '../workload/recorder.ts';
import { counter, numberOf } from './counter.ts';

/** Of a thousand steps each; a key of a run needs a few dozen at most, unless it is very busy. */
const questionsMax = 400;
const memoryBytesMax = 64 << 20;

const conventions: Conventions = {
  initials: [null],
  nullReads: 'exact',
  failedCas: 'comparison',
};

export interface HistoryVerdict {
  /** Keys that were judged, and keys that were too hard for the budget. */
  readonly judged: number;
  readonly gaveUp: readonly string[];
}

/** Throws a Violation when the history of a key can not be explained. */
export function judgeHistory(history: readonly Operation[]): HistoryVerdict {
  const gaveUp: string[] = [];
  let judged = 0;
  for (const [key, operations] of byKey(history)) {
    const isCounter = classOf(key) === 'counter';
    const judgement = judgeLinearizability({
      kind: isCounter ? counter : register,
      operations,
      conventions,
      budget: stepBudget(questionsMax, memoryBytesMax),
    });
    if (judgement.verdict === 'invalid') {
      const story = [judgement.why ?? '', ...(judgement.story ?? [])].join('; ');
      throw new Violation('linearizability', `${key} is not linearizable: ${story}`);
    }
    if (judgement.verdict === 'unknown') gaveUp.push(`${key}: ${judgement.why ?? ''}`);
    else judged += 1;
  }
  return { judged, gaveUp };
}

function byKey(history: readonly Operation[]): ReadonlyMap<string, readonly Operation[]> {
  const keys = new Map<string, Operation[]>();
  for (const operation of history) {
    const key = operation.key ?? '';
    const list = keys.get(key);
    if (list === undefined) keys.set(key, [operation]);
    else list.push(operation);
  }
  return keys;
}

/**
 * The last read of a counter: everything acknowledged, and of what is unknown any part. Exact, where
 * the search may give up.
 */
export function judgeCounters(recorded: readonly Recorded[]): void {
  const sums = new Map<string, { acknowledged: number; unknown: number; last: number | null }>();
  for (const { f, key, input, output, outcome, consistency } of recorded) {
    if (classOf(key) !== 'counter') continue;
    const sum = sums.get(key) ?? { acknowledged: 0, unknown: 0, last: null };
    sums.set(key, sum);
    if (f === 'increment' && outcome === 'ok') sum.acknowledged += Number(input);
    else if (f === 'increment' && outcome === 'unknown') sum.unknown += Number(input);
    else if (f === 'read' && outcome === 'ok' && consistency !== 'one') sum.last = numberOf(output);
  }
  for (const [key, { acknowledged, unknown, last }] of sums) {
    if (last === null || (last >= acknowledged && last <= acknowledged + unknown)) continue;
    throw new Violation(
      'counter',
      `${key} is ${last} at the end; ${acknowledged} was acknowledged, and ${unknown} more is unknown`,
    );
  }
}

/** What a read at `one` shows, somebody wrote: before the answer, and with a chance of success. */
export function judgeWeakReads(recorded: readonly Recorded[]): void {
  const writes = new Map<string, Recorded>();
  for (const each of recorded) {
    const value = writtenBy(each);
    if (value !== null) writes.set(`${each.key} ${value}`, each);
  }
  for (const { f, key, output, outcome, consistency, return: end } of recorded) {
    if (f !== 'read' || consistency !== 'one' || outcome !== 'ok' || output === null) continue;
    if (classOf(key) === 'counter') continue;
    const write = writes.get(`${key} ${String(output)}`);
    if (write === undefined || write.call > (end ?? 0)) {
      const facts = `a read of ${key} at \`one\` returned ${String(output)}, which nobody had written`;
      throw new Violation('linearizability', facts);
    }
    if (write.outcome === 'fail') {
      const facts = `a read of ${key} at \`one\` returned ${String(output)}, whose write had failed`;
      throw new Violation('failed-without-effect', facts);
    }
  }
}

function writtenBy({ f, input }: Recorded): string | null {
  if (f === 'write') return String(input);
  if (f !== 'cas' || !Array.isArray(input)) return null;
  return String(input[1]);
}
