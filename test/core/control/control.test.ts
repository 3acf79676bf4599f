// The control group's state machine: who is a member, and with which data directory.

import { describe, expect, it } from 'vitest';
import { Control } from '../../../src/core/control/control.ts';
import { incarnation, nodeId, storageId } from '../../../src/core/model/ids.ts';

function bear(): Control {
  const addresses = {
    peer: 'tcp://127.0.0.1:1',
    client: 'tcp://127.0.0.1:2',
    bulk: 'tcp://127.0.0.1:3',
  };
  const members = ['node2', 'node1'].map((name) => ({
    node: nodeId(name),
    storageId: storageId(`storage-of-${name}`),
    addresses,
    publicKey: 'k'.repeat(40),
    zone: '',
  }));
  const settings = { replicationFactor: 2, partitions: 1, resolver: 'lww' } as const;
  return new Control({ members, settings, epoch: 1, placement: [[nodeId('node1')]] });
}

function started(name: string, storage: string, inc: number) {
  return {
    kind: 'member-started',
    node: nodeId(name),
    storageId: storageId(storage),
    incarnation: incarnation(inc),
  } as const;
}

describe('control', () => {
  it('registers the start of a member that has the storage it is known for', () => {
    const control = bear();
    expect(control.apply(started('node1', 'storage-of-node1', 3))).toEqual({ kind: 'registered' });
    expect(control.incarnationOf(nodeId('node1'))).toBe(3);
    expect(control.incarnationOf(nodeId('node2'))).toBe(0);
  });

  it('a wiped or foreign data directory is not that member (DESIGN 5)', () => {
    const control = bear();
    const result = control.apply(started('node1', 'storage-made-later', 1));
    expect(result).toEqual({ kind: 'unknown-storage', node: 'node1' });
    expect(control.incarnationOf(nodeId('node1'))).toBe(0);
  });

  it('an incarnation never goes back', () => {
    const control = bear();
    control.apply(started('node1', 'storage-of-node1', 5));
    control.apply(started('node1', 'storage-of-node1', 4));
    expect(control.incarnationOf(nodeId('node1'))).toBe(5);
  });

  it('a control state restored from its rows equals the one that made them', () => {
    const control = bear();
    control.apply(started('node2', 'storage-of-node2', 2));
    const restored = bear();
    restored.restore(control.snapshotChunks().flat());
    expect(restored.row).toEqual(control.row);
    expect(restored.takeChanges().rows).toEqual([]);
  });

  it('hands out its row as changed once after each change', () => {
    const control = bear();
    expect(control.takeChanges().rows).toHaveLength(1);
    expect(control.takeChanges().rows).toHaveLength(0);
    control.apply(started('node1', 'storage-of-node1', 1));
    expect(control.changedRows).toBe(1);
    expect(control.takeChanges().rows).toEqual([control.row]);
  });
});
