// Purge: a tombstone goes when every replica has passed it, not before, and takes nothing back with
// it.

import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../src/core/model/ids.ts';
import { at, del, newPartition, put, restored, rowsOf, Script, tentative } from './script.ts';

const nodes = ['node1', 'node2', 'node3'].map(nodeId);

const scriptWithTombstone = (): Script => {
  const script = new Script();
  script.partition.setReplicas(nodes);
  script.write(put('k', 'a'));
  script.write(del('k'));
  return script;
};

describe('a tombstone', () => {
  it('is purged when the last replica has passed it', () => {
    const script = scriptWithTombstone();
    expect(script.watermark('node1', 2)).toBe(0);
    expect(script.watermark('node2', 5)).toBe(0);
    expect(script.watermark('node3', 1)).toBe(0);
    expect(script.partition.read('k')).not.toBeNull();
    expect(script.watermark('node3', 2)).toBe(1);
    expect(script.partition.read('k')).toBeNull();
  });

  it('stays while nobody has said who the replicas are', () => {
    const script = new Script();
    script.write(del('k'));
    for (const node of nodes) script.watermark(node, 9);
    expect(script.partition.read('k')).not.toBeNull();
  });

  it('stays when the key was written again, and the new value stays too', () => {
    const script = scriptWithTombstone();
    script.write(put('k', 'b'));
    for (const node of nodes) expect(script.watermark(node, 3)).toBe(0);
    expect(script.value('k')).toBe('b');
  });

  it('that was renewed by a later delete waits for that one', () => {
    const script = scriptWithTombstone();
    script.write(del('k'));
    for (const node of nodes) expect(script.watermark(node, 2)).toBe(0);
    for (const node of nodes.slice(1)) expect(script.watermark(node, 3)).toBe(0);
    expect(script.watermark('node1', 3)).toBe(1);
  });

  it('keeps its place when a merge lost against it', () => {
    const script = scriptWithTombstone();
    expect(script.merge(tentative({ from: 'n#1', counter: 1, value: 'x', hlc: at(1) }))).toBe(
      'lost',
    );
    expect(script.watermark('node1', 2) + script.watermark('node2', 2)).toBe(0);
    expect(script.watermark('node3', 2)).toBe(1);
  });

  it('of a tentative delete is purged in the same way', () => {
    const script = new Script();
    script.partition.setReplicas(nodes);
    script.merge(tentative({ from: 'n#1', counter: 1, value: null, hlc: at(1) }));
    for (const node of nodes.slice(1)) script.watermark(node, 1);
    expect(script.watermark('node1', 1)).toBe(1);
  });

  it('costs nothing when it is purged in the company of a thousand that stay', () => {
    const script = scriptWithTombstone();
    for (let n = 0; n < 1000; n++) script.write(del(`x${n}`));
    for (const node of nodes.slice(1)) script.watermark(node, 2);
    expect(script.watermark('node1', 2)).toBe(1);
    for (const node of nodes.slice(1)) script.watermark(node, 1002);
    expect(script.watermark('node1', 1002)).toBe(1000);
  });
});

describe('a watermark', () => {
  it('never goes back within an incarnation', () => {
    const script = scriptWithTombstone();
    script.watermark('node1', 2);
    script.watermark('node1', 1);
    script.watermark('node2', 2);
    expect(script.watermark('node3', 2)).toBe(1);
  });

  it('of a newer incarnation counts even if it is lower, and the older one is not heard again', () => {
    const script = scriptWithTombstone();
    script.watermark('node1', 2, 1);
    script.watermark('node1', 1, 2);
    script.watermark('node1', 9, 1);
    script.watermark('node2', 2);
    expect(script.watermark('node3', 2)).toBe(0);
    expect(script.watermark('node1', 2, 2)).toBe(1);
  });

  it('of a node that is no replica is not heard', () => {
    const script = scriptWithTombstone();
    script.watermark('node9', 9);
    const machine = rowsOf(script.partition).find(({ kind }) => kind === 'machine');
    expect(machine).toMatchObject({ watermarks: [] });
  });

  it('of a node that left is forgotten: when it comes back it has to speak again', () => {
    const script = scriptWithTombstone();
    script.watermark('node1', 2);
    script.watermark('node3', 2);
    script.partition.setReplicas(nodes.slice(1));
    script.partition.setReplicas(nodes);
    expect(script.watermark('node2', 2)).toBe(0);
    expect(script.watermark('node1', 2)).toBe(1);
  });

  it('survives in the rows, as do the tombstones that wait for it', () => {
    const script = scriptWithTombstone();
    script.watermark('node1', 2);
    script.watermark('node2', 2);
    const twin = new Script(restored(rowsOf(script.partition).reverse()), script.index);
    twin.partition.setReplicas(nodes);
    expect(twin.partition.hash()).toBe(script.partition.hash());
    for (const each of [script, twin]) expect(each.watermark('node3', 2)).toBe(1);
    expect(twin.partition.hash()).toBe(script.partition.hash());
  });

  it('that says nothing new is no change', () => {
    const script = new Script(newPartition());
    script.partition.setReplicas(nodes);
    script.watermark('node1', 2);
    script.partition.takeChanges();
    script.watermark('node1', 2);
    expect(script.partition.hasChanges).toBe(false);
  });
});
