// Nodes that are no replicas any more: their `one` writes may still come, so tombstones wait for them
// until the log says that they are released.

import { describe, expect, it } from 'vitest';
import { nodeId } from '../../../src/core/model/ids.ts';
import { at, del, put, restored, rowsOf, Script, tentative } from './script.ts';

const nodes = ['node1', 'node2', 'node3'].map(nodeId);
const [node1, , node3] = nodes as [never, never, never];
const stay = nodes.slice(0, 2);

/** A key that node3 has seen and that is deleted: `late` is what node3 may still say about it. */
const scriptWithTombstone = (): Script => {
  const script = new Script();
  script.partition.setReplicas(nodes);
  script.write(put('k', 'a'));
  script.write(del('k'));
  return script;
};

/** Accepted before the delete was seen, by a clock that is behind. */
const late = tentative({ from: 'node3#1', counter: 1, value: 'old', hlc: at(1) });

const machineOf = (script: Script) =>
  rowsOf(script.partition).find((row) => row.kind === 'machine');

/** What the next start of the same node makes of the rows, told the same configuration. */
const restarted = (script: Script, replicas = stay): Script => {
  const again = new Script(restored(rowsOf(script.partition)), script.index);
  again.partition.setReplicas(replicas);
  return again;
};

describe('a departed owner', () => {
  it('is who was a replica and is named by the configuration no more, until it is released', () => {
    const script = scriptWithTombstone();
    expect(script.partition.departed).toEqual([]);
    script.partition.setReplicas(nodes.slice(1));
    expect(script.partition.departed).toEqual(['node1']);
    script.partition.setReplicas(nodes.slice(1, 2));
    expect(script.partition.departed).toEqual(['node1', 'node3']);
    script.release('node1');
    expect(script.partition.departed).toEqual(['node3']);
  });

  it('keeps tombstones from being purged, so that its late merge brings no deleted key back', () => {
    const script = scriptWithTombstone();
    script.partition.setReplicas(stay);
    expect(script.watermark('node1', 3) + script.watermark('node2', 3)).toBe(0);
    expect(script.merge(late)).toBe('lost');
    expect(script.value('k')).toBeNull();
    expect(script.partition.read('k')).not.toBeNull();
  });

  it('holds nothing back below the watermark that it gave as a replica', () => {
    const script = scriptWithTombstone();
    script.watermark('node3', 2);
    script.partition.setReplicas(stay);
    expect(script.watermark('node1', 2)).toBe(0);
    expect(script.watermark('node2', 2)).toBe(1);
    script.write(del('x'));
    expect(script.watermark('node1', 9) + script.watermark('node2', 9)).toBe(0);
  });

  it('is still heard: it may have merged what held its watermark back', () => {
    const script = scriptWithTombstone();
    script.partition.setReplicas(stay);
    script.watermark('node1', 2);
    script.watermark('node2', 2);
    expect(script.watermark('node3', 2)).toBe(1);
  });

  it('holds nothing back any more once it is released, at that very entry', () => {
    const script = scriptWithTombstone();
    script.partition.setReplicas(stay);
    script.watermark('node1', 2);
    script.watermark('node2', 2);
    expect(script.release('node3')).toBe(1);
    expect(script.partition.read('k')).toBeNull();
    script.write(del('x'));
    script.watermark('node1', 9);
    expect(script.watermark('node2', 9)).toBe(1);
  });

  it('that is released is not heard any more, and a merge of its that comes again does nothing', () => {
    const script = scriptWithTombstone();
    script.merge(late);
    script.partition.setReplicas(stay);
    script.watermark('node1', 9);
    script.watermark('node2', 9);
    expect(script.release('node3')).toBe(1);
    script.watermark('node3', 9);
    expect(machineOf(script)).toMatchObject({
      departed: [],
      watermarks: [{ node: 'node1' }, { node: 'node2' }],
    });
    expect(script.merge(late)).toBe('known');
    expect(script.partition.read('k')).toBeNull();
  });

  it('that becomes a replica again is none, and has to speak again', () => {
    const script = scriptWithTombstone();
    script.watermark('node3', 2);
    script.partition.setReplicas(stay);
    script.partition.setReplicas(nodes);
    expect(script.partition.departed).toEqual([]);
    expect(script.watermark('node1', 2) + script.watermark('node2', 2)).toBe(0);
    expect(script.watermark('node3', 2)).toBe(1);
  });

  it('is in the rows and in the hash', () => {
    const script = scriptWithTombstone();
    const before = script.partition.hash();
    script.partition.takeChanges();
    script.partition.setReplicas(stay);
    expect(script.partition.hash()).not.toBe(before);
    expect(script.partition.takeChanges().rows).toEqual([machineOf(script)]);
    expect(machineOf(script)).toMatchObject({ departed: ['node3'] });
    script.release('node3');
    expect(machineOf(script)).toMatchObject({ departed: [] });
  });
});

