// Frames that only say "alive" are made once and read once, and never stand for anything else.

import { describe, expect, it } from 'vitest';
import type { PeerMessage } from '../../src/core/messages.ts';
import { clusterId, incarnation, nodeId, storageId } from '../../src/core/model/ids.ts';
import { AliveFrames } from '../../src/host/alive-frames.ts';

const cluster = clusterId('00000000-0000-4000-8000-000000000001');
const header = {
  clusterId: cluster,
  sender: nodeId('node1'),
  storageId: storageId('00000000-0000-4000-8000-000000000002'),
  incarnation: incarnation(1),
};
const alive: readonly PeerMessage[] = [{ kind: 'alive' }];
const { storageId: storage } = header;
const announce: readonly PeerMessage[] = [
  { kind: 'announce-start', incarnation: incarnation(1), storageId: storage, featureLevel: 1 },
];

describe('alive frames', () => {
  it('the same bytes are sent every time, and read only once', () => {
    const [sender, receiver] = [new AliveFrames(cluster), new AliveFrames(cluster)];
    const frame = sender.encode(header, alive);
    expect(sender.encode(header, alive)).toBe(frame);
    const first = receiver.decode(frame, 'a');
    expect(first).toMatchObject({ kind: 'frame', messages: alive });
    expect(receiver.decode(Buffer.from(frame), 'a')).toBe(first);
  });

  it('a frame that says more is made and read anew', () => {
    const frames = new AliveFrames(cluster);
    frames.decode(frames.encode(header, alive), 'a');
    const frame = frames.encode(header, announce);
    expect(frames.decode(frame, 'a')).toMatchObject({ kind: 'frame', messages: announce });
  });

  it('a node that restarted is not taken for its earlier life', () => {
    const receiver = new AliveFrames(cluster);
    receiver.decode(new AliveFrames(cluster).encode(header, alive), 'a');
    const later = new AliveFrames(cluster).encode(
      { ...header, incarnation: incarnation(2) },
      alive,
    );
    expect(receiver.decode(later, 'a')).toMatchObject({ header: { incarnation: 2 } });
  });

  it('a damaged copy of a known frame is dropped', () => {
    const frames = new AliveFrames(cluster);
    const frame = frames.encode(header, alive);
    frames.decode(frame, 'a');
    const damaged = Buffer.from(frame);
    damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
    expect(frames.decode(damaged, 'a').kind).toBe('dropped');
  });
});
