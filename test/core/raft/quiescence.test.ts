// Idle groups go quiet, and every way back.

import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import { Cluster, entry } from './cluster.ts';
import {
  append,
  appended,
  forget,
  heartbeat,
  heartbeatAck,
  requestVote,
  sentOf,
  solo,
  soloLeader,
} from './script.ts';

function quietCluster(names: readonly string[] = ['a', 'b', 'c']): Cluster {
  const cluster = new Cluster({ names });
  cluster.elect('a');
  cluster.propose('a', 'x');
  cluster.tick(6 * limits.heartbeatTicks);
  for (const name of names) expect(cluster.raft(name).isQuiet).toBe(true);
  forget(cluster);
  return cluster;
}

const isQuiet = (cluster: Cluster) =>
  [...cluster.members.values()].filter(({ alive, raft }) => alive && raft.isQuiet).length;

describe('Going quiet', () => {
  test('an idle group sends nothing and elects nobody', () => {
    const cluster = quietCluster();
    cluster.tick(1000);
    expect(cluster.sent).toEqual([]);
    expect(cluster.leaders()).toEqual(['a']);
  });

  test('nothing comes out of a quiet group', () => {
    const cluster = quietCluster();
    cluster.raft('a').tick();
    expect(cluster.raft('a').takeOutput()).toBeNull();
  });

  test('not before the leader has committed in its term', () => {
    const cluster = soloLeader();
    cluster.inject('b', 'a', heartbeatAck(1));
    cluster.inject('c', 'a', heartbeatAck(1));
    cluster.tick(20);
    expect(sentOf(cluster, 'heartbeat').some(({ quiesce }) => quiesce)).toBe(false);
  });

  test('not before every member has applied everything', () => {
    const cluster = soloLeader();
    cluster.inject('b', 'a', appended(1, 1, 1));
    cluster.inject('c', 'a', appended(1, 1, 0));
    cluster.tick(2 * limits.heartbeatTicks);
    expect(cluster.raft('a').isQuiet).toBe(false);
    cluster.inject('c', 'a', heartbeatAck(1, { applied: 1, last: 1 }));
    cluster.tick(limits.heartbeatTicks);
    expect(cluster.raft('a').isQuiet).toBe(true);
  });

  test('a connected member that is silent keeps the leader awake', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.propose('a', 'x');
    cluster.isolate('c');
    cluster.tick(3 * limits.electionTicksMax);
    expect(cluster.raft('a').isQuiet).toBe(false);
  });

  test('a member whose connection is down does not; it is greeted when it is back', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.crash('c');
    for (const other of ['a', 'b']) cluster.on(other, (raft) => raft.onPeerDown(nodeId('c')));
    cluster.propose('a', 'x');
    cluster.tick(6 * limits.heartbeatTicks);
    expect(isQuiet(cluster)).toBe(2);
    cluster.restart('c');
    for (const other of ['a', 'b']) cluster.on(other, (raft) => raft.onPeerUp(nodeId('c')));
    cluster.tick(6 * limits.heartbeatTicks);
    expect(cluster.member('c').applied).toEqual(['x']);
    expect(cluster.view('a').term).toBe(1);
    expect(isQuiet(cluster)).toBe(3);
  });

  test('not while a majority is down', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    for (const peer of ['b', 'c']) {
      cluster.crash(peer);
      cluster.on('a', (raft) => raft.onPeerDown(nodeId(peer)));
    }
    cluster.tick(2 * limits.electionTicksMax);
    expect(cluster.view('a').role).not.toBe('leader');
  });

  test('a follower believes it only in the same term, at the same end, and when durable', () => {
    const cases = [
      { word: heartbeat(2, { commit: 1, quiesce: true }), quiet: true },
      { word: heartbeat(1, { commit: 1, quiesce: true }), quiet: false },
      { word: heartbeat(2, { commit: 0, quiesce: true }), quiet: false },
      { word: heartbeat(2, { commit: 1 }), quiet: false },
    ];
    for (const { word, quiet } of cases) {
      const cluster = solo();
      cluster.inject('b', 'a', append(2, { index: 0, term: 0 }, { entries: [entry(1, 2)] }));
      cluster.inject('b', 'a', word);
      expect(cluster.raft('a').isQuiet).toBe(quiet);
    }
    const cluster = solo();
    cluster.instantDisk = false;
    cluster.inject('b', 'a', append(2, { index: 0, term: 0 }, { entries: [entry(1, 2)] }));
    cluster.inject('b', 'a', heartbeat(2, { commit: 1, quiesce: true }));
    expect(cluster.raft('a').isQuiet).toBe(false);
  });
});

