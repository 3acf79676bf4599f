// What travels in one frame, and where a frame is cut.

import { describe, expect, it } from 'vitest';
import type { PeerEnvelope } from '../../src/core/messages.ts';
import { connectionId, groupId, logIndex, nodeId, term } from '../../src/core/model/ids.ts';
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
