// What a command comes to: the next row, and the answer to whoever asked for it. Every replica
// computes both from the log alone, so all give the same answer.

import type { ControlRow } from '../model/control-row.ts';
import type { Refusal } from '../model/operation.ts';

export interface Outcome {
  /** The very same object when nothing changes. */
  readonly row: ControlRow;
  readonly result: ControlResult;
}

export type ControlResult =
  /** It is so now; also when it was so before, so that a command may be repeated. */
  { readonly kind: 'done' } | ControlRefusal;

/** Nothing changed, and nothing will. */
export interface ControlRefusal {
  readonly kind: 'refused';
  readonly reason: Extract<
    Refusal['reason'],
    | 'member-exists'
    | 'member-unknown'
    | 'member-needed'
    | 'feature-missing'
    | 'overloaded'
    | 'invalid'
  >;
  /** What was expected, what was found, what to do. */
  readonly message: string;
}

export function done(row: ControlRow): Outcome {
  return { row, result: { kind: 'done' } };
}

export function refused(
  row: ControlRow,
  reason: ControlRefusal['reason'],
  message: string,
): Outcome {
  return { row, result: { kind: 'refused', reason, message } };
}
