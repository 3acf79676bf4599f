// What a quorum write does to a key. Pure. The log has ordered it after all that is there, so it
// always takes effect, and its timestamp is greater than any before it: a register that dropped an
// acknowledged write in favour of an older one would not be linearizable. A context decides only
// what is called a conflict: a value that a stale context had not seen is overwritten all the same,
// but kept in the conflict log.

import { covers, emptyVector, merge, withDot } from '../clocks/vector.ts';
import { logOrigin } from '../model/ids.ts';
import type { WriteOperation } from '../model/operation.ts';
import type { ItemRow, SessionResult } from '../model/state.ts';
import type { Timestamp, Version, VersionVector } from '../model/version.ts';
import { ownBytes, sameBytes } from './bytes.ts';
import { knownAt } from './contexts.ts';
import { formatDecimal, parseDecimal } from './decimal.ts';
import type { Conflict, Position } from './merges.ts';
import { contenderOf, dotOf } from './resolver.ts';

export interface WriteQuestion {
  readonly current: ItemRow | null;
  readonly operation: WriteOperation;
  readonly at: Position;
  /** Greater than that of `current`. */
  readonly hlc: Timestamp;
}

export interface WriteDecision {
  readonly result: SessionResult;
  /** The key's new row; null when the write was refused. */
  readonly item: ItemRow | null;
  readonly conflict: Conflict | null;
}

type PutOrDelete = Exclude<WriteOperation, { kind: 'increment' }>;

export function decideWrite(question: WriteQuestion): WriteDecision {
  const { operation } = question;
  if (operation.kind === 'increment') return decideIncrement(question, operation.delta);
  return decidePutOrDelete(question, operation);
}

/**
 * A delete is a write of nothing. It leaves a tombstone even where nothing was: a `one` write from
 * before it may still be on its way, and must lose against it. The watermarks purge the tombstone
 * soon after.
 */
function decidePutOrDelete(question: WriteQuestion, operation: PutOrDelete): WriteDecision {
  const { current, at } = question;
  const found = liveVersion(current);
  const isConditional = operation.ifVersion !== null;
  if (isConditional && operation.ifVersion !== (found?.index ?? 0)) {
    return refused('condition-failed', found);
  }
  // Who names the version that is there has seen it.
  const context =
    isConditional || operation.context === null ? null : knownAt(operation.context, at);
  const value = operation.kind === 'put' ? ownBytes(operation.value) : null;
  const isStale = current !== null && context !== null && !covers(context, dotOf(current));
  return {
    ...written({ question, value, context: context ?? emptyVector, number: null }),
    conflict: isStale ? overwritten(question, current, value) : null,
  };
}

function decideIncrement(question: WriteQuestion, delta: number): WriteDecision {
  const { current } = question;
  const before = current === null || current.value === null ? 0 : parseDecimal(current.value);
  const number = before === null ? Number.NaN : before + delta;
  if (!Number.isSafeInteger(delta) || !Number.isSafeInteger(number)) {
    return refused('not-a-number', liveVersion(current));
  }
  return written({ question, value: formatDecimal(number), context: emptyVector, number });
}

function written(options: {
  readonly question: WriteQuestion;
  readonly value: Uint8Array | null;
  readonly context: VersionVector;
  readonly number: number | null;
}): WriteDecision {
  const { question, value, number } = options;
  const { current, operation, at, hlc } = question;
  const seen = merge(current?.version.vector ?? emptyVector, options.context);
  const vector = withDot(seen, { origin: logOrigin, counter: at.index });
  const version: Version = { index: at.index, term: at.term, vector, hlc };
  return {
    result: { kind: 'written', version, number },
    item: { kind: 'item', key: operation.key, value, version, dot: null },
    conflict: null,
  };
}

function refused(
  reason: 'condition-failed' | 'not-a-number',
  version: Version | null,
): WriteDecision {
  return { result: { kind: 'refused', reason, version }, item: null, conflict: null };
}

function overwritten(
  { operation, at, hlc }: WriteQuestion,
  current: ItemRow,
  value: Uint8Array | null,
): Conflict | null {
  if (sameBytes(current.value, value)) return null;
  return {
    key: operation.key,
    loser: { ...contenderOf(current), value: current.value },
    winner: { dot: { origin: logOrigin, counter: at.index }, hlc },
    index: at.index,
  };
}

/** Of a value; a tombstone is absent. */
function liveVersion(current: ItemRow | null): Version | null {
  return current === null || current.value === null ? null : current.version;
}
