// What a newcomer's log begins with. A name that was removed is added again; its log is gone, with or
// without its disk. With a part of the log of before it would hold an old configuration for the newest
// and vote by it, although it has forgotten what it acknowledged then.

import { describe, expect, test } from 'vitest';
import { type NodeId, nodeId } from '../../../src/core/model/ids.ts';
import { Cluster, command, voters } from './cluster.ts';
import { emptyDisk } from './disk.ts';
import { appended } from './script.ts';

const nobody = { voters: [], votersOutgoing: [], learners: [] };
const learner = (node: string) => ({ node: nodeId(node), to: 'learner' }) as const;

function change(
  cluster: Cluster,
  changes: readonly { readonly node: NodeId; readonly to: 'learner' | 'voter' | 'removed' }[],
): void {
  cluster.on('a', (raft) => {
    expect(raft.proposeConfiguration(changes).kind).toBe('proposed');
  });
  cluster.settle();
}

/**
 * Of the voters a, x and z, z is cut off; a and x commit an entry; w takes the place of x, whose log
 * is then gone; x is added again. Appends beyond what z has do not reach x.
 */
function reborn(wiped: boolean): Cluster {
  const cluster = new Cluster({
    names: ['a', 'x', 'z', 'w'],
    configuration: voters('a', 'x', 'z'),
    disks: { w: emptyDisk(nobody) },
  });
  cluster.elect('a');
  change(cluster, [learner('w')]);
  cluster.tick(30);
  const known = cluster.view('z').lastIndex;
  for (const other of ['a', 'x', 'w']) cluster.cut('z', other);
  cluster.on('a', (raft) => raft.propose(command('acknowledged'), 300_000));
  cluster.settle();
  expect(cluster.view('a').commitIndex).toBe(known + 1);
  cluster.tick(10);
  change(cluster, [
    { node: nodeId('w'), to: 'voter' },
    { node: nodeId('x'), to: 'removed' },
  ]);
  cluster.tick(20);
  expect(cluster.view('a').configuration.voters).toEqual(['a', 'w', 'z']);
  const disk = emptyDisk(nobody);
  if (!wiped) disk.hardState = { term: cluster.view('a').term, votedFor: null };
  cluster.crash('x');
  cluster.member('x').disk = disk;
  cluster.restart('x');
  cluster.filter = ({ to, message }) => {
    const isLater = message.kind === 'append' && (message.entries.at(-1)?.index ?? 0) > known;
    return !(to === 'x' && isLater && cluster.view('x').lastIndex >= known);
  };
  change(cluster, [learner('x')]);
  cluster.tick(20);
  return cluster;
}

describe.each([true, false])('a name that is added again (its disk wiped: %s)', (wiped) => {
  test('begins with a snapshot in which it is what it is now', () => {
    const cluster = reborn(wiped);
    const { start, standing } = cluster.view('x');
    expect(start.index).toBeGreaterThanOrEqual(cluster.view('a').configurationIndex);
    expect(standing).toBe('learner');
  });

  test('votes for nobody who counts it by an old configuration', () => {
    const cluster = reborn(wiped);
    cluster.crash('a');
    cluster.cuts.clear();
    for (const other of ['z', 'x']) cluster.cut('w', other);
    for (const name of ['z', 'x', 'w']) cluster.on(name, (raft) => raft.onPeerDown(nodeId('a')));
    cluster.tick(150);
    expect(cluster.leaders()).toEqual([]);
  });
});

test('a founder whose log is empty is sent entries: it was a member from the beginning', () => {
  const cluster = new Cluster({ names: ['a', 'b', 'c'], configuration: voters('a', 'b', 'c') });
  cluster.crash('c');
  cluster.elect('a');
  for (const text of ['one', 'two']) cluster.on('a', (raft) => raft.propose(command(text), 10));
  cluster.settle();
  cluster.restart('c');
  cluster.tick(30);
  expect(cluster.view('c').lastIndex).toBe(cluster.view('a').lastIndex);
  expect(cluster.snapshotsInstalled).toBe(0);
});

describe('a newcomer', () => {
  /** `a` leads {a,b,c}; no tick passes any more, so nothing is sent by the clock. */
  function joined(): Cluster {
    const cluster = new Cluster({
      names: ['a', 'b', 'c', 'v', 'x'],
      configuration: voters('a', 'b', 'c'),
      disks: { v: emptyDisk(nobody), x: emptyDisk(nobody) },
    });
    cluster.elect('a');
    return cluster;
  }

  test('that was heard before its own entry is applied waits for that, and for no heartbeat', () => {
    const cluster = joined();
    cluster.filter = ({ from, message }) => message.kind !== 'appended' || from === 'x';
    change(cluster, [learner('x')]);
    const { configurationIndex, appliedIndex, lastIndex } = cluster.view('a');
    expect(appliedIndex).toBeLessThan(configurationIndex);
    expect(cluster.view('x').start.index).toBe(0);
    cluster.filter = () => true;
    cluster.inject('b', 'a', appended(1, lastIndex));
    cluster.settle();
    expect(cluster.view('x').start.index).toBeGreaterThanOrEqual(configurationIndex);
  });

  test('is not given a snapshot of before it was a member, although another is on its way', () => {
    const cluster = joined();
    cluster.filter = ({ from, message }) => !(from === 'v' && message.kind === 'snapshot-ack');
    change(cluster, [learner('v')]);
    change(cluster, [learner('x')]);
    cluster.settle();
    const { configurationIndex } = cluster.view('a');
    expect(cluster.view('x').start.index).toBeGreaterThanOrEqual(configurationIndex);
  });
});