describe('Waking', () => {
  test('a proposal wakes everyone, and later all are quiet again', () => {
    const cluster = quietCluster();
    cluster.propose('a', 'y');
    cluster.settle();
    expect(isQuiet(cluster)).toBe(0);
    cluster.tick(6 * limits.heartbeatTicks);
    expect(cluster.member('c').applied).toEqual(['x', 'y']);
    expect(isQuiet(cluster)).toBe(3);
  });

  test('a read wakes and is answered at once', () => {
    const cluster = quietCluster();
    cluster.on('a', (raft) => raft.readIndex());
    cluster.settle();
    expect(cluster.member('a').reads).toHaveLength(1);
    cluster.tick(6 * limits.heartbeatTicks);
    expect(isQuiet(cluster)).toBe(3);
  });

  test('the lease holds while quiet', () => {
    const cluster = quietCluster();
    cluster.tick(1000);
    cluster.inject('c', 'b', requestVote(9, { index: 9, term: 9 }));
    expect(cluster.view('b')).toMatchObject({ term: 1, leader: 'a' });
  });

  test('a follower that missed the word polls; the poll wakes the leader, and nobody is elected', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.filter = ({ to, message }) =>
      !(to === 'c' && message.kind === 'heartbeat' && message.quiesce);
    cluster.propose('a', 'x');
    cluster.tickUntil(() => isQuiet(cluster) === 2);
    cluster.filter = () => true;
    cluster.tick(limits.electionTicksMax + 6 * limits.heartbeatTicks);
    expect(cluster.view('a')).toMatchObject({ role: 'leader', term: 1 });
    expect(isQuiet(cluster)).toBe(3);
  });

  test('a late copy of the word is undone by the next heartbeat', () => {
    const cluster = quietCluster();
    cluster.isolate('b');
    cluster.propose('a', 'y');
    cluster.tick(20);
    cluster.heal();
    cluster.inject('a', 'b', heartbeat(1, { commit: 2, quiesce: true }));
    expect(cluster.raft('b').isQuiet).toBe(true);
    cluster.tick(6 * limits.heartbeatTicks);
    expect(cluster.member('b').applied).toEqual(['x', 'y']);
  });

  test('the death of the leader’s connection wakes a follower; there is a leader soon', () => {
    const cluster = quietCluster();
    cluster.crash('a');
    for (const other of ['b', 'c']) cluster.on(other, (raft) => raft.onPeerDown(nodeId('a')));
    cluster.tick(2 * limits.fastCampaignTicksMax);
    expect(cluster.leaders()).toHaveLength(1);
  });

  test('a last word that comes after the death of its connection puts nobody to sleep', () => {
    const cluster = quietCluster();
    cluster.propose('a', 'y');
    cluster.tick(limits.heartbeatTicks);
    cluster.crash('a');
    const [term, commit] = [cluster.view('b').term, cluster.view('b').lastIndex];
    for (const other of ['b', 'c']) {
      cluster.on(other, (raft) => raft.onPeerDown(nodeId('a')));
      cluster.inject('a', other, heartbeat(term, { commit, quiesce: true }));
    }
    cluster.tick(3 * limits.electionTicksMax);
    expect(cluster.leaders()).toHaveLength(1);
  });

  test('a leader that is silent without a dead connection is replaced when the driver wakes its followers', () => {
    const cluster = quietCluster();
    cluster.isolate('a');
    cluster.tick(500);
    expect(cluster.leaders()).toEqual(['a']);
    for (const other of ['b', 'c']) cluster.on(other, (raft) => raft.wake());
    cluster.tick(3 * limits.electionTicksMax);
    expect(cluster.leaders()).toHaveLength(2);
    cluster.heal();
    cluster.tick(3 * limits.electionTicksMax);
    expect(cluster.leaders()).toHaveLength(1);
    expect(cluster.leaders()).not.toEqual(['a']);
    expect(cluster.view('a').term).toBeGreaterThan(1);
    expect(isQuiet(cluster)).toBe(3);
  });

  test('a quiet leader that is cut off with its connections steps down', () => {
    const cluster = quietCluster();
    cluster.isolate('a');
    for (const peer of ['b', 'c']) cluster.on('a', (raft) => raft.onPeerDown(nodeId(peer)));
    cluster.tick(2 * limits.electionTicksMax);
    expect(cluster.view('a').role).not.toBe('leader');
  });

  test('a restarted follower is told who leads as soon as it connects', () => {
    const cluster = quietCluster();
    cluster.crash('b');
    cluster.restart('b');
    cluster.on('a', (raft) => raft.onPeerUp(nodeId('b')));
    cluster.settle();
    expect(cluster.raft('b').leader).toBe('a');
  });

  test('an answer that shows a shorter log wakes the leader', () => {
    const cluster = quietCluster();
    cluster.inject('b', 'a', heartbeatAck(1, { last: 1, applied: 1 }));
    expect(cluster.raft('a').isQuiet).toBe(false);
  });
});
