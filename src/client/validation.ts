// What a caller may ask. Checked before anything is sent, so that a mistake is certainly without
// effect.

import { limits } from '../core/model/limits.ts';
import type { Consistency } from '../core/model/operation.ts';
import { consistencies } from '../core/model/operation.ts';
import { utf8Length } from '../core/model/utf8.ts';
import { DsysError } from '../errors.ts';
import type { DeleteOptions, ReadOptions } from './api.ts';

/** Half a character has no UTF-8: on its way it would become another key. */
const loneSurrogate = /\p{Surrogate}/u;

export function checkKey(key: string): void {
  if (typeof key !== 'string') throw invalid(`expected a key of text, found ${typeof key}`);
  if (key === '') throw invalid('expected a key, found an empty one');
  if (loneSurrogate.test(key)) throw invalid('expected a key of whole Unicode characters');
  if (key.length * 3 <= limits.keyBytesMax) return;
  const bytes = utf8Length(key);
  if (bytes > limits.keyBytesMax)
    throw invalid(`expected a key of at most ${limits.keyBytesMax} bytes, found ${bytes}`);
}

const encoder = new TextEncoder();

/** The value as bytes. */
export function checkValue(value: string | Uint8Array): Uint8Array {
  const bytes = typeof value === 'string' ? encoder.encode(value) : value;
  if (!(bytes instanceof Uint8Array))
    throw invalid(`expected a value of text or bytes, found ${typeof value}`);
  if (bytes.length > limits.valueBytesMax)
    throw invalid(
      `expected a value of at most ${limits.valueBytesMax} bytes, found ${bytes.length}`,
    );
  return bytes;
}

/** The level that the options ask for. */
export function checkConsistency({ consistency = 'quorum' }: ReadOptions): Consistency {
  if (!consistencies.includes(consistency))
    throw invalid(`expected a consistency of ${consistencies.join(', ')}, found ${consistency}`);
  return consistency;
}

/** The deadline that the options ask for, in milliseconds. */
export function checkTimeout({ timeoutMs }: { timeoutMs?: number }, msDefault: number): number {
  const ms = timeoutMs ?? msDefault;
  if (Number.isFinite(ms) && ms > 0) return ms;
  throw invalid(`expected a timeout of more than 0 ms, found ${ms}`);
}

/** A condition needs the order that only the log gives. */
export function checkCondition({ ifVersion, consistency }: DeleteOptions): void {
  if (ifVersion === undefined) return;
  if (!Number.isSafeInteger(ifVersion) || ifVersion < 0)
    throw invalid(`expected the index of a version (0: absent), found ${ifVersion}`);
  if (consistency === 'one')
    throw invalid('expected ifVersion with quorum or all: at one, versions have no order yet');
}

export function checkDelta(delta: number, { consistency }: ReadOptions): void {
  if (!Number.isSafeInteger(delta)) throw invalid(`expected a whole number to add, found ${delta}`);
  if (consistency === 'one')
    throw invalid('expected incr with quorum or all: at one, two owners would count apart');
}

/** The most entries that a scan returns; all when the options say nothing. */
export function checkLimit({
  limit = Number.POSITIVE_INFINITY,
  consistency,
}: ReadOptions & { limit?: number }): number {
  if (consistency === 'one')
    throw invalid('expected scan with quorum or all: one node need not have every partition');
  if (limit >= 1 && (Number.isSafeInteger(limit) || limit === Number.POSITIVE_INFINITY))
    return limit;
  throw invalid(`expected a limit of 1 or more entries, found ${limit}`);
}

/** Part of the client's id, which every node keeps with its writes. */
export function checkName(name: string | undefined): void {
  if (name === undefined || /^[\w.:-]{1,64}$/.test(name)) return;
  throw invalid(
    `expected a name of 1 to 64 letters, digits and . : _ -, found ${JSON.stringify(name)}`,
  );
}

export function invalid(message: string): DsysError {
  return new DsysError({ code: 'invalid-argument', message, hint: 'nothing was sent' });
}
