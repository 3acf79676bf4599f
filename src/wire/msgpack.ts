// The codec (MessagePack), and the only file that knows its library. Pure JavaScript, no records,
// no maps: everything that travels is a positional list of numbers, texts, bytes, booleans, null
// and lists of these.

import { Packr, RESERVE_START_SPACE, Unpackr } from 'msgpackr/pack';
import { MalformedError } from './malformed.ts';

const packr = new Packr({ useRecords: false });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: false });

/** Bytes of one value, after `room` bytes (at most 255) that the caller fills. */
export function pack(value: unknown, room = 0): Buffer {
  return packr.pack(value, room === 0 ? 0 : RESERVE_START_SPACE | room);
}

/**
 * The one value that fills `bytes` from `start` to the end. Byte strings in it are slices of
 * `bytes`. Throws MalformedError for anything else.
 */
export function unpack(bytes: Buffer, start = 0, end = bytes.length): unknown {
  if (start >= end) throw new MalformedError('no bytes at all');
  try {
    return unpackr.unpack(bytes, { start, end });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MalformedError(`not MessagePack: ${reason.slice(0, 200)}`);
  }
}

/** The same memory, as the codec wants it. */
export function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
