// Linearizable reads (Raft paper, section 8; Ongaro's thesis, section 6.4), and the ways in which
// neighbours got them wrong.

import { describe, expect, test } from 'vitest';
import { limits } from '../../../src/core/model/limits.ts';
import { Cluster, voters } from './cluster.ts';
import { changeAndSettle, groupWithJoiners } from './members.ts';
import { appended, forget, heartbeatAck, lastSent, sentOf, soloLeader } from './script.ts';

const read = (cluster: Cluster, name: string) => cluster.on(name, (raft) => raft.readIndex());

function leaderWithCommit(): Cluster {
  const cluster = soloLeader();
  for (const other of ['b', 'c']) cluster.inject(other, 'a', appended(1, 1));
  forget(cluster);
  return cluster;
}

describe('ReadIndex', () => {
  test('one heartbeat round serves every read that waited', () => {
    const cluster = leaderWithCommit();
    cluster.on('a', (raft) => {
      for (let i = 0; i < 100; i++) raft.readIndex();
    });
    expect(sentOf(cluster, 'heartbeat', 'b')).toHaveLength(1);
    const { readRound } = lastSent(cluster, 'heartbeat', 'b');
    cluster.inject('b', 'a', heartbeatAck(1, { readRound, last: 1 }));
    expect(cluster.member('a').reads).toHaveLength(100);
  });

  test('a round is confirmed when those who never answered it are voters no more', () => {
    const cluster = groupWithJoiners(['a', 'b', 'c'], []);
    cluster.filter = ({ message }) => message.kind !== 'heartbeat';
    read(cluster, 'a');
    expect(cluster.member('a').reads).toEqual([]);
    changeAndSettle(cluster, 'a', { removed: ['b', 'c'] });
    expect(cluster.member('a').reads).toHaveLength(1);
    read(cluster, 'a');
    expect(cluster.member('a').reads).toHaveLength(2);
  });

  test('reads that come while rounds are under way gather, and a later round confirms the earlier ones', () => {
    const cluster = leaderWithCommit();
    for (let i = 0; i < 50; i++) read(cluster, 'a');
    expect(sentOf(cluster, 'heartbeat', 'b')).toHaveLength(limits.readRoundsInFlightMax);
    const { readRound } = lastSent(cluster, 'heartbeat', 'b');
    cluster.inject('b', 'a', heartbeatAck(1, { readRound, last: 1 }));
    expect(cluster.member('a').reads).toHaveLength(limits.readRoundsInFlightMax);
    const next = lastSent(cluster, 'heartbeat', 'b').readRound;
    cluster.inject('c', 'a', heartbeatAck(1, { readRound: next, last: 1 }));
    expect(cluster.member('a').reads.map(({ ticket }) => ticket)).toEqual(
      Array.from({ length: 50 }, (_, i) => i + 1),
    );
  });

  test('an answer from before the read confirms nothing', () => {
    const cluster = leaderWithCommit();
    read(cluster, 'a');
    const { readRound } = lastSent(cluster, 'heartbeat', 'b');
    cluster.inject('b', 'a', heartbeatAck(1, { readRound: readRound - 1, last: 1 }));
    cluster.inject('b', 'a', appended(1, 1));
    expect(cluster.member('a').reads).toEqual([]);
  });

  test('a lost round is confirmed by the next regular heartbeat', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.filter = ({ message }) => message.kind !== 'heartbeat';
    read(cluster, 'a');
    cluster.settle();
    cluster.filter = () => true;
    cluster.tick(2 * limits.heartbeatTicks);
    expect(cluster.member('a').reads).toHaveLength(1);
  });

  test('a single voter answers by itself', () => {
    const cluster = new Cluster({ names: ['a'], configuration: voters('a') });
    cluster.on('a', (raft) => raft.campaign());
    read(cluster, 'a');
    expect(cluster.member('a').reads).toMatchObject([{ ticket: 1, index: 1 }]);
  });

  test('over the bound a read is refused as overloaded', () => {
    const cluster = leaderWithCommit();
    for (let i = 0; i < limits.pendingReadsMax; i++) {
      expect(cluster.raft('a').readIndex().kind).toBe('waiting');
    }
    expect(cluster.raft('a').readIndex()).toEqual({ kind: 'overloaded' });
  });

  test('a learner’s answer does not count', () => {
    const configuration = { ...voters('a', 'b', 'c'), learners: ['d' as never] };
    const cluster = new Cluster({ names: ['a', 'b', 'c', 'd'], configuration });
    cluster.elect('a');
    cluster.cut('a', 'b');
    cluster.cut('a', 'c');
    read(cluster, 'a');
    cluster.tick(2 * limits.heartbeatTicks);
    expect(cluster.member('a').reads).toEqual([]);
  });
});

describe('Reads that must not be stale', () => {
  test('a leader that was cut off and deposed never answers a read (trap 1)', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.isolate('a');
    cluster.tickUntil(
      () => cluster.view('b').role === 'leader' || cluster.view('c').role === 'leader',
    );
    const successor = cluster.leaders().find((name) => name !== 'a') ?? '';
    cluster.propose(successor, 'new');
    cluster.settle();
    if (cluster.raft('a').isLeader) read(cluster, 'a');
    cluster.heal();
    cluster.tick(100);
    expect(cluster.member('a').reads).toEqual([]);
    expect(cluster.member('a').applied).toEqual(['new']);
  });

  test('a leader that was paused beyond the election timeout does not answer from its old state when it resumes (trap 2)', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    read(cluster, 'a');
    cluster.settle();
    expect(cluster.member('a').reads.splice(0)).toHaveLength(1);
    // Paused: it does not tick, and what is sent to it waits in the queue.
    const queued: typeof cluster.network = [];
    cluster.filter = (flight) => {
      if (flight.to === 'a') queued.push(flight);
      return flight.to !== 'a' && flight.from !== 'a';
    };
    for (let i = 0; i < 200; i++) {
      for (const other of ['b', 'c']) {
        cluster.on(other, (raft) => raft.tick());
        cluster.settle();
      }
    }
    const successor = cluster.leaders().find((name) => name !== 'a') ?? '';
    cluster.propose(successor, 'new');
    cluster.settle();
    expect(cluster.member(successor).applied).toEqual(['new']);
    // Resumed: the read comes first, then everything that was queued.
    cluster.filter = () => true;
    read(cluster, 'a');
    cluster.network.unshift(...queued);
    cluster.settle();
    cluster.tick(100);
    expect(cluster.member('a').reads).toEqual([]);
    expect(cluster.member('a').lostReads).toHaveLength(1);
  });
});
