// A transaction as the graph sees it: steps that append, write or read, and whether it committed.
// Values are compared by their canonical texts, which are made once here.

import type { Operation, Outcome } from '../history/history.ts';
import { canonical, isList, type Json, show } from '../json.ts';

export type Step =
  | { readonly kind: 'write'; readonly key: string; readonly value: Json; readonly text: string }
  | { readonly kind: 'read'; readonly key: string; readonly value: Json; readonly text: string };

export interface Transaction {
  /** Its node in the graph: the position in the list of transactions. */
  readonly node: number;
  readonly operation: Operation;
  readonly outcome: Outcome;
  readonly steps: readonly Step[];
}

/** The workload breaks the rules by which it could be judged. */
export interface Fault {
  readonly kind: 'fault';
  readonly line: number;
  readonly why: string;
}

/** `append` is the kind of write of lists, `w` that of registers. */
export type WriteWord = 'append' | 'w';

const readWords = new Set(['r', 'read']);

export function transactionsOf(
  operations: readonly Operation[],
  word: WriteWord,
): readonly Transaction[] | Fault {
  const transactions: Transaction[] = [];
  for (const operation of operations) {
    const { outcome, input, output, line } = operation;
    const raw = outcome === 'ok' && output !== null ? output : input;
    if (!isList(raw))
      return { kind: 'fault', line, why: `a transaction is a list of steps, not ${show(raw)}` };
    const steps: Step[] = [];
    for (const each of raw) {
      const step = stepOf(each, word);
      if (step === null) return { kind: 'fault', line, why: unknownStep(each, word) };
      steps.push(step);
    }
    transactions.push({ node: transactions.length, operation, outcome, steps });
  }
  return transactions;
}

function unknownStep(step: Json, word: WriteWord): string {
  const wanted =
    word === 'append'
      ? '["append", key, element] or ["r", key, list]'
      : '["w", key, value] or ["r", key, value]';
  return `a step is ${wanted}, not ${show(step)}`;
}

function stepOf(raw: Json, word: WriteWord): Step | null {
  if (!isList(raw) || raw.length < 2) return null;
  const [f = null, name = null, value = null] = raw;
  const key = typeof name === 'string' ? name : show(name);
  const text = canonical(value);
  if (readWords.has(String(f))) return readStep({ key, value, text, word });
  const isWrite = f === word || (word === 'w' && f === 'write');
  return isWrite && value !== null ? { kind: 'write', key, value, text } : null;
}

function readStep(read: { key: string; value: Json; text: string; word: WriteWord }): Step | null {
  const { key, value, text, word } = read;
  if (word === 'w') return { kind: 'read', key, value, text };
  if (value !== null && !isList(value)) return null;
  const list = value ?? [];
  return { kind: 'read', key, value: list, text: canonical(list) };
}

/** `append 9 2, r 8 [1 2]`, cut when it is long. */
export function showSteps({ steps }: Transaction, word: WriteWord): string {
  const parts = steps.map(({ kind, key, value }) =>
    kind === 'write' ? `${word} ${key} ${show(value)}` : `r ${key} ${show(value)}`,
  );
  const shown = parts.slice(0, 12).join(', ');
  return parts.length > 12 ? `${shown}, … (${parts.length} steps)` : shown;
}

/**
 * Reads of a key before the transaction wrote it: they show what others left. The first of each
 * key.
 */
export function externalReads({ steps }: Transaction): readonly Step[] {
  const touched = new Set<string>();
  return steps.filter(({ kind, key }) => {
    const isFirst = !touched.has(key);
    touched.add(key);
    return kind === 'read' && isFirst;
  });
}

/** The last write of each key: what others may see. */
export function finalWrites({ steps }: Transaction): readonly Step[] {
  const last = new Map<string, Step>();
  for (const step of steps) if (step.kind === 'write') last.set(step.key, step);
  return [...last.values()];
}
