// Entries: encoded once, compact in memory, and refused when they are not entries.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Entry } from '../../src/core/model/entry.ts';
import { clientId, groupId, logIndex, term } from '../../src/core/model/ids.ts';
import { decodeRequests, encodeRequests } from '../../src/wire/client-frame.ts';
import { decodeEntry, encodeEntry } from '../../src/wire/entry.ts';
import { EntryBytes } from '../../src/wire/entry-bytes.ts';
import { decodePeerFrame, encodePeerFrame } from '../../src/wire/frame.ts';
import { decodeLogRecord, encodeLogRecord } from '../../src/wire/log-record.ts';
import { MalformedError } from '../../src/wire/malformed.ts';
import { pack } from '../../src/wire/msgpack.ts';
import { decodeAppliedPoint, decodeRow } from '../../src/wire/state-row.ts';
import { cluster, header } from './samples.ts';

const timestamp = { wallMs: 1_700_000_000_000, logical: 1 };
const session = { clientId: clientId('c'), seq: 1, firstUnanswered: 1, issuedAt: timestamp };
const put = (value: Uint8Array) =>
  ({ kind: 'put', key: 'k', value, ifVersion: null, context: null }) as const;

function entryOf(index: number, value: Uint8Array): Entry {
  const command = { kind: 'write', operation: put(value), session, hlc: timestamp } as const;
  return {
    index: logIndex(index),
    term: term(2),
    payload: { kind: 'command', command },
    size: value.length + 100,
  };
}

function putValueOf(entry: Entry | undefined): Uint8Array {
  if (entry?.payload.kind !== 'command') throw new Error('expected a command');
  const { command } = entry.payload;
  if (command.kind !== 'write' || command.operation.kind !== 'put') throw new Error('not a put');
  return command.operation.value;
}

function overTheWire(entry: Entry): { readonly entry: Entry | undefined; readonly frame: Buffer } {
  const append = {
    kind: 'append',
    term: term(2),
    prevIndex: logIndex(0),
    prevTerm: term(0),
    entries: [entry],
    commitIndex: logIndex(0),
  } as const;
  const message = { kind: 'group', group: groupId(1), message: append } as const;
  const frame = encodePeerFrame(header, [message, message]);
  const decoded = decodePeerFrame(frame, { clusterId: cluster });
  if (decoded.kind !== 'frame') throw new Error(decoded.kind);
  const [first] = decoded.messages;
  if (first?.kind !== 'group' || first.message.kind !== 'append') throw new Error('not an append');
  return { entry: first.message.entries[0], frame };
}

describe('the bytes of an entry', () => {
  test('are made once for the disk and for every follower', () => {
    const entry = entryOf(1, Buffer.from('value'));
    expect(encodeEntry(entry)).toBe(encodeEntry(entry));
    expect(encodeEntry(entryOf(1, Buffer.from('value')))).toEqual(encodeEntry(entry));
  });

  test('are kept as they came when an entry was received', () => {
    const sent = entryOf(1, Buffer.from('value'));
    const { entry } = overTheWire(sent);
    if (entry === undefined) throw new Error('no entry');
    expect(encodeEntry(entry)).toBe(encodeEntry(entry));
    expect(encodeEntry(entry)).toEqual(encodeEntry(sent));
    const record = { kind: 'entries', group: groupId(1), entries: [entry] } as const;
    expect(decodeLogRecord(encodeLogRecord(record))).toEqual(record);
  });

  test('are made again when they were forgotten', () => {
    const remembered = new EntryBytes();
    const first = entryOf(1, Buffer.of(1));
    remembered.set(first, Buffer.of(1));
    for (let i = 2; i < 4000; i++) remembered.set(entryOf(i, Buffer.of(1)), Buffer.of(1));
    expect(remembered.get(first)).toEqual(Buffer.of(1));
    for (let i = 0; i < 3; i++) remembered.set(entryOf(i, Buffer.of(1)), Buffer.alloc(4 << 20));
    expect(remembered.get(first)).toBeUndefined();
  });
});

describe('memory', () => {
  test('an entry keeps none of its frame alive; its value is a slice of its own bytes', () => {
    for (const bytes of [10, 5000, 50_000]) {
      const { entry, frame } = overTheWire(entryOf(1, Buffer.alloc(bytes, 7)));
      expect(putValueOf(entry)).toEqual(Buffer.alloc(bytes, 7));
      expect(putValueOf(entry).buffer).not.toBe(frame.buffer);
      expect(putValueOf(entry).buffer.byteLength).toBeLessThan(Math.max(65_537, bytes + 200));
      if (entry) expect(putValueOf(entry).buffer).toBe(encodeEntry(entry).buffer);
    }
  });

  test('a put of a client keeps none of its frame alive', () => {
    const operation = put(Buffer.alloc(10, 7));
    const request = { id: 1, operation, timeoutMs: 1, session, forward: false } as const;
    const requests = [{ ...request, consistency: 'quorum' }] as const;
    const frame = encodeRequests({ clusterId: cluster, requests });
    const decoded = decodeRequests(frame, { clusterId: cluster });
    if (decoded.kind !== 'frame') throw new Error(decoded.detail);
    const got = decoded.requests[0]?.operation;
    if (got?.kind !== 'put') throw new Error('not a put');
    expect(got.value).toEqual(operation.value);
    expect(got.value.buffer).not.toBe(frame.buffer);
  });

  test('neighbours in a slab do not touch each other', () => {
    const entries = Array.from({ length: 2000 }, (_, i) => entryOf(i + 1, Buffer.alloc(i % 97, i)));
    const decoded = entries.map((entry) => decodeEntry(Buffer.from(encodeEntry(entry))));
    expect(decoded).toEqual(entries);
  });
});

describe('bytes that are no entry, record, row or point', () => {
  const decoders = [decodeEntry, decodeLogRecord, decodeRow, decodeAppliedPoint];

  test('throw MalformedError and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        for (const decode of decoders) expectMalformedOrFine(() => decode(bytes));
      }),
      { numRuns: 500 },
    );
  });

  test('random lists throw MalformedError and nothing else', () => {
    const field = fc.oneof(fc.nat(9), fc.string(), fc.constant(null), fc.array(fc.nat(9)));
    fc.assert(
      fc.property(fc.array(field, { maxLength: 8 }), (fields) => {
        for (const decode of decoders) expectMalformedOrFine(() => decode(pack(fields)));
      }),
      { numRuns: 500 },
    );
  });

  test('an entry before the first is none', () => {
    expect(() => decodeEntry(pack([0, 1, 0, 1, null]))).toThrow(MalformedError);
    expect(decodeEntry(pack([1, 1, 0, 1, null])).payload).toEqual({ kind: 'noop' });
  });

  test('the message says what was expected and what was found', () => {
    expect(() => decodeEntry(pack([1, -5, 0, 1, null]))).toThrow(
      'term: expected a whole number from 0, found -5',
    );
    expect(() => decodeRow(pack([77]))).toThrow('row: expected a known number, found 77');
    expect(() => decodeRow(Buffer.alloc(0))).toThrow('no bytes at all');
  });
});

function expectMalformedOrFine(decode: () => unknown): void {
  try {
    decode();
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedError);
  }
}
