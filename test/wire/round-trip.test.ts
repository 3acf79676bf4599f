// Whatever is said comes out as it went in: every kind of message, record and row.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { featureLevelOfThisBuild } from '../../src/core/model/features.ts';
import { groupId } from '../../src/core/model/ids.ts';
import {
  decodeReplies,
  decodeRequests,
  encodeReplies,
  encodeRequests,
} from '../../src/wire/client-frame.ts';
import { decodeEntry, encodeEntry } from '../../src/wire/entry.ts';
import { decodePeerFrame, encodePeerFrame, encodeRemovalNotice } from '../../src/wire/frame.ts';
import {
  decodeDrop,
  decodeLogRecord,
  encodeDrop,
  encodeLogRecord,
} from '../../src/wire/log-record.ts';
import {
  decodeAppliedPoint,
  decodeRow,
  encodeAppliedPoint,
  encodeRow,
  rowKey,
} from '../../src/wire/state-row.ts';
import { anyStorageId, entry, groupDrop, logRecord, point, request } from './arbitraries.ts';
import { peerMessage, reply } from './arbitrary-messages.ts';
import { removedRow, stateRow } from './arbitrary-rows.ts';
import { cluster, header } from './samples.ts';

/** Bytes may come back as another class of the same bytes. */
function roundTrip<Value>(value: Value, back: Value): void {
  expect(back).toEqual(value);
}

describe('round trips', () => {
  test('a frame between nodes keeps its header and its messages', () => {
    fc.assert(
      fc.property(fc.array(peerMessage, { maxLength: 5 }), (messages) => {
        const decoded = decodePeerFrame(encodePeerFrame(header, messages), { clusterId: cluster });
        expect(decoded).toEqual({
          kind: 'frame',
          header: { ...header, featureLevel: featureLevelOfThisBuild },
          messages,
        });
      }),
      { numRuns: 300 },
    );
  });

  test('a notice of removal names the storage, and who says so', () => {
    fc.assert(
      fc.property(anyStorageId, (removed) => {
        const decoded = decodePeerFrame(encodeRemovalNotice(header, removed), {
          clusterId: cluster,
        });
        const said = { ...header, featureLevel: featureLevelOfThisBuild };
        expect(decoded).toEqual({ kind: 'removal', header: said, removed });
      }),
    );
  });

  test('a frame that does not count bytes says 0', () => {
    const { receivedBytes: _, ...silent } = header;
    const decoded = decodePeerFrame(encodePeerFrame(silent, []), { clusterId: cluster });
    expect(decoded).toMatchObject({ kind: 'frame', header: { receivedBytes: 0 }, messages: [] });
  });

  test('requests', () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 5 }), (requests) => {
        const frame = encodeRequests({ clusterId: cluster, requests });
        roundTrip({ kind: 'frame', requests }, decodeRequests(frame, { clusterId: cluster }));
      }),
      { numRuns: 200 },
    );
  });

  test('replies', () => {
    fc.assert(
      fc.property(fc.array(reply, { maxLength: 5 }), (replies) => {
        const frame = encodeReplies({ clusterId: cluster, replies });
        roundTrip({ kind: 'frame', replies }, decodeReplies(frame, { clusterId: cluster }));
      }),
      { numRuns: 200 },
    );
  });

  test('log entries', () => {
    fc.assert(
      fc.property(entry, (each) => roundTrip(each, decodeEntry(encodeEntry(each)))),
      { numRuns: 200 },
    );
  });

  test('records of the write-ahead log', () => {
    fc.assert(
      fc.property(logRecord, (each) => roundTrip(each, decodeLogRecord(encodeLogRecord(each)))),
      { numRuns: 200 },
    );
  });

  test('drops, as the engine keeps them', () => {
    fc.assert(fc.property(groupDrop, (each) => roundTrip(each, decodeDrop(encodeDrop(each)))));
  });

  test('rows of applied state', () => {
    fc.assert(
      fc.property(stateRow, (each) => roundTrip(each, decodeRow(encodeRow(each)))),
      { numRuns: 200 },
    );
  });

  test('applied points', () => {
    fc.assert(
      fc.property(point, (each) => roundTrip(each, decodeAppliedPoint(encodeAppliedPoint(each)))),
    );
  });

  test('a removed row has the key of the row that it removes', () => {
    fc.assert(
      fc.property(stateRow, removedRow, (row, removed) => {
        const sameKey = rowKey(row) === rowKey(removed);
        expect(sameKey).toBe(
          row.kind === removed.kind &&
            ((row.kind === 'item' && removed.kind === 'item' && row.key === removed.key) ||
              (row.kind === 'session' &&
                removed.kind === 'session' &&
                row.clientId === removed.clientId) ||
              (row.kind === 'conflict' &&
                removed.kind === 'conflict' &&
                row.number === removed.number)),
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe('texts', () => {
  /**
   * The codec drops a byte order mark in front of a long text, and a key must not change on its
   * way.
   */
  test.each([1, 20, 70, 4000])('a key of %i letters keeps the mark in front', (length) => {
    const key = `\ufeff${'k'.repeat(length)}`;
    const operation = {
      kind: 'scan',
      group: groupId(1),
      prefix: key,
      after: key,
      limit: 1,
    } as const;
    const request = { id: 1, operation, consistency: 'quorum', timeoutMs: 1 } as const;
    const requests = [{ ...request, session: null, forward: false }];
    const frame = encodeRequests({ clusterId: cluster, requests });
    roundTrip({ kind: 'frame', requests }, decodeRequests(frame, { clusterId: cluster }));
  });
});
