// When a peer counts as up, and who is turned away.

import { describe, expect, it } from 'vitest';
import { incarnation, nodeId, storageId } from '../../src/core/model/ids.ts';
import { PeerSightings } from '../../src/host/peer-sightings.ts';

const node2 = nodeId('node2');
const addresses = { peer: '', client: '', bulk: '' };

function sightings(): PeerSightings {
  const known = { node: node2, storageId: storageId('s2'), addresses, publicKey: '', zone: '' };
  return new PeerSightings([known]);
}

function frame(options: { inc: number; sender?: string; storage?: string }) {
  return {
    sender: nodeId(options.sender ?? 'node2'),
    storageId: storageId(options.storage ?? 's2'),
    incarnation: incarnation(options.inc),
  };
}

describe('peer sightings', () => {
  it('a peer is up when we are connected to it and have heard it', () => {
    const seen = sightings();
    expect(seen.onFrame(frame({ inc: 1 })).kind).toBe('one-way');
    seen.onConnected(node2);
    expect(seen.onFrame(frame({ inc: 1 })).kind).toBe('up');
    expect(seen.onFrame(frame({ inc: 1 })).kind).toBe('known');
  });

  it('a new incarnation is up anew', () => {
    const seen = sightings();
    seen.onConnected(node2);
    seen.onFrame(frame({ inc: 1 }));
    expect(seen.onFrame(frame({ inc: 2 })).kind).toBe('up');
  });

  it('a frame queued before a restart does not take the newer incarnation back (TRAPS 16)', () => {
    const seen = sightings();
    seen.onConnected(node2);
    seen.onFrame(frame({ inc: 2 }));
    expect(seen.onFrame(frame({ inc: 1 })).kind).toBe('stranger');
    expect(seen.onFrame(frame({ inc: 2 })).kind).toBe('known');
  });

  it('a lost connection must be restored and heard again', () => {
    const seen = sightings();
    seen.onConnected(node2);
    seen.onFrame(frame({ inc: 1 }));
    seen.onDisconnected(node2);
    expect(seen.onFrame(frame({ inc: 1 })).kind).toBe('one-way');
    seen.onConnected(node2);
    expect(seen.onFrame(frame({ inc: 1 })).kind).toBe('up');
  });

  it('an earlier incarnation stays a stranger after the connection was lost', () => {
    const seen = sightings();
    seen.onConnected(node2);
    seen.onFrame(frame({ inc: 5 }));
    seen.onDisconnected(node2);
    seen.onConnected(node2);
    expect(seen.onFrame(frame({ inc: 3 })).kind).toBe('stranger');
    expect(seen.onFrame(frame({ inc: 6 })).kind).toBe('up');
  });

  it('another data directory under a known name is a stranger (DESIGN 5)', () => {
    const seen = sightings();
    seen.onConnected(node2);
    const wiped = seen.onFrame(frame({ inc: 9, storage: 'made-later' }));
    expect(wiped).toMatchObject({
      kind: 'stranger',
      detail: expect.stringContaining('made-later'),
    });
  });

  it('a name that is no member is a stranger', () => {
    expect(sightings().onFrame(frame({ inc: 1, sender: 'node9' })).kind).toBe('stranger');
  });
});
