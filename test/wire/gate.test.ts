// The gate: whatever bytes arrive, the answer is a good frame or a classified drop, and never an
// exception.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { limits } from '../../src/core/model/limits.ts';
import {
  decodeReplies,
  decodeRequests,
  encodeReplies,
  encodeRequests,
} from '../../src/wire/client-frame.ts';
import { decodePeerFrame, encodePeerFrame, encodeRemovalNotice } from '../../src/wire/frame.ts';
import { dropReasons, sealFrame } from '../../src/wire/frame-header.ts';
import { anyStorageId, request } from './arbitraries.ts';
import { peerMessage, reply } from './arbitrary-messages.ts';
import {
  cluster,
  header,
  otherCluster,
  peerFrameAround,
  peerFrameOf,
  resealed,
} from './samples.ts';

const expected = { clusterId: cluster };
const decoders = [decodePeerFrame, decodeRequests, decodeReplies] as const;
const goodFrame = fc.oneof(
  fc.array(peerMessage, { maxLength: 3 }).map((list) => encodePeerFrame(header, list)),
  fc
    .array(request, { maxLength: 3 })
    .map((requests) => encodeRequests({ clusterId: cluster, requests })),
  fc
    .array(reply, { maxLength: 3 })
    .map((replies) => encodeReplies({ clusterId: cluster, replies })),
  anyStorageId.map((removed) => encodeRemovalNotice(header, removed)),
);

/** Every decoder drops it, for a reason of the list, and says something about it. */
function expectDropped(frame: Uint8Array): void {
  for (const decode of decoders) {
    const result = decode(frame, expected);
    if (result.kind !== 'dropped') throw new Error('a bad frame went through');
    expect(dropReasons).toContain(result.reason);
    expect(result.detail.length).toBeGreaterThan(5);
    expect(result.detail.length).toBeLessThan(400);
  }
}

/** No exception; a drop has a reason. */
function expectAnswered(frame: Uint8Array): void {
  for (const decode of decoders) {
    const result = decode(frame, expected);
    if (result.kind === 'dropped') expect(dropReasons).toContain(result.reason);
  }
}

const reasonOf = (frame: Uint8Array) => {
  const result = decodePeerFrame(frame, expected);
  return result.kind === 'dropped' ? result.reason : 'frame';
};

describe('bytes that are no frame', () => {
  test('random bytes are dropped', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), expectDropped), { numRuns: 300 });
  });

  test('no bytes at all are dropped', () => {
    expect(reasonOf(new Uint8Array(0))).toBe('malformed');
  });

  test('a frame that ends early is dropped, wherever it ends', () => {
    fc.assert(
      fc.property(goodFrame, fc.double({ min: 0, max: 1, maxExcluded: true }), (frame, part) =>
        expectDropped(frame.subarray(0, Math.floor(frame.length * part))),
      ),
      { numRuns: 300 },
    );
  });

  test('a frame with one flipped bit is dropped, whichever it is', () => {
    fc.assert(
      fc.property(goodFrame, fc.nat(), (frame, at) => {
        const flipped = Buffer.from(frame);
        const byte = at % flipped.length;
        flipped[byte] = (flipped[byte] ?? 0) ^ (1 << (at % 8));
        expectDropped(flipped);
      }),
      { numRuns: 300 },
    );
  });

  test('every single bit of one frame is watched', () => {
    const frame = Buffer.from(encodePeerFrame(header, [{ kind: 'alive' }]));
    for (let bit = 0; bit < frame.length * 8; bit++) {
      const byte = bit >> 3;
      frame[byte] = (frame[byte] ?? 0) ^ (1 << (bit & 7));
      expect(reasonOf(frame), `bit ${bit}`).not.toBe('frame');
      frame[byte] = (frame[byte] ?? 0) ^ (1 << (bit & 7));
    }
    expect(reasonOf(frame)).toBe('frame');
  });

  test('bytes after the end are dropped', () => {
    fc.assert(
      fc.property(goodFrame, fc.uint8Array({ minLength: 1, maxLength: 9 }), (frame, more) =>
        expectDropped(Buffer.concat([frame, more])),
      ),
    );
  });

  test('a frame of another kind is dropped', () => {
    const requests = encodeRequests({ clusterId: cluster, requests: [] });
    expect(decodeRequests(requests, expected).kind).toBe('frame');
    expect(decodeReplies(requests, expected)).toMatchObject({ reason: 'malformed' });
    expect(decodePeerFrame(requests, expected)).toMatchObject({ reason: 'malformed' });
  });

  test('a frame of a kind that comes later is dropped and counted, as a notice of removal was', () => {
    const frame = encodePeerFrame(header, [{ kind: 'alive' }]);
    const bodyAt = frame.readUInt8(13);
    const later = sealFrame(frame, { clusterId: cluster, kind: 99, headerBytes: bodyAt });
    expectDropped(later);
    expect(decodePeerFrame(later, expected)).toMatchObject({
      reason: 'malformed',
      detail: 'frame kind: expected 1 or 4, found 99',
    });
  });
});

