// Makes a violation small. Every step keeps it sound: reads are left out, and other operations are
// relaxed (they may act between call and return, or never), so what remains contradicts itself
// whether the others took effect or not.

import { type Budget, stepBudget, within } from '../budget.ts';
import type { Json } from '../json.ts';
import type { Entry, ObjectKind } from './object.ts';
import { findLinearization } from './search.ts';

export interface Violation {
  /**
   * The strict ones contradict each other; the relaxed ones are all that could have helped, and did
   * not.
   */
  readonly entries: readonly Entry[];
  /** Positions in `entries`: the longest order that works. */
  readonly deepest: readonly number[];
}

export interface Case {
  readonly kind: ObjectKind;
  readonly initial: Json;
  readonly budget: Budget;
}

/** Questions to the budget that one attempt may cost. */
const questionsPerAttempt = 48;
/** And all attempts together: a verdict that is known must not wait long for its explanation. */
const questionsInAll = 3000;

/** The smallest violation that the budget allows within `entries`, which are known to violate. */
export function minimalViolation(entries: readonly Entry[], outer: Case): Violation {
  const the = { ...outer, budget: stepBudget(questionsInAll, outer.budget.memoryBytesMax) };
  let current = shortestPrefix(entries, the);
  for (let size = current.length; size >= 1; size = Math.floor(size / 2))
    current = withoutChunks(current, size, the);
  for (let before = Infinity; current.length < before; ) {
    before = current.length;
    current = withoutChunks(current, 1, the);
  }
  return { entries: current, deepest: deepestOf(current, the) };
}

function attempt(entries: readonly Entry[], the: Case): ReturnType<typeof findLinearization> {
  const problem = the.kind.problemOf(entries, the.initial);
  return findLinearization(problem, within(the.budget, questionsPerAttempt));
}

function violates(entries: readonly Entry[], the: Case): boolean {
  return attempt(entries, the).kind === 'violation';
}

function deepestOf(entries: readonly Entry[], the: Case): readonly number[] {
  const finding = attempt(entries, the);
  return finding.kind === 'violation' ? finding.deepest : [];
}

/** What was known after the first return at which the history was already wrong. */
function shortestPrefix(entries: readonly Entry[], the: Case): readonly Entry[] {
  const returns = entries
    .flatMap(({ operation }) => (operation.return === null ? [] : [operation.return]))
    .sort((a, b) => a - b);
  let [low, high] = [0, returns.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (violates(prefix(entries, returns[middle] ?? 0, the.kind), the)) high = middle;
    else low = middle + 1;
  }
  const found = prefix(entries, returns[high] ?? 0, the.kind);
  return violates(found, the) ? found : entries;
}

function prefix(entries: readonly Entry[], until: number, kind: ObjectKind): readonly Entry[] {
  return entries
    .filter(({ operation }) => operation.call < until)
    .map((entry) => ((entry.operation.return ?? until) > until ? relaxed(entry) : entry))
    .filter((entry) => !(entry.isRelaxed && kind.isReadOnly(entry.operation)));
}

export function isStrict({ operation, isRelaxed }: Entry): boolean {
  return !isRelaxed && operation.outcome !== 'unknown';
}

const relaxed = (entry: Entry): Entry => ({ ...entry, isRelaxed: true });

/** Leaves out or relaxes chunks of `size` strict entries, wherever the rest still violates. */
function withoutChunks(entries: readonly Entry[], size: number, the: Case): readonly Entry[] {
  let current = entries;
  const strict = entries.filter(isStrict);
  for (let at = 0; at < strict.length; at += size) {
    if (the.budget.isOver()) return current;
    const chunk = new Set(strict.slice(at, at + size).map(({ operation }) => operation));
    const weaker = current.flatMap((entry) => {
      if (!chunk.has(entry.operation)) return [entry];
      return the.kind.isReadOnly(entry.operation) ? [] : [relaxed(entry)];
    });
    if (violates(weaker, the)) current = weaker;
  }
  return current;
}
