// Batching, pipelining, windows and bounds of replication, and how `all` learns what was applied.

import { describe, expect, test } from 'vitest';
import { logIndex, nodeId } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import { Cluster, command, entry, voters } from './cluster.ts';
import {
  append,
  appended,
  forget,
  heartbeatAck,
  lastSent,
  sentOf,
  solo,
  soloLeader,
} from './script.ts';

/** Every follower is in step: appends are pipelined. */
function steadyLeader(): Cluster {
  const cluster = soloLeader();
  for (const other of ['b', 'c']) cluster.inject(other, 'a', appended(1, 1, 1));
  forget(cluster);
  return cluster;
}

describe('Appends', () => {
  test('several proposals before an output go out as one append for each follower', () => {
    const cluster = steadyLeader();
    cluster.propose('a', 'x', 'y', 'z');
    for (const other of ['b', 'c']) {
      expect(sentOf(cluster, 'append', other)).toHaveLength(1);
      expect(lastSent(cluster, 'append', other).entries).toHaveLength(3);
    }
  });

  test('are pipelined: the next goes out before the last is acknowledged', () => {
    const cluster = steadyLeader();
    cluster.propose('a', 'x');
    cluster.propose('a', 'y');
    expect(sentOf(cluster, 'append', 'b').map(({ prevIndex }) => prevIndex)).toEqual([1, 2]);
  });

  test('one at a time while it is not known where the logs agree', () => {
    const cluster = soloLeader();
    forget(cluster);
    cluster.propose('a', 'x');
    cluster.propose('a', 'y');
    expect(sentOf(cluster, 'append', 'b')).toEqual([]);
    cluster.inject('b', 'a', appended(1, 1));
    expect(lastSent(cluster, 'append', 'b').entries).toHaveLength(2);
  });

  test('carry at most the byte bound, and at least one entry', () => {
    const cluster = steadyLeader();
    const third = Math.floor(limits.appendBytesMax / 3);
    cluster.on('a', (raft) => {
      for (let i = 0; i < 4; i++) raft.propose(command(`${i}`), third);
      raft.propose(command('big'), 2 * limits.appendBytesMax);
      raft.propose(command('last'), 1);
    });
    const batches = sentOf(cluster, 'append', 'b').map(({ entries }) => entries.length);
    expect(batches).toEqual([3, 1, 1, 1]);
  });

  test('stop at the window and go on with each acknowledgement', () => {
    const cluster = steadyLeader();
    const names = Array.from({ length: limits.appendsInFlightMax + 10 }, (_, i) => `p${i}`);
    for (const name of names) cluster.propose('a', name);
    expect(sentOf(cluster, 'append', 'b')).toHaveLength(limits.appendsInFlightMax);
    forget(cluster);
    cluster.inject('b', 'a', appended(1, 2));
    expect(lastSent(cluster, 'append', 'b').entries).toHaveLength(10);
  });

  test('a full window whose acknowledgements were lost opens again', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.filter = ({ from, message }) => !(from === 'b' && message.kind === 'appended');
    for (let i = 0; i < limits.appendsInFlightMax + 10; i++) cluster.propose('a', `p${i}`);
    cluster.settle();
    expect(cluster.view('b').lastIndex).toBe(1 + limits.appendsInFlightMax);
    cluster.filter = () => true;
    cluster.tick(2 * limits.heartbeatTicks);
    expect(cluster.view('b').lastIndex).toBe(1 + limits.appendsInFlightMax + 10);
  });

  test('a refusal that answers an old question is ignored', () => {
    const cluster = steadyLeader();
    cluster.propose('a', 'x');
    cluster.inject('b', 'a', appended(1, 2));
    forget(cluster);
    const refusal = { ...appended(1, 1), success: false };
    cluster.inject('b', 'a', refusal);
    for (const text of ['y', 'z']) cluster.propose('a', text);
    expect(sentOf(cluster, 'append', 'b').map(({ prevIndex }) => prevIndex)).toEqual([2, 3]);
  });

  test('a late acknowledgement moves nothing back', () => {
    const cluster = steadyLeader();
    cluster.propose('a', 'x', 'y');
    cluster.inject('b', 'a', appended(1, 3));
    cluster.inject('b', 'a', appended(1, 2));
    const [, b] = cluster.raft('a').progressOf();
    expect(b).toMatchObject({ node: 'b', matchIndex: 3 });
  });

  test('tell the leader who holds an entry: itself and those that said so, in order of name', () => {
    const names = ['a', 'b', 'c'];
    const cluster = new Cluster({ names, configuration: voters(...names) });
    cluster.elect('b');
    cluster.filter = ({ from, message }) => from !== 'c' || message.kind !== 'appended';
    cluster.propose('b', 'x');
    cluster.tick(12);
    const { lastIndex } = cluster.view('b');
    const holders = (name: string, index: number) =>
      cluster.member(name).raft.holdersOf(logIndex(index));
    expect(holders('b', lastIndex)).toEqual(['a', 'b']);
    expect(holders('b', lastIndex - 1)).toEqual(['a', 'b', 'c']);
    expect(holders('a', lastIndex)).toEqual(['a']);
  });

  test('an acknowledgement beyond the leader’s log is not believed', () => {
    const cluster = steadyLeader();
    cluster.inject('b', 'a', appended(1, 99));
    expect(cluster.view('a').commitIndex).toBe(1);
  });

  test('an append whose entries do not follow each other is dropped', () => {
    const cluster = solo();
    const entries = [entry(1, 1), entry(3, 1)];
    cluster.inject('b', 'a', append(1, { index: 0, term: 0 }, { entries }));
    expect(cluster.view('a').lastIndex).toBe(0);
    expect(sentOf(cluster, 'appended')).toEqual([]);
  });

  test('nothing but heartbeats goes to a member whose connection died, until it is back', () => {
    const cluster = steadyLeader();
    cluster.on('a', (raft) => raft.onPeerDown(nodeId('b')));
    cluster.propose('a', 'x');
    expect(sentOf(cluster, 'append', 'b')).toEqual([]);
    expect(sentOf(cluster, 'append', 'c')).toHaveLength(1);
    cluster.on('a', (raft) => raft.onPeerUp(nodeId('b')));
    expect(lastSent(cluster, 'append', 'b')).toMatchObject({ prevIndex: 1 });
  });

  test('a new leader whose follower reconnects goes on probing, and sends no needless snapshot', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.propose('a', 'x', 'y');
    cluster.tick(10);
    for (const name of ['a', 'b', 'c']) cluster.compact(name, 3);
    cluster.cut('b', 'c');
    cluster.on('b', (raft) => raft.onPeerDown(nodeId('a')));
    cluster.on('c', (raft) => raft.onPeerDown(nodeId('a')));
    cluster.heal();
    cluster.crash('a');
    cluster.on('b', (raft) => raft.campaign());
    cluster.settle();
    cluster.on('b', (raft) => raft.onPeerUp(nodeId('a')));
    cluster.restart('a');
    cluster.tick(20);
    expect(cluster.leaders()).toEqual(['b']);
    expect(cluster.count('install-snapshot')).toBe(0);
    expect(cluster.view('a').lastIndex).toBe(cluster.view('b').lastIndex);
  });
});

