// The Raft paper (Ongaro & Ousterhout 2014, extended version), sections 5.4 and 8, sentence by
// sentence.

import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../src/core/model/ids.ts';
import { Cluster, command, voters } from './cluster.ts';
import {
  appended,
  diskWithTerms,
  forget,
  heartbeat,
  heartbeatAck,
  lastSent,
  requestVote,
  sentOf,
  solo,
  soloLeader,
  termsOf,
  vote,
} from './script.ts';

describe('Election restriction', () => {
  test.each([
    { candidate: { index: 2, term: 1 }, granted: false, why: 'shorter, earlier last term' },
    { candidate: { index: 3, term: 1 }, granted: false, why: 'same length, earlier last term' },
    { candidate: { index: 9, term: 1 }, granted: false, why: 'longer, earlier last term' },
    { candidate: { index: 2, term: 2 }, granted: false, why: 'shorter, same last term' },
    { candidate: { index: 3, term: 2 }, granted: true, why: 'the same' },
    { candidate: { index: 4, term: 2 }, granted: true, why: 'longer, same last term' },
    { candidate: { index: 1, term: 3 }, granted: true, why: 'shorter, later last term' },
    { candidate: { index: 3, term: 3 }, granted: true, why: 'same length, later last term' },
    { candidate: { index: 9, term: 3 }, granted: true, why: 'longer, later last term' },
  ])(
    'The voter denies its vote if its own log is more up-to-date than that of the candidate: $why (§5.4.1)',
    ({ candidate, granted }) => {
      for (const pre of [false, true]) {
        const cluster = solo({ disk: diskWithTerms([1, 2, 2], 3) });
        cluster.inject('b', 'a', requestVote(4, candidate, { pre }));
        expect(lastSent(cluster, 'vote', 'b')).toMatchObject({ granted, pre });
        expect(cluster.view('a').votedFor).toBe(granted && !pre ? 'b' : null);
      }
    },
  );

  test('The RequestVote RPC includes information about the candidate’s log (§5.4.1)', () => {
    const cluster = solo({ disk: diskWithTerms([1, 1, 5]) });
    cluster.on('a', (raft) => raft.campaign());
    expect(lastSent(cluster, 'request-vote', 'b')).toMatchObject({ lastIndex: 3, lastTerm: 5 });
  });

  test('A candidate cannot win an election unless its log contains all committed entries (§5.4.1)', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.isolate('c');
    cluster.propose('a', 'x');
    cluster.tick(20);
    expect(cluster.member('b').applied).toEqual(['x']);
    cluster.heal();
    cluster.crash('a');
    for (const other of ['b', 'c']) cluster.on(other, (raft) => raft.onPeerDown(nodeId('a')));
    cluster.on('c', (raft) => raft.campaign());
    cluster.tickUntil(() => cluster.leaders().length === 1);
    expect(cluster.leaders()).toEqual(['b']);
  });
});

describe('Committing entries from previous terms', () => {
  test('Raft never commits log entries from previous terms by counting replicas (§5.4.2)', () => {
    const cluster = soloLeader({ disk: diskWithTerms([1, 2]) });
    for (const other of ['b', 'c']) cluster.inject(other, 'a', appended(3, 1));
    expect(cluster.view('a').commitIndex).toBe(0);
    for (const other of ['b', 'c']) cluster.inject(other, 'a', appended(3, 2));
    expect(cluster.view('a').commitIndex).toBe(0);
  });

  test('Once an entry from the current term has been committed in this way, then all prior entries are committed indirectly (§5.4.2)', () => {
    const cluster = soloLeader({ disk: diskWithTerms([1, 2]) });
    cluster.inject('b', 'a', appended(3, 2));
    cluster.inject('b', 'a', appended(3, 3));
    expect(cluster.view('a').commitIndex).toBe(3);
  });

  /**
   * Time (c) of the figure: S1 leads again (term 5 here), and the entry of term 2 is on S1, S2 and
   * S3. S5, which is cut off, holds an entry of term 3 at the same index. The no-op of S1 has
   * reached nobody.
   */
  function figure8(): Cluster {
    const names = ['s1', 's2', 's3', 's4', 's5'];
    const configuration = voters(...names);
    const logs = { s1: [1, 2], s2: [1, 2], s3: [1, 2], s4: [1], s5: [1, 3] };
    const disks = Object.fromEntries(
      Object.entries(logs).map(([name, terms]) => [
        name,
        { ...diskWithTerms(terms, 4), configuration },
      ]),
    );
    const cluster = new Cluster({ names, configuration, disks });
    cluster.isolate('s5');
    cluster.filter = ({ message }) => message.kind !== 'append';
    cluster.on('s1', (raft) => raft.campaign());
    cluster.settle();
    expect(cluster.view('s1')).toMatchObject({ role: 'leader', term: 5 });
    for (const other of ['s2', 's3']) cluster.inject(other, 's1', appended(5, 2));
    cluster.filter = () => true;
    return cluster;
  }

  /** S1 is gone, everybody sees it, and S5 is back and the first to campaign. */
  function crashOfS1(cluster: Cluster): void {
    cluster.crash('s1');
    cluster.heal();
    for (const name of ['s2', 's3', 's4', 's5']) {
      cluster.on(name, (raft) => raft.onPeerDown(nodeId('s1')));
    }
    // S5 missed a term: its first poll teaches it that.
    for (let i = 0; i < 2; i++) {
      cluster.on('s5', (raft) => raft.campaign());
      cluster.settle();
    }
  }

  test('Figure 8 (c, d): an old entry on a majority of servers is not committed, and can still be overwritten (§5.4.2)', () => {
    const cluster = figure8();
    expect(cluster.view('s1').commitIndex).toBe(0);
    crashOfS1(cluster);
    expect(cluster.view('s5')).toMatchObject({ role: 'leader', term: 6 });
    cluster.tick(10);
    for (const name of ['s2', 's3', 's4', 's5']) expect(termsOf(cluster, name)).toEqual([1, 3, 6]);
  });

  test('Figure 8 (e): once the entry of its own term is on a majority, the old one cannot be overwritten (§5.4.2)', () => {
    const cluster = figure8();
    cluster.cut('s1', 's4');
    cluster.tickUntil(() => cluster.view('s3').commitIndex === 3);
    crashOfS1(cluster);
    expect(cluster.view('s5').role).not.toBe('leader');
    cluster.tickUntil(() => cluster.leaders().length === 1);
    expect(['s2', 's3']).toContain(cluster.leaders()[0]);
    cluster.tickUntil(() => cluster.view('s5').commitIndex > 3);
    expect(termsOf(cluster, 's5').slice(0, 3)).toEqual([1, 2, 5]);
  });
});