describe('frames that are whole but wrong', () => {
  test('another cluster', () => {
    const frame = encodePeerFrame({ ...header, clusterId: otherCluster }, [{ kind: 'alive' }]);
    expect(decodePeerFrame(frame, expected)).toEqual({
      kind: 'dropped',
      reason: 'foreign-cluster',
      detail: `it belongs to ${otherCluster}`,
    });
    expect(decodePeerFrame(frame, { clusterId: otherCluster }).kind).toBe('frame');
  });

  test('another protocol version, both ways, even if all that follows is unknown', () => {
    for (const version of [0, 2, 0xffff]) {
      const frame = Buffer.alloc(40, 0xee);
      encodePeerFrame(header, []).copy(frame, 0, 0, 12);
      frame.writeUInt16BE(version, 8);
      for (const decode of decoders) {
        const dropped = decode(frame, expected);
        expect(dropped).toMatchObject({ kind: 'dropped', reason: 'protocol-version' });
        expect(dropped).toHaveProperty('detail', `it speaks ${version}, this side 1`);
      }
    }
  });

  test('a frame may have 4 MiB, and not one byte more', () => {
    expect(reasonOf(Buffer.alloc(limits.frameBytesMax + 1))).toBe('too-big');
    expect(reasonOf(Buffer.alloc(limits.frameBytesMax))).toBe('malformed');
  });

  test('one malformed message drops the whole frame', () => {
    const [alive, nonsense] = [[2], [99]];
    expect(reasonOf(peerFrameOf([alive, alive]))).toBe('frame');
    expect(reasonOf(peerFrameOf([alive, nonsense, alive]))).toBe('malformed');
  });

  test('a notice of removal that names no storage', () => {
    const notice = encodeRemovalNotice(header, header.storageId);
    expect(reasonOf(notice)).toBe('frame');
    const bodyAt = notice.readUInt8(13);
    const empty = Buffer.concat([notice.subarray(0, bodyAt), Buffer.of(0x90)]);
    const kind = notice.readUInt8(12);
    const sealed = sealFrame(empty, { clusterId: cluster, kind, headerBytes: bodyAt });
    expect(reasonOf(sealed)).toBe('malformed');
  });

  test('a sender without a proper name', () => {
    const frame = encodePeerFrame(header, []);
    frame[61] = 0x0a;
    expect(reasonOf(resealed(frame))).toBe('malformed');
    frame.writeUInt8(200, 60);
    expect(reasonOf(resealed(frame))).toBe('malformed');
  });

  test('a count of received bytes that is no count', () => {
    const frame = encodePeerFrame(header, []);
    for (const value of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      frame.writeDoubleBE(value, 52);
      expect(reasonOf(resealed(frame)), String(value)).toBe('malformed');
    }
  });
});

describe('bodies behind a good checksum', () => {
  test('random bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (body) =>
        expectAnswered(peerFrameAround(body)),
      ),
      { numRuns: 300 },
    );
  });

  test('random lists of random things never throw', () => {
    const thing = fc.letrec((tie) => ({
      list: fc.array(tie('any'), { maxLength: 8 }),
      any: fc.oneof(
        { depthSize: 'small' },
        fc.nat(12),
        fc.maxSafeInteger(),
        fc.double(),
        fc.string(),
        fc.boolean(),
        fc.constant(null),
        fc.uint8Array(),
        tie('list'),
      ),
    }));
    fc.assert(
      fc.property(fc.array(thing.list), (body) => expectAnswered(peerFrameOf(body))),
      { numRuns: 300 },
    );
  });

  test('a good body with one changed byte never throws', () => {
    fc.assert(
      fc.property(
        fc.array(peerMessage, { minLength: 1, maxLength: 3 }),
        fc.nat(),
        fc.nat(255),
        (list, at, byte) => {
          const frame = Buffer.from(encodePeerFrame(header, list));
          const bodyAt = frame.readUInt8(13);
          frame[bodyAt + (at % (frame.length - bodyAt))] = byte;
          expectAnswered(resealed(frame));
        },
      ),
      { numRuns: 300 },
    );
  });

  test.each([
    ['lists in lists, 200,000 deep', Buffer.alloc(200_000, 0x91)],
    ['a list that claims 2^32 - 1 items', Buffer.from('ddffffffff', 'hex')],
    ['lists that each claim what is left', Buffer.from('dd00001000'.repeat(1000), 'hex')],
    ['a map', Buffer.from('9181a16101', 'hex')],
    ['bytes that claim more than there is', Buffer.from('91c6ffffffff00', 'hex')],
    ['a text that claims more than there is', Buffer.from('91dbffffffff61', 'hex')],
    ['an extension that defines a record', Buffer.from('91d4724091a161', 'hex')],
    [
      'a date, a set, an error, a pattern',
      Buffer.from('94d6ff00000000c7017365c7037890c7037800', 'hex'),
    ],
    ['a code that no one may use', Buffer.from('91c1', 'hex')],
    ['a 64-bit number', Buffer.from('9192cf0000000000000001', 'hex')],
    ['nothing', Buffer.alloc(0)],
    ['something else than a list', Buffer.from('01', 'hex')],
  ])('%s: dropped as malformed', (_, body) => {
    expect(reasonOf(peerFrameAround(body))).toBe('malformed');
    expect(reasonOf(encodePeerFrame(header, [{ kind: 'alive' }]))).toBe('frame');
  });
});