describe('Bounds', () => {
  test('proposals beyond the uncommitted bytes are refused as overloaded, and taken again after a commit', () => {
    const cluster = steadyLeader();
    const propose = (bytes: number) => cluster.on('a', (raft) => raft.propose(command('x'), bytes));
    expect(propose(limits.uncommittedBytesMax).kind).toBe('proposed');
    expect(propose(1)).toEqual({
      kind: 'overloaded',
      uncommittedBytes: limits.uncommittedBytesMax,
    });
    cluster.inject('b', 'a', appended(1, 2));
    expect(propose(1).kind).toBe('proposed');
  });

  test('one entry over the bound is taken when nothing else waits', () => {
    const cluster = steadyLeader();
    const result = cluster.on('a', (raft) => {
      return raft.propose(command('x'), limits.uncommittedBytesMax + 1);
    });
    expect(result.kind).toBe('proposed');
  });

  test('compaction never goes beyond what is applied', () => {
    const cluster = steadyLeader();
    cluster.propose('a', 'x', 'y');
    cluster.raft('a').compact(logIndex(3));
    expect(cluster.view('a').start.index).toBe(1);
    expect(cluster.view('a').logBytes).toBe(20);
  });
});

describe('Pushing the commit index', () => {
  test('broadcastCommit makes every member apply and report at once', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.propose('a', 'x');
    cluster.settle();
    expect(cluster.member('a').applied).toEqual(['x']);
    expect(cluster.member('b').applied).toEqual([]);
    cluster.on('a', (raft) => raft.broadcastCommit());
    cluster.settle();
    const applied = cluster
      .raft('a')
      .progressOf()
      .map(({ appliedIndex }) => appliedIndex);
    expect(applied).toEqual([2, 2, 2]);
  });

  test('a member that is not durable yet reports when it has applied', () => {
    const cluster = solo();
    cluster.instantDisk = false;
    const entries = [entry(1, 1), entry(2, 1)];
    cluster.inject('b', 'a', append(1, { index: 0, term: 0 }, { entries }));
    cluster.inject('b', 'a', append(1, { index: 2, term: 1 }, { commit: 2 }));
    expect(cluster.sent).toEqual([]);
    cluster.confirmWrites('a');
    expect(lastSent(cluster, 'heartbeat-ack', 'b')).toMatchObject({ appliedIndex: 2 });
  });

  test('progress names every member, its own included, with what it has applied', () => {
    const cluster = steadyLeader();
    cluster.propose('a', 'x');
    cluster.inject('b', 'a', appended(1, 2, 1));
    cluster.inject('b', 'a', heartbeatAck(1, { applied: 2, last: 2 }));
    cluster.on('a', (raft) => raft.onPeerDown(nodeId('c')));
    expect(cluster.raft('a').progressOf()).toMatchObject([
      { node: 'a', matchIndex: 2, appliedIndex: 2, active: true, learner: false },
      { node: 'b', matchIndex: 2, appliedIndex: 2, active: true, learner: false },
      { node: 'c', matchIndex: 1, appliedIndex: 1, active: false, learner: false },
    ]);
    expect(solo().raft('a').progressOf()).toEqual([]);
  });

  test('takeOutput is null when nothing changed', () => {
    const cluster = steadyLeader();
    expect(cluster.raft('a').takeOutput()).toBeNull();
    cluster.raft('a').tick();
    expect(cluster.raft('a').takeOutput()).toBeNull();
  });
});

