// The Raft paper (Ongaro & Ousterhout 2014, extended version), sections 5.1 and 5.2, sentence by
// sentence.

import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import { Cluster, entry, voters } from './cluster.ts';
import {
  append,
  appended,
  forget,
  heartbeat,
  lastSent,
  requestVote,
  sentOf,
  solo,
  soloLeader,
  vote,
} from './script.ts';

const nothing = { index: 0, term: 0 };

describe('Raft basics', () => {
  test('If one server’s current term is smaller than the other’s, then it updates its current term to the larger value (§5.1)', () => {
    const messages = [
      append(7, nothing),
      heartbeat(7),
      requestVote(7, nothing),
      vote(7, false),
      appended(7, 0),
    ];
    for (const message of messages) {
      const cluster = solo();
      cluster.inject('b', 'a', message);
      expect(cluster.view('a').term).toBe(7);
      expect(cluster.member('a').disk.hardState.term).toBe(7);
    }
  });

  test('If a candidate or leader discovers that its term is out of date, it immediately reverts to follower state (§5.1)', () => {
    const leader = soloLeader();
    leader.inject('b', 'a', appended(9, 0));
    expect(leader.view('a')).toMatchObject({ role: 'follower', term: 9, leader: null });

    const candidate = solo();
    candidate.on('a', (raft) => raft.campaign());
    candidate.inject('b', 'a', vote(1, true, true));
    expect(candidate.view('a').role).toBe('candidate');
    candidate.inject('b', 'a', vote(5, false));
    expect(candidate.view('a')).toMatchObject({ role: 'follower', term: 5 });
  });

  test('If a server receives a request with a stale term number, it rejects the request (§5.1)', () => {
    const cluster = solo();
    cluster.inject('b', 'a', heartbeat(5));
    cluster.inject('c', 'a', append(4, nothing, { entries: [entry(1, 4)] }));
    expect(cluster.view('a')).toMatchObject({ lastIndex: 0, leader: 'b' });
    expect(lastSent(cluster, 'heartbeat-ack', 'c').term).toBe(5);
    cluster.inject('c', 'a', requestVote(4, { index: 9, term: 4 }));
    expect(lastSent(cluster, 'vote', 'c')).toMatchObject({ granted: false, term: 5 });
  });

  test('Current terms increase monotonically: a stale answer changes nothing (§5.1)', () => {
    const cluster = soloLeader();
    cluster.inject('b', 'a', appended(1, 1));
    cluster.inject('b', 'a', vote(0, false));
    expect(cluster.view('a')).toMatchObject({ role: 'leader', term: 1, commitIndex: 1 });
  });
});

