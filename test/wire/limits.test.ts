// Ranges at their edges: the last good value passes, the next one is malformed.

import { describe, expect, test } from 'vitest';
import { groupId, incarnation, logIndex, nodeId } from '../../src/core/model/ids.ts';
import { limits } from '../../src/core/model/limits.ts';
import { decodePeerFrame } from '../../src/wire/frame.ts';
import { decodeDrop, decodeLogRecord, encodeLogRecord } from '../../src/wire/log-record.ts';
import { pack } from '../../src/wire/msgpack.ts';
import {
  commandKinds,
  operationKinds,
  peerKinds,
  raftKinds,
  recordKinds,
} from '../../src/wire/numbers.ts';
import { cluster, peerFrameOf } from './samples.ts';

const storage = '11111111-2222-4333-8444-555555555555';
const hlc = [1_700_000_000_000, 0];
const session = ['client', 1, 1, hlc];

/** What becomes of one message, given as fields. */
function outcome(message: unknown): 'good' | 'malformed' {
  const result = decodePeerFrame(peerFrameOf([message]), { clusterId: cluster });
  if (result.kind === 'frame') return 'good';
  expect(result).toMatchObject({ kind: 'dropped', reason: 'malformed' });
  return 'malformed';
}

const forward = (operation: unknown, rest: unknown[] = [2, 1000, session, false]) => [
  peerKinds.forward,
  [1, operation, ...rest],
];
const get = (key: unknown) => forward([operationKinds.get, key]);
const put = (value: unknown) => forward([operationKinds.put, 'k', value, null, null]);
const raft = (...fields: unknown[]) => [peerKinds.group, 1, fields];
const vote = (term: unknown) => raft(raftKinds.vote, term, true, false);
const merge = (context: unknown, origin = 'node1#1') => [
  peerKinds['propose-merge'],
  1,
  [[[origin, 1], 'k', null, context, hlc, 0]],
];

describe('keys', () => {
  test('hold 1 to 4,096 bytes', () => {
    expect(outcome(get('k'))).toBe('good');
    expect(outcome(get('k'.repeat(limits.keyBytesMax)))).toBe('good');
    expect(outcome(get('k'.repeat(limits.keyBytesMax + 1)))).toBe('malformed');
    expect(outcome(get(''))).toBe('malformed');
  });

  test('are measured in bytes of UTF-8, not in letters', () => {
    expect(outcome(get('鍵'.repeat(1365)))).toBe('good');
    expect(outcome(get('鍵'.repeat(1366)))).toBe('malformed');
    expect(outcome(get('😀'.repeat(1024)))).toBe('good');
    expect(outcome(get('😀'.repeat(1025)))).toBe('malformed');
  });

  test('are texts', () => {
    for (const key of [null, 7, true, [], ['k'], 1.5]) expect(outcome(get(key))).toBe('malformed');
  });
});

describe('values', () => {
  test('hold up to 1 MiB', () => {
    expect(outcome(put(Buffer.alloc(0)))).toBe('good');
    expect(outcome(put(Buffer.alloc(limits.valueBytesMax)))).toBe('good');
    expect(outcome(put(Buffer.alloc(limits.valueBytesMax + 1)))).toBe('malformed');
  });

  test('are bytes', () => {
    for (const value of [null, 'text', 7, []]) expect(outcome(put(value))).toBe('malformed');
  });
});

describe('numbers', () => {
  test('terms, indexes and counters are safe integers from 0', () => {
    expect(outcome(vote(0))).toBe('good');
    expect(outcome(vote(Number.MAX_SAFE_INTEGER))).toBe('good');
    for (const bad of [-1, 0.5, 2 ** 53, Number.NaN, Infinity, '1', null, 1n]) {
      expect(outcome(vote(bad)), String(bad)).toBe('malformed');
    }
  });

  test('an increment may be negative, but not unsafe', () => {
    const increment = (delta: number) => forward([operationKinds.increment, 'k', delta]);
    expect(outcome(increment(Number.MIN_SAFE_INTEGER))).toBe('good');
    expect(outcome(increment(-1))).toBe('good');
    expect(outcome(increment(-(2 ** 53)))).toBe('malformed');
    expect(outcome(increment(0.5))).toBe('malformed');
  });

  test('a chunk of a snapshot is one of those that there are', () => {
    const chunk = (number: number, of: number) =>
      raft(raftKinds['install-snapshot'], 1, 1, 1, [['a'], [], []], number, of, []);
    expect(outcome(chunk(1, 2))).toBe('good');
    expect(outcome(chunk(2, 2))).toBe('malformed');
    expect(outcome(chunk(0, 0))).toBe('malformed');
  });

  test('levels are 1 to 65,535, and the first when nobody says', () => {
    const announce = (...level: unknown[]) => [peerKinds['announce-start'], 1, storage, ...level];
    for (const good of [1, 2, 65_535, null]) expect(outcome(announce(good))).toBe('good');
    expect(outcome(announce())).toBe('good');
    for (const bad of [0, -1, 65_536, 1.5, '1']) expect(outcome(announce(bad))).toBe('malformed');
  });

  test('lives of a group begin with 1', () => {
    const dropped = (life: unknown) => pack([recordKinds['group-dropped'], 5, life, 3, null]);
    expect(decodeLogRecord(dropped(1))).toMatchObject({ group: 5, life: 1 });
    for (const bad of [0, -1, null]) expect(() => decodeLogRecord(dropped(bad))).toThrow('life');
    const other = encodeLogRecord({ kind: 'entries', group: groupId(5), entries: [] });
    expect(() => decodeDrop(other)).toThrow('drop: expected its record, found "entries"');
  });

  test('words have known numbers', () => {
    expect(outcome(forward([operationKinds.get, 'k'], [3, 1, null, true]))).toBe('good');
    for (const bad of [0, 4, -1, 1.5, 'quorum', null]) {
      const request = forward([operationKinds.get, 'k'], [bad, 1, null, true]);
      expect(outcome(request), String(bad)).toBe('malformed');
    }
    expect(outcome([0])).toBe('malformed');
    expect(outcome(raft(0, 1))).toBe('malformed');
    expect(outcome(forward([0, 'k']))).toBe('malformed');
    const leave = (how: unknown) => forward([operationKinds.leave, 'node1', how, false]);
    expect([1, 2].map((how) => outcome(leave(how)))).toEqual(['good', 'good']);
    expect([0, 3, null].map((how) => outcome(leave(how)))).not.toContain('good');
  });
});

