// What travels in one frame, and where a frame is cut.

import { describe, expect, it } from 'vitest';
import type { PeerEnvelope } from '../../src/core/messages.ts';
import type { ControlRow } from '../../src/core/model/control-row.ts';
import {
  connectionId,
  groupId,
  logIndex,
  logOrigin,
  nodeId,
  storageId,
  term,
} from '../../src/core/model/ids.ts';
import { packMessages, packReplies } from '../../src/host/frames.ts';

const node2 = nodeId('node2');
const node3 = nodeId('node3');

function append(to: typeof node2, group: number, size: number): PeerEnvelope {
  const entry = { index: logIndex(1), term: term(1), payload: { kind: 'noop' }, size } as const;
  const message = {
    kind: 'append',
    term: term(1),
    prevIndex: logIndex(0),
    prevTerm: term(0),
    entries: [entry],
    commitIndex: logIndex(0),
  } as const;
  return { to, lane: 'raft', message: { kind: 'group', group: groupId(group), message } };
}

const controlRow: ControlRow = {
  kind: 'control',
  members: [],
  incarnations: [],
  departures: [],
  removed: [],
  featureLevel: 2,
  settings: { replicationFactor: 3, partitions: 1, resolver: 'lww', deadNodeTimeoutMs: 1000 },
  epoch: 1,
  placement: [[node2, node3]],
};

describe('frames', () => {
  it('the messages of a turn to one peer share one frame, whatever their groups', () => {
    const envelopes = [1, 2, 3].flatMap((group) => [
      append(node2, group, 100),
      append(node3, group, 100),
    ]);
    const batches = packMessages(envelopes);
    expect(batches.map(({ peer, messages }) => [peer, messages.length])).toEqual([
      ['node2', 3],
      ['node3', 3],
    ]);
  });

  it('lanes have frames of their own', () => {
    const bulk = { ...append(node2, 1, 100), lane: 'bulk' as const };
    expect(packMessages([append(node2, 1, 100), bulk])).toHaveLength(2);
  });

  it('a frame is cut near 64 KiB, in order', () => {
    const batches = packMessages([1, 2, 3, 4].map((group) => append(node2, group, 40_000)));
    expect(batches.map(({ messages }) => messages.length)).toEqual([2, 2]);
    const groups = batches.flatMap(({ messages }) =>
      messages.map((message) => (message.kind === 'group' ? message.group : null)),
    );
    expect(groups).toEqual([1, 2, 3, 4]);
  });

  it('what may be large counts as such: address books, journals, the row of the control group', () => {
    const someone = {
      node: node2,
      storageId: storageId('s'),
      addresses: { peer: '', client: '', bulk: '' },
      publicKey: '',
      zone: '',
    };
    const members = Array.from({ length: 300 }, () => someone);
    const dots = Array.from({ length: 3000 }, (_, i) => ({ origin: logOrigin, counter: i }));
    const group = groupId(1);
    const large = [
      { kind: 'address-book', index: logIndex(1), members, removed: [] },
      { kind: 'ask-release', group, pending: dots },
      { kind: 'released', group, merged: dots, released: false },
    ] as const;
    for (const message of large) {
      const envelopes = [message, message].map((each) => {
        return { to: node2, lane: 'raft', message: each } as const;
      });
      expect(packMessages(envelopes), message.kind).toHaveLength(2);
    }
    const row = { ...controlRow, members };
    const reply = { id: 1, result: { kind: 'control', index: logIndex(1), row } } as const;
    const connection = connectionId('c1');
    const replies = [reply, reply].map((each) => ({ connection, reply: each }));
    expect(packReplies(replies)).toHaveLength(2);
  });

  it('replies to one connection share a frame; big scans travel alone', () => {
    const connection = connectionId('c1');
    const small = {
      id: 1,
      result: { kind: 'read', value: null, version: null, via: node2 },
    } as const;
    const scan = { id: 2, result: { kind: 'scanned', entries: [], next: null } } as const;
    const replies = [small, small, scan, small].map((reply) => ({ connection, reply }));
    expect(packReplies(replies).map((batch) => batch.replies.length)).toEqual([3, 1]);
  });
});
