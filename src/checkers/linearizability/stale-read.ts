// The most frequent violation, found without any search: a value is seen although another value was
// there in between, and everybody who ever wrote the first one had finished before that. Only for
// registers without append.

import type { Operation } from '../history/history.ts';
import { canonical, type Json } from '../json.ts';
import { observedBy, writtenBy } from './values.ts';

interface Fact {
  readonly operation: Operation;
  /** Canonical text of a value that the register certainly had between call and return. */
  readonly value: string;
  readonly call: number;
  readonly end: number;
}

const noWriters: Writers = { calls: [], last: [] };

/**
 * A last writer (if there is one), what replaced its value, and who saw it all the same; null: none
 * found.
 */
export function findStaleRead(
  operations: readonly Operation[],
  initial: Json,
): readonly Operation[] | null {
  if (operations.some(({ f }) => f === 'append')) return null;
  const writers = writersOf(operations);
  const facts = factsOf(operations);
  const replacers = new LatestCalls();
  const byEnd = [...facts].sort((a, b) => a.end - b.end);
  let at = 0;
  for (const seer of sightsOf(operations).sort((a, b) => a.call - b.call)) {
    for (let each = byEnd[at]; each !== undefined && each.end < seer.call; each = byEnd[++at])
      replacers.add(each);
    const writer = lastBefore(writers.get(seer.value) ?? noWriters, seer.end);
    if (writer === undefined && seer.value !== canonical(initial)) continue;
    const replacer = replacers.latestBut(seer.value);
    const isLate = replacer !== null && replacer.call > (writer?.end ?? Number.NEGATIVE_INFINITY);
    if (!isLate) continue;
    const last = writer === undefined ? [] : [writer.operation];
    return [...last, replacer.operation, seer.operation];
  }
  return null;
}

/**
 * The writers of one value in order of their calls; each with the one up to there that may act
 * last.
 */
interface Writers {
  readonly calls: readonly number[];
  readonly last: readonly Fact[];
}

function writersOf(operations: readonly Operation[]): ReadonlyMap<string, Writers> {
  const all = new Map<string, { calls: number[]; last: Fact[] }>();
  for (const operation of [...operations].sort((a, b) => a.call - b.call)) {
    const written = writtenBy(operation);
    if (written === undefined) continue;
    const fact = factOf(operation, canonical(written));
    const writers = all.get(fact.value) ?? { calls: [], last: [] };
    all.set(fact.value, writers);
    const before = writers.last.at(-1);
    writers.calls.push(fact.call);
    writers.last.push(before !== undefined && before.end > fact.end ? before : fact);
  }
  return all;
}

/** Of those that were called before `time` the one that may act last. */
function lastBefore({ calls, last }: Writers, time: number): Fact | undefined {
  let [low, high] = [0, calls.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((calls[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return last[low - 1];
}

function factOf(operation: Operation, value: string): Fact {
  const end = operation.return ?? Number.POSITIVE_INFINITY;
  return { operation, value, call: operation.call, end };
}

function factsOf(operations: readonly Operation[]): readonly Fact[] {
  return operations.flatMap((each) => {
    const value = writtenBy(each) ?? observedBy(each);
    return each.outcome === 'ok' && value !== undefined ? [factOf(each, canonical(value))] : [];
  });
}

function sightsOf(operations: readonly Operation[]): Fact[] {
  return operations.flatMap((each) => {
    const value = observedBy(each);
    return value === undefined ? [] : [factOf(each, canonical(value))];
  });
}

/** The fact called latest, and the latest of another value. */
class LatestCalls {
  #first: Fact | null = null;
  #second: Fact | null = null;

  add(fact: Fact): void {
    const first = this.#first;
    if (first === null || fact.call > first.call) {
      if (first !== null && first.value !== fact.value) this.#second = first;
      this.#first = fact;
    } else if (fact.value !== first.value && fact.call > (this.#second?.call ?? -1)) {
      this.#second = fact;
    }
  }

  latestBut(value: string): Fact | null {
    return this.#first?.value === value ? this.#second : this.#first;
  }
}