describe('An append is a heartbeat (Raft paper, section 5.2)', () => {
  /** Proposes in every tick; `b` acknowledges each append, `c` never answers. */
  function busyLeader(ticks: number): Cluster {
    const cluster = steadyLeader();
    for (let index = 2; index < 2 + ticks; index++) {
      cluster.propose('a', `${index}`);
      cluster.inject('b', 'a', appended(1, index));
      cluster.tick(1, false);
    }
    return cluster;
  }

  test('so a member that is sent appends and answers is spared the timer, another is not', () => {
    const cluster = busyLeader(4 * limits.heartbeatTicks);
    expect(sentOf(cluster, 'heartbeat', 'b')).toEqual([]);
    expect(sentOf(cluster, 'heartbeat', 'c').length).toBeGreaterThan(1);
  });

  test('and the timer is back when no append went out for a heartbeat', () => {
    const cluster = busyLeader(2 * limits.heartbeatTicks);
    forget(cluster);
    cluster.tick(2 * limits.heartbeatTicks, false);
    expect(sentOf(cluster, 'heartbeat', 'b').length).toBeGreaterThan(0);
  });

  test('but a read that waits is carried to everyone by the timer', () => {
    const cluster = busyLeader(limits.heartbeatTicks);
    cluster.raft('a').readIndex();
    let index = 2 + limits.heartbeatTicks;
    cluster.propose('a', `${index}`);
    forget(cluster);
    for (let tick = 0; tick < limits.heartbeatTicks; tick++) {
      cluster.inject('b', 'a', appended(1, index));
      cluster.tick(1, false);
      index += 1;
      cluster.propose('a', `${index}`);
    }
    expect(lastSent(cluster, 'heartbeat', 'b').readRound).toBeGreaterThan(0);
  });
});
