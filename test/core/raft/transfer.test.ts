// Leadership transfer (Ongaro's thesis, section 3.10).

import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import { Cluster, command, voters } from './cluster.ts';
import { appended, heartbeat, lastSent, sentOf, solo, soloLeader, vote } from './script.ts';

const transfer = (cluster: Cluster, from: string, to: string) =>
  cluster.on(from, (raft) => raft.transferLeadership(nodeId(to)));

describe('Leadership transfer', () => {
  test('an up-to-date voter takes over within a round trip, and its lease stops nobody', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    expect(transfer(cluster, 'a', 'b')).toBe(true);
    cluster.settle();
    expect(cluster.leaders()).toEqual(['b']);
    expect(cluster.view('b').term).toBe(2);
    expect(cluster.raft('a').leader).toBe('b');
  });

  test('a quiet group can be transferred too', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.tick(10 * limits.heartbeatTicks);
    expect(cluster.raft('a').isQuiet).toBe(true);
    transfer(cluster, 'a', 'c');
    cluster.settle();
    expect(cluster.leaders()).toEqual(['c']);
  });

  test('proposals are refused while it lasts, and the refusal names the successor', () => {
    const cluster = soloLeader();
    cluster.inject('c', 'a', appended(1, 1));
    expect(transfer(cluster, 'a', 'b')).toBe(true);
    const result = cluster.on('a', (raft) => raft.propose(command('x'), 1));
    expect(result).toEqual({ kind: 'transferring', to: 'b' });
  });

  test('a successor that is behind is brought up to date first', () => {
    const cluster = soloLeader();
    cluster.inject('c', 'a', appended(1, 1));
    cluster.propose('a', 'x');
    transfer(cluster, 'a', 'b');
    expect(sentOf(cluster, 'timeout-now')).toEqual([]);
    cluster.inject('b', 'a', appended(1, 1));
    expect(sentOf(cluster, 'timeout-now')).toEqual([]);
    cluster.inject('b', 'a', appended(1, 2));
    expect(sentOf(cluster, 'timeout-now', 'b')).toHaveLength(1);
  });

  test('it is given up after an election timeout, and proposals are taken again', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.filter = ({ message }) => message.kind !== 'timeout-now';
    transfer(cluster, 'a', 'b');
    cluster.tick(limits.electionTicksMax + limits.heartbeatTicks);
    cluster.propose('a', 'x');
    cluster.settle();
    expect(cluster.member('a').applied).toEqual(['x']);
    expect(cluster.view('a').term).toBe(1);
  });

  test('a lost TimeoutNow is said again', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    let lost = 0;
    cluster.filter = ({ message }) => message.kind !== 'timeout-now' || lost++ > 0;
    transfer(cluster, 'a', 'b');
    cluster.tick(2 * limits.heartbeatTicks);
    expect(cluster.leaders()).toEqual(['b']);
  });

  test('it ends when the connection to the successor dies', () => {
    const cluster = soloLeader();
    transfer(cluster, 'a', 'b');
    cluster.on('a', (raft) => raft.onPeerDown(nodeId('b')));
    expect(cluster.on('a', (raft) => raft.propose(command('x'), 1)).kind).toBe('proposed');
    expect(transfer(cluster, 'a', 'b')).toBe(false);
  });

  test('only a leader can, and only to another voter', () => {
    const configuration = { ...voters('a', 'b', 'c'), learners: [nodeId('d')] };
    const cluster = new Cluster({ names: ['a', 'b', 'c', 'd'], configuration });
    expect(transfer(cluster, 'a', 'b')).toBe(false);
    cluster.elect('a');
    for (const to of ['a', 'd', 'nobody']) expect(transfer(cluster, 'a', to)).toBe(false);
  });

  test('TimeoutNow makes a follower campaign at once, without a poll', () => {
    const cluster = solo();
    cluster.inject('b', 'a', heartbeat(3));
    cluster.inject('b', 'a', { kind: 'timeout-now', term: cluster.view('a').term });
    expect(cluster.view('a')).toMatchObject({ role: 'candidate', term: 4, votedFor: 'a' });
    expect(lastSent(cluster, 'request-vote', 'c')).toMatchObject({ pre: false, transfer: true });
    cluster.inject('c', 'a', vote(4, true));
    expect(cluster.view('a').role).toBe('leader');
  });
});