describe('a release', () => {
  it('of a replica, or of a stranger, has no effect', () => {
    const script = scriptWithTombstone();
    script.watermark('node3', 1);
    const before = machineOf(script);
    expect(script.release('node3') + script.release('node9')).toBe(0);
    expect(machineOf(script)).toEqual(before);
    expect(script.watermark('node1', 2) + script.watermark('node2', 2)).toBe(0);
    expect(script.watermark('node3', 2)).toBe(1);
  });

  it('that comes again has no effect', () => {
    const script = scriptWithTombstone();
    script.partition.setReplicas(stay);
    script.release('node3');
    script.partition.takeChanges();
    script.release('node3');
    expect(script.partition.hasChanges).toBe(false);
  });
});

describe('who departs', () => {
  it('is nobody at birth, whatever the first configuration is', () => {
    const script = new Script();
    script.partition.setReplicas(stay);
    expect(script.partition.departed).toEqual([]);
    expect(script.partition.hasChanges).toBe(false);
  });

  it('is nobody at a restart: the configuration only says what is so already', () => {
    const script = scriptWithTombstone();
    script.partition.setReplicas(stay);
    const again = restarted(script);
    expect(again.partition.departed).toEqual(['node3']);
    expect(again.partition.hasChanges).toBe(false);
    expect(again.partition.hash()).toBe(script.partition.hash());
  });

  it('after a restart is who leaves the configuration that the restart was told', () => {
    const again = restarted(scriptWithTombstone(), nodes);
    again.partition.setReplicas([node3]);
    expect(again.partition.departed).toEqual(stay);
  });

  it('does not depend on restarts in between', () => {
    const steady = scriptWithTombstone();
    let restarting = scriptWithTombstone();
    let replicas = nodes;
    const takeEverywhere = (step: (script: Script) => unknown): void => {
      restarting = restarted(restarting, replicas);
      expect(step(restarting)).toEqual(step(steady));
      expect(restarting.partition.hash()).toBe(steady.partition.hash());
    };
    const configure = (next: typeof nodes): void => {
      takeEverywhere(({ partition }) => partition.setReplicas(next));
      replicas = next;
    };
    takeEverywhere((script) => script.watermark('node3', 1));
    configure(stay);
    takeEverywhere((script) => script.watermark('node1', 5));
    takeEverywhere((script) => script.merge(late));
    takeEverywhere((script) => script.watermark('node2', 5));
    expect(steady.partition.read('k')).not.toBeNull();
    takeEverywhere((script) => script.release('node3'));
    expect(steady.partition.read('k')).toBeNull();
    configure([node1]);
    configure(nodes);
    takeEverywhere((script) => script.watermark('node1', 9));
    expect(steady.partition.departed).toEqual([]);
  });

  it('is not forgotten by a replica that is restored from a snapshot of another', () => {
    const script = scriptWithTombstone();
    script.partition.setReplicas(stay);
    const other = new Script();
    other.partition.setReplicas([]);
    other.partition.restore(rowsOf(script.partition));
    other.partition.setReplicas(stay);
    expect(other.partition.departed).toEqual(['node3']);
    expect(other.partition.hash()).toBe(script.partition.hash());
  });
});