describe('Client interaction', () => {
  test('If the client’s first choice is not the leader, that server rejects the request and supplies information about the most recent leader it has heard from (§8)', () => {
    const cluster = solo();
    const ask = () => cluster.on('a', (raft) => raft.propose(command('x'), 1));
    expect(ask()).toEqual({ kind: 'not-leader', leader: null });
    cluster.inject('b', 'a', heartbeat(1));
    expect(ask()).toEqual({ kind: 'not-leader', leader: 'b' });
    expect(cluster.raft('a').readIndex()).toEqual({ kind: 'not-leader', leader: 'b' });
  });

  test('Each leader commits a blank no-op entry into the log at the start of its term (§8)', () => {
    const cluster = soloLeader({ disk: diskWithTerms([1, 1]) });
    const { entries } = lastSent(cluster, 'append', 'b');
    expect(entries).toMatchObject([{ index: 3, term: 2, payload: { kind: 'noop' } }]);
  });

  test('A leader must have the latest information on which entries are committed: a read waits for the no-op (§8)', () => {
    const cluster = soloLeader({ disk: diskWithTerms([1, 1]) });
    cluster.on('a', (raft) => raft.readIndex());
    forget(cluster);
    cluster.inject('b', 'a', heartbeatAck(2, { readRound: 1 }));
    expect(cluster.member('a').reads).toEqual([]);
    cluster.inject('b', 'a', appended(2, 3));
    const { readRound } = lastSent(cluster, 'heartbeat', 'b');
    cluster.inject('b', 'a', heartbeatAck(2, { readRound, last: 3 }));
    expect(cluster.member('a').reads).toMatchObject([{ ticket: 1, index: 3 }]);
  });

  test('A leader must check whether it has been deposed before processing a read-only request: it exchanges heartbeat messages with a majority of the cluster before responding (§8)', () => {
    const cluster = soloLeader({ others: ['b', 'c', 'd', 'e'] });
    for (const other of ['b', 'c']) cluster.inject(other, 'a', appended(1, 1));
    forget(cluster);
    cluster.on('a', (raft) => raft.readIndex());
    const { readRound } = lastSent(cluster, 'heartbeat', 'e');
    expect(sentOf(cluster, 'heartbeat')).toHaveLength(4);
    cluster.inject('b', 'a', heartbeatAck(1, { readRound }));
    cluster.inject('b', 'a', heartbeatAck(1, { readRound }));
    expect(cluster.member('a').reads).toEqual([]);
    cluster.inject('e', 'a', heartbeatAck(1, { readRound }));
    expect(cluster.member('a').reads).toMatchObject([{ ticket: 1, index: 1 }]);
  });

  test('A deposed leader loses its reads; they are refused, not answered (§8)', () => {
    const cluster = soloLeader();
    cluster.inject('b', 'a', appended(1, 1));
    cluster.on('a', (raft) => raft.readIndex());
    cluster.on('a', (raft) => raft.readIndex());
    cluster.inject('c', 'a', vote(5, false));
    expect(cluster.member('a').reads).toEqual([]);
    expect(cluster.member('a').lostReads).toEqual([1, 2]);
  });
});