describe('names', () => {
  const snapshot = (voters: unknown) =>
    raft(raftKinds['install-snapshot'], 1, 1, 1, [voters, [], []], 0, 1, []);

  test('of voters are sorted and stand once', () => {
    expect(outcome(snapshot([]))).toBe('good');
    expect(outcome(snapshot(['node1', 'node2']))).toBe('good');
    expect(outcome(snapshot(['node2', 'node1']))).toBe('malformed');
    expect(outcome(snapshot(['node1', 'node1']))).toBe('malformed');
  });

  test('of nodes have 1 to 64 letters, digits, . _ -', () => {
    expect(outcome(snapshot(['n'.repeat(64)]))).toBe('good');
    for (const bad of ['', 'n'.repeat(65), '../x', 'a b', 'a#1', 'é', '-a', 7, null]) {
      expect(outcome(snapshot([bad])), String(bad)).toBe('malformed');
    }
  });

  test('of origins are log, or a node and its incarnation', () => {
    expect(outcome(merge([], 'log'))).toBe('good');
    expect(outcome(merge(['log', 5, 'node1#2', 6]))).toBe('good');
    expect(outcome(merge(['node4@0b7a2c91#1', 6]))).toBe('good');
    for (const bad of [
      'node1',
      'node1#',
      '#1',
      'a@b#1',
      '@0b7a2c91#1',
      'node1#x',
      '__proto__',
      'constructor',
      '',
    ]) {
      expect(outcome(merge([bad, 1])), bad).toBe('malformed');
    }
  });

  test('stand once in a vector, each with its counter', () => {
    expect(outcome(merge(['log', 1, 'log', 2]))).toBe('malformed');
    expect(outcome(merge(['log']))).toBe('malformed');
    expect(outcome(merge(['log', -1]))).toBe('malformed');
  });
});

describe('senders of other feature levels', () => {
  test('fields at the end that are not known yet are ignored', () => {
    const message = raft(raftKinds.vote, 5, true, false, 'new', [1, 2]);
    const decoded = decodePeerFrame(peerFrameOf([[...message, 'newer']]), { clusterId: cluster });
    expect(decoded).toMatchObject({
      messages: [{ kind: 'group', group: 1, message: { kind: 'vote', term: 5, granted: true } }],
    });
  });

  test('an optional field at the end that is not there yet is its default', () => {
    const decoded = decodePeerFrame(
      peerFrameOf([[peerKinds.forward, [1, [operationKinds.put, 'k', Buffer.of(1)], 2, 1000]]]),
      { clusterId: cluster },
    );
    expect(decoded).toMatchObject({
      messages: [
        {
          request: {
            operation: { kind: 'put', key: 'k', ifVersion: null, context: null },
            session: null,
            forward: false,
          },
        },
      ],
    });
  });

  test('a field that must be there and is not is malformed', () => {
    expect(outcome(raft(raftKinds.vote, 5, true))).toBe('malformed');
    expect(outcome(raft(raftKinds.vote))).toBe('malformed');
    expect(outcome([peerKinds.group, 1])).toBe('malformed');
    expect(outcome([])).toBe('malformed');
  });

  test('a command of the log may only be one that a log holds', () => {
    expect(commandKinds.write).toBe(1);
    expect(outcome(forward([operationKinds.get, 'k']))).toBe('good');
    expect(outcome(raft(raftKinds.append, 1, 0, 0, 0, [Buffer.from('950101c80199', 'hex')]))).toBe(
      'malformed',
    );
  });

  test('what was announced comes back', () => {
    const decoded = decodePeerFrame(peerFrameOf([[peerKinds['propose-watermark'], 3, 4, 5]]), {
      clusterId: cluster,
    });
    expect(decoded).toMatchObject({
      header: { sender: nodeId('node1') },
      messages: [{ group: 3, incarnation: incarnation(4), index: logIndex(5) }],
    });
  });
});