describe('Leader election', () => {
  test('When servers start up, they begin as followers (§5.2)', () => {
    expect(solo().view('a')).toMatchObject({ role: 'follower', leader: null, term: 0 });
  });

  test('A server remains in follower state as long as it receives valid RPCs from a leader or candidate (§5.2)', () => {
    const cluster = solo();
    for (let i = 0; i < 20; i++) {
      cluster.inject('b', 'a', i % 2 === 0 ? heartbeat(1) : append(1, nothing));
      cluster.tick(limits.electionTicksMin - 1);
      expect(cluster.view('a').role).toBe('follower');
    }
  });

  test('Leaders send periodic heartbeats (AppendEntries RPCs that carry no log entries) to all followers in order to maintain their authority (§5.2)', () => {
    const cluster = soloLeader();
    forget(cluster);
    cluster.tick(3 * limits.heartbeatTicks);
    expect(sentOf(cluster, 'heartbeat', 'b')).toHaveLength(3);
    expect(sentOf(cluster, 'heartbeat', 'c')).toHaveLength(3);
  });

  test('If a follower receives no communication over a period of time called the election timeout, then it assumes there is no viable leader and begins an election (§5.2)', () => {
    const cluster = solo();
    cluster.inject('b', 'a', heartbeat(1));
    cluster.tick(limits.electionTicksMin - 1);
    expect(cluster.view('a').role).toBe('follower');
    cluster.tick(limits.electionTicksMax - limits.electionTicksMin);
    expect(cluster.view('a')).toMatchObject({ role: 'pre-candidate', leader: null });
  });

  test('To begin an election, a follower increments its current term and transitions to candidate state; it votes for itself and issues RequestVote RPCs in parallel to each of the other servers (§5.2)', () => {
    const cluster = solo({ others: ['b', 'c', 'd', 'e'] });
    cluster.on('a', (raft) => raft.campaign());
    cluster.inject('b', 'a', vote(1, true, true));
    cluster.inject('c', 'a', vote(1, true, true));
    expect(cluster.view('a')).toMatchObject({ role: 'candidate', term: 1, votedFor: 'a' });
    for (const other of ['b', 'c', 'd', 'e']) {
      expect(lastSent(cluster, 'request-vote', other)).toMatchObject({ term: 1, pre: false });
    }
  });

  test('A candidate wins an election if it receives votes from a majority of the servers in the full cluster for the same term (§5.2)', () => {
    const cases = [
      { others: ['b', 'c'], yes: ['b'], no: [], role: 'leader' },
      { others: ['b', 'c'], yes: [], no: ['b'], role: 'candidate' },
      { others: ['b', 'c'], yes: [], no: ['b', 'c'], role: 'follower' },
      { others: ['b', 'c', 'd', 'e'], yes: ['b'], no: [], role: 'candidate' },
      { others: ['b', 'c', 'd', 'e'], yes: ['b', 'c'], no: ['d', 'e'], role: 'leader' },
      { others: ['b', 'c', 'd', 'e'], yes: ['b'], no: ['c', 'd', 'e'], role: 'follower' },
    ];
    for (const { others, yes, no, role } of cases) {
      const cluster = solo({ others });
      cluster.on('a', (raft) => raft.campaign());
      for (const other of others) cluster.inject(other, 'a', vote(1, true, true));
      for (const other of no) cluster.inject(other, 'a', vote(1, false));
      for (const other of yes) cluster.inject(other, 'a', vote(1, true));
      expect(cluster.view('a').role).toBe(role);
    }
  });

  test('Votes of one server count once, and votes of another term do not count (§5.2)', () => {
    const cluster = solo({ others: ['b', 'c', 'd', 'e'] });
    cluster.on('a', (raft) => raft.campaign());
    for (const other of ['b', 'c']) cluster.inject(other, 'a', vote(1, true, true));
    for (let i = 0; i < 5; i++) cluster.inject('b', 'a', vote(1, true));
    cluster.inject('c', 'a', vote(0, true));
    expect(cluster.view('a').role).toBe('candidate');
  });

  test('Each server will vote for at most one candidate in a given term, on a first-come-first-served basis (§5.2)', () => {
    const cluster = solo();
    cluster.inject('b', 'a', requestVote(1, nothing));
    expect(lastSent(cluster, 'vote', 'b').granted).toBe(true);
    cluster.inject('c', 'a', requestVote(1, nothing));
    expect(lastSent(cluster, 'vote', 'c').granted).toBe(false);
    cluster.inject('b', 'a', requestVote(1, nothing));
    expect(sentOf(cluster, 'vote', 'b').map(({ granted }) => granted)).toEqual([true, true]);
  });

  test('A vote is remembered over a crash, and by an AppendEntries of the same term (§5.2, figure 2)', () => {
    const cluster = solo();
    cluster.inject('b', 'a', requestVote(3, nothing));
    cluster.crash('a');
    cluster.restart('a');
    expect(cluster.view('a')).toMatchObject({ term: 3, votedFor: 'b' });
    cluster.inject('c', 'a', requestVote(3, nothing));
    expect(lastSent(cluster, 'vote', 'c').granted).toBe(false);
    cluster.inject('b', 'a', append(3, nothing));
    expect(cluster.view('a').votedFor).toBe('b');
    cluster.inject('c', 'a', requestVote(3, { index: 5, term: 3 }));
    expect(lastSent(cluster, 'vote', 'c').granted).toBe(false);
  });

  test('A vote leaves only when it is durable (figure 2: “updated on stable storage before responding”)', () => {
    const cluster = solo();
    cluster.instantDisk = false;
    cluster.inject('b', 'a', requestVote(3, nothing));
    expect(cluster.count('vote')).toBe(0);
    cluster.confirmWrites('a');
    expect(lastSent(cluster, 'vote', 'b').granted).toBe(true);
  });

  test('The candidate’s own vote counts only when it is durable (figure 2)', () => {
    const cluster = new Cluster({ names: ['a'], configuration: voters('a') });
    cluster.instantDisk = false;
    cluster.on('a', (raft) => raft.campaign());
    expect(cluster.view('a').role).toBe('candidate');
    cluster.confirmWrites('a', 1);
    expect(cluster.view('a')).toMatchObject({ role: 'leader', commitIndex: 0 });
    cluster.confirmWrites('a');
    expect(cluster.view('a').commitIndex).toBe(1);
  });

  test('An earlier write that lands does not make the candidate’s own vote durable (figure 2)', () => {
    const cluster = solo();
    cluster.instantDisk = false;
    cluster.inject('b', 'a', heartbeat(1));
    cluster.inject('b', 'a', { kind: 'timeout-now', term: cluster.view('a').term });
    cluster.inject('c', 'a', vote(2, true));
    cluster.confirmWrites('a', 1);
    expect(cluster.view('a').role).toBe('candidate');
    cluster.confirmWrites('a', 1);
    expect(cluster.view('a').role).toBe('leader');
  });

  test('Once a candidate wins an election, it becomes leader and sends messages to all of the other servers to establish its authority (§5.2)', () => {
    const cluster = soloLeader();
    for (const other of ['b', 'c']) {
      expect(lastSent(cluster, 'append', other)).toMatchObject({ term: 1, prevIndex: 0 });
    }
  });

  test('If the leader’s term is at least as large as the candidate’s current term, then the candidate recognizes the leader as legitimate and returns to follower state (§5.2)', () => {
    for (const ofTerm of [1, 2]) {
      const cluster = solo();
      cluster.on('a', (raft) => raft.campaign());
      cluster.inject('b', 'a', vote(1, true, true));
      expect(cluster.view('a').role).toBe('candidate');
      cluster.inject('c', 'a', heartbeat(ofTerm));
      expect(cluster.view('a')).toMatchObject({ role: 'follower', leader: 'c', term: ofTerm });
    }
  });

  test('If the term in the RPC is smaller than the candidate’s current term, then the candidate rejects the RPC and continues in candidate state (§5.2)', () => {
    const cluster = solo();
    cluster.on('a', (raft) => raft.campaign());
    cluster.inject('b', 'a', vote(1, true, true));
    cluster.inject('c', 'a', append(0, nothing));
    expect(cluster.view('a')).toMatchObject({ role: 'candidate', leader: null });
    expect(lastSent(cluster, 'heartbeat-ack', 'c').term).toBe(1);
  });

  test('If votes are split so that no candidate obtains a majority, each candidate will time out and start a new election (§5.2)', () => {
    const cluster = solo({ others: ['b', 'c', 'd'] });
    cluster.on('a', (raft) => raft.campaign());
    for (const other of ['b', 'c']) cluster.inject(other, 'a', vote(1, true, true));
    cluster.inject('b', 'a', vote(1, true));
    cluster.inject('c', 'a', vote(1, false));
    expect(cluster.view('a').role).toBe('candidate');
    cluster.tick(limits.electionTicksMax);
    expect(cluster.view('a').role).toBe('pre-candidate');
    for (const other of ['b', 'c']) cluster.inject(other, 'a', vote(2, true, true));
    expect(cluster.view('a')).toMatchObject({ role: 'candidate', term: 2 });
  });

  test('Election timeouts are chosen randomly from a fixed interval (§5.2)', () => {
    const seen = new Set<number>();
    for (let seed = 0; seed < 300; seed++) {
      const cluster = new Cluster({
        names: ['a'],
        configuration: voters('a', 'b'),
        seed: `${seed}`,
      });
      let ticks = 0;
      for (; cluster.view('a').role === 'follower'; ticks++) cluster.tick();
      seen.add(ticks);
    }
    expect(Math.min(...seen)).toBe(limits.electionTicksMin);
    expect(Math.max(...seen)).toBe(limits.electionTicksMax - 1);
    expect(seen.size).toBeGreaterThan(25);
  });

  test('Each candidate restarts its randomized election timeout at the start of an election (§5.2)', () => {
    const cluster = solo();
    const gaps = new Set<number>();
    for (let round = 0; round < 40; round++) {
      forget(cluster);
      let ticks = 0;
      for (; cluster.count('request-vote', 'b') === 0; ticks++) cluster.tick();
      gaps.add(ticks);
    }
    expect(gaps.size).toBeGreaterThan(15);
  });

  test('Randomized timeouts elect a single leader soon, over and over (§5.2)', () => {
    for (let seed = 0; seed < 50; seed++) {
      const cluster = new Cluster({ seed: `elect ${seed}` });
      cluster.tickUntil(() => cluster.leaders().length === 1, 2 * limits.electionTicksMax);
      const { term } = cluster.view(cluster.leaders()[0] ?? '');
      cluster.tick(300);
      expect(cluster.leaders()).toHaveLength(1);
      expect(cluster.view('b').term).toBe(term);
      expect(cluster.raft('c').leader).toBe(nodeId(cluster.leaders()[0] ?? ''));
    }
  });
});
