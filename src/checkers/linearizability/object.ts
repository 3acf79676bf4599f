// An object whose histories are judged: which operations say anything about it, and how they become
// a problem for the search.

import type { Conventions, Operation } from '../history/history.ts';
import type { Json } from '../json.ts';
import type { Interval, Problem } from './model.ts';

/**
 * An operation, taken as strictly as the history says, or relaxed: then it may also never have
 * acted.
 */
export interface Entry {
  readonly operation: Operation;
  readonly isRelaxed: boolean;
}

export interface ObjectKind {
  readonly name: string;
  /** False: nothing can be learnt from the operation, whatever the others did. */
  says(operation: Operation, conventions: Conventions): boolean;
  /** True: it changes nothing, so a history stays linearizable without it. */
  isReadOnly(operation: Operation): boolean;
  problemOf(entries: readonly Entry[], initial: Json): Problem;
  /** A violation that needs no search, if there is one: its operations. */
  shortcut?(operations: readonly Operation[], initial: Json): readonly Operation[] | null;
  /** `write 4`, `read → 1`. */
  show(operation: Operation): string;
}

/** The time in which the entry may act, and what it does. */
export function intervalOf({ operation, isRelaxed }: Entry, kind: number): Interval {
  const isUnknown = operation.outcome === 'unknown';
  return {
    call: operation.call,
    return: isUnknown ? null : operation.return,
    isOptional: isRelaxed || isUnknown,
    kind,
  };
}
