// A history as every judge reads it, whatever file it came from: operations with what was asked,
// what was answered, and when. Times are ranks: whole numbers, all different, in the order of the
// events.

import type { Json } from '../json.ts';

/** `fail`: certainly no effect. `unknown`: it may act any time after its call, or never. */
export type Outcome = 'ok' | 'fail' | 'unknown';

export interface Operation {
  /** The file's own number when it has one, else the position of the call. */
  readonly id: number;
  /** Client, process or session; null when the file does not say. */
  readonly client: string | null;
  /** read, write, cas, append, delete, acquire, txn, add, transfer, … */
  readonly f: string;
  /** null: the file has one object only. */
  readonly key: string | null;
  /** What was asked: the value written, [old, new] of a cas, the steps of a transaction. */
  readonly input: Json;
  /** What came back; null unless `ok`. */
  readonly output: Json;
  readonly outcome: Outcome;
  readonly call: number;
  /** null: it never returned. */
  readonly return: number | null;
  /** Line of the call in the file. */
  readonly line: number;
  /** Call and return as the file has them; ranks where it has no times. */
  readonly times: readonly [call: number, end: number | null];
}

/** How to read what a file leaves open; each format has its own habit. */
export interface Conventions {
  /** Values that an object may begin with; the history is valid when one of them explains it. */
  readonly initials: readonly Json[];
  /** A read that returned null: `exact` saw null, `free` says nothing. */
  readonly nullReads: 'exact' | 'free';
  /** A failed cas: the `comparison` failed, or `nothing` is known but that it had no effect. */
  readonly failedCas: 'comparison' | 'nothing';
}

export type Format = 'dsys' | 'jepsen' | 'jepsen-log' | 'porcupine';

export interface OperationHistory {
  readonly kind: 'operations';
  readonly format: Format;
  readonly operations: readonly Operation[];
  readonly conventions: Conventions;
}

/** One replica's word about its state, as far as it has applied its log. */
export interface ReplicaReport {
  readonly node: string;
  readonly group: number;
  readonly appliedIndex: number;
  readonly hash: string;
}

export interface ReplicaHistory {
  readonly kind: 'replicas';
  readonly replicas: readonly ReplicaReport[];
}

/** The file is not a history: where, what was expected there, and what was found. */
export interface Malformed {
  readonly kind: 'malformed';
  /** From 1. */
  readonly line: number;
  readonly expected: string;
  readonly found: string;
}

export type History = OperationHistory | ReplicaHistory;

export function malformed(line: number, expected: string, found: string): Malformed {
  const short = found.length <= 80 ? found : `${found.slice(0, 77)}…`;
  return { kind: 'malformed', line, expected, found: short };
}
