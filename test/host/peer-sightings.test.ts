// When a peer counts as up, and who is turned away.

import { describe, expect, it } from 'vitest';
import { incarnation, nodeId, storageId } from '../../src/core/model/ids.ts';
import type { Member } from '../../src/core/model/member.ts';
import { PeerSightings } from '../../src/host/peer-sightings.ts';

const node2 = nodeId('node2');
const addresses = { peer: '', client: '', bulk: '' };

function member(node: string, storage: string): Member {
  return { node: nodeId(node), storageId: storageId(storage), addresses, publicKey: '', zone: '' };
}

const known = member('node2', 's2');

function sightings(): PeerSightings {
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

describe('peer sightings when members change', () => {
  it('keep what they know of those that stay with the same directory', () => {
    const seen = sightings();
    seen.onConnected(node2);
    seen.onFrame(frame({ inc: 5 }));
    seen.setMembers([member('node3', 's3'), known], []);
    expect(seen.onFrame(frame({ inc: 5 })).kind).toBe('known');
    expect(seen.onFrame(frame({ inc: 4 })).kind).toBe('stranger');
    expect(seen.onFrame(frame({ inc: 1, sender: 'node3', storage: 's3' })).kind).toBe('one-way');
  });

  it('begin anew with another directory under a name, whose incarnations are its own', () => {
    const seen = sightings();
    seen.onConnected(node2);
    seen.onFrame(frame({ inc: 5 }));
    seen.setMembers([member('node2', 'made-later')], [known]);
    expect(seen.onFrame(frame({ inc: 1, storage: 'made-later' })).kind).toBe('up');
    expect(seen.onFrame(frame({ inc: 5 }))).toMatchObject({
      kind: 'removed',
      detail: 'node2 with storage s2 was removed',
      tell: false,
    });
  });

  it('take a connection to a newcomer as it stands', () => {
    const seen = sightings();
    seen.setMembers([], [known]);
    seen.onConnected(node2);
    expect(seen.onDisconnected(nodeId('node9'))).toBe(false);
    seen.setMembers([known], []);
    expect(seen.onFrame(frame({ inc: 1 })).kind).toBe('up');
    expect(seen.onDisconnected(node2)).toBe(true);
    expect(seen.onFrame(frame({ inc: 1 })).kind).toBe('one-way');
  });

  it('remember whom they told, also when the list is given again', () => {
    const seen = sightings();
    seen.setMembers([], [known]);
    const tell = () => {
      const sighting = seen.onFrame(frame({ inc: 1 }));
      return sighting.kind === 'removed' && sighting.tell;
    };
    expect([tell(), tell()]).toEqual([true, false]);
    seen.onTicks(99);
    seen.setMembers([], [known, member('node3', 's3')]);
    expect(tell()).toBe(false);
    seen.onTicks(1);
    expect([tell(), tell()]).toEqual([true, false]);
  });

  it('know who was forgotten as a stranger', () => {
    const seen = sightings();
    seen.setMembers([], [known]);
    seen.setMembers([], []);
    expect(seen.onFrame(frame({ inc: 1 })).kind).toBe('stranger');
  });
});
