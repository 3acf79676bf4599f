// Does a transaction agree with itself? What it reads must follow from what it read and wrote
// before (internal consistency; Cerone, Bernardi & Gotsman 2015).

import { canonical, isList, type Json, show } from '../json.ts';
import { named, type Sighting } from './findings.ts';
import type { Step, Transaction } from './transaction.ts';

/** Lists: a known beginning, or none, and what the transaction itself appended since. */
export function internalOfLists(transaction: Transaction): readonly Sighting[] {
  if (transaction.outcome !== 'ok') return [];
  const known = new Map<string, { readonly start: readonly Json[] | null; readonly own: Json[] }>();
  for (const [at, step] of transaction.steps.entries()) {
    const future = ownFuture(transaction, at);
    if (future !== null) return [foreseen(transaction, step, future)];
    const state = known.get(step.key) ?? { start: null, own: [] };
    known.set(step.key, state);
    if (step.kind === 'write') {
      state.own.push(step.value);
      continue;
    }
    const list = isList(step.value) ? step.value : [];
    const expected = [...(state.start ?? []), ...state.own];
    const tail =
      state.start === null ? list.slice(Math.max(0, list.length - expected.length)) : list;
    if (canonical(tail) !== canonical(expected) && (state.start !== null || expected.length > 0))
      return [disagreement(transaction, step, expected)];
    known.set(step.key, { start: list, own: [] });
  }
  return [];
}

/** Registers: the last value that was read or written. */
export function internalOfRegisters(transaction: Transaction): readonly Sighting[] {
  if (transaction.outcome !== 'ok') return [];
  const known = new Map<string, Step>();
  for (const [at, step] of transaction.steps.entries()) {
    const future = ownFuture(transaction, at);
    if (future !== null) return [foreseen(transaction, step, future)];
    const before = known.get(step.key);
    known.set(step.key, step);
    if (step.kind === 'read' && before !== undefined && before.text !== step.text)
      return [disagreement(transaction, step, before.value)];
  }
  return [];
}

/** What the read at that position saw of the transaction's own later writes; null: nothing. */
function ownFuture({ steps }: Transaction, at: number): Step | null {
  const read = steps[at];
  if (read?.kind !== 'read') return null;
  const seen = new Set([read.text, ...(isList(read.value) ? read.value.map(canonical) : [])]);
  const isOwn = (step: Step): boolean =>
    step.kind === 'write' && step.key === read.key && seen.has(step.text);
  return steps.slice(at + 1).find(isOwn) ?? null;
}

function foreseen(transaction: Transaction, { key }: Step, future: Step): Sighting {
  const why = `${named(transaction)} read ${show(future.value)} of key ${key} before it wrote that itself`;
  return { phenomenon: 'internal', why, transactions: [transaction] };
}

function disagreement(transaction: Transaction, { key, value }: Step, expected: Json): Sighting {
  const seen = `${named(transaction)} read key ${key} as ${show(value)}`;
  const why = `${seen}, but by its own steps it must be ${show(expected)}`;
  return { phenomenon: 'internal', why, transactions: [transaction] };
}
