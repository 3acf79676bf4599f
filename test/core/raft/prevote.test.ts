// PreVote, the lease of a leader in force, CheckQuorum, and the fast path after a connection died
// (Ongaro's thesis, sections 4.2.3, 6.2, 9.6).

import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import { Cluster } from './cluster.ts';
import {
  append,
  diskWithTerms,
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

describe('PreVote', () => {
  test('a poll changes nobody’s term or vote, and nothing is written', () => {
    const cluster = solo();
    cluster.instantDisk = false;
    cluster.inject('b', 'a', requestVote(9, nothing, { pre: true }));
    expect(lastSent(cluster, 'vote', 'b')).toMatchObject({ granted: true, pre: true, term: 9 });
    expect(cluster.view('a')).toMatchObject({ term: 0, votedFor: null, role: 'follower' });
    expect(cluster.member('a').writes).toEqual([]);
  });

  test('a pre-candidate without a majority keeps its term, however often it tries', () => {
    const cluster = solo();
    cluster.tick(20 * limits.electionTicksMax);
    expect(cluster.view('a')).toMatchObject({ role: 'pre-candidate', term: 0 });
    expect(cluster.count('request-vote')).toBeGreaterThan(20);
  });

  test('a node that was cut off comes back without disturbing the leader', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.isolate('c');
    cluster.tick(500);
    cluster.heal();
    cluster.propose('a', 'x');
    cluster.tick(200);
    expect(cluster.view('a')).toMatchObject({ role: 'leader', term: 1 });
    expect(cluster.member('c').applied).toEqual(['x']);
  });

  test('an answer to a real vote does not count in a poll, nor the other way round', () => {
    const cluster = solo();
    cluster.on('a', (raft) => raft.campaign());
    cluster.inject('b', 'a', vote(0, true, false));
    expect(cluster.view('a').role).toBe('pre-candidate');
    cluster.inject('b', 'a', vote(1, true, true));
    expect(cluster.view('a').role).toBe('candidate');
    cluster.inject('c', 'a', vote(2, true, true));
    expect(cluster.view('a').role).toBe('candidate');
  });

  test('a refused poll with a newer term teaches that term', () => {
    const cluster = solo();
    cluster.on('a', (raft) => raft.campaign());
    cluster.inject('b', 'a', vote(6, false, true));
    expect(cluster.view('a')).toMatchObject({ role: 'follower', term: 6 });
  });

  test('the first election of a group takes no poll, and every later one does', () => {
    const cluster = solo();
    cluster.on('a', (raft) => raft.campaignFirst());
    expect(cluster.view('a')).toMatchObject({ role: 'candidate', term: 1 });
    expect(sentOf(cluster, 'request-vote')).toMatchObject([
      { pre: false, transfer: false, term: 1 },
      { pre: false, transfer: false, term: 1 },
    ]);
    const later = solo({ disk: diskWithTerms([1]) });
    later.on('a', (raft) => raft.campaignFirst());
    expect(later.view('a')).toMatchObject({ role: 'pre-candidate', term: 1 });
  });

  test('a learner begins no first election', () => {
    const [voters, learners] = [['a', 'b'].map(nodeId), [nodeId('d')]];
    const cluster = new Cluster({
      names: ['a', 'b', 'd'],
      configuration: { voters, votersOutgoing: [], learners },
    });
    cluster.on('d', (raft) => raft.campaignFirst());
    expect(cluster.view('d')).toMatchObject({ role: 'learner', term: 0, votedFor: null });
    expect(sentOf(cluster, 'request-vote')).toEqual([]);
  });

  test('a voter that missed the beginning disturbs no leader with its first election', () => {
    const cluster = new Cluster();
    cluster.isolate('c');
    cluster.elect('a');
    cluster.heal();
    cluster.on('c', (raft) => raft.campaignFirst());
    cluster.settle();
    cluster.propose('a', 'x');
    cluster.tick(200);
    expect(cluster.view('a')).toMatchObject({ role: 'leader', term: 1 });
    expect(cluster.member('c').applied).toEqual(['x']);
  });

  test('two equal pre-candidates whose polls cross do not split the vote: the lesser name goes first', () => {
    const cluster = new Cluster();
    cluster.crash('c');
    cluster.on('b', (raft) => raft.campaign());
    cluster.on('a', (raft) => raft.campaign());
    cluster.settle();
    expect(cluster.leaders()).toEqual(['a']);
    expect(cluster.view('a').term).toBe(1);
  });

  test('a node without a leader that denies a poll for its log campaigns soon itself', () => {
    const cluster = solo({ disk: diskWithTerms([1, 2]) });
    cluster.inject('b', 'a', requestVote(3, { index: 1, term: 1 }, { pre: true }));
    expect(lastSent(cluster, 'vote', 'b').granted).toBe(false);
    cluster.tick(limits.fastCampaignTicksMax);
    expect(cluster.view('a').role).toBe('pre-candidate');
  });

  test('the better log wins a failover, whoever is first', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.isolate('c');
    cluster.propose('a', 'x');
    cluster.tick(10);
    cluster.heal();
    cluster.crash('a');
    for (const other of ['b', 'c']) cluster.on(other, (raft) => raft.onPeerDown(nodeId('a')));
    cluster.on('c', (raft) => raft.campaign());
    cluster.tick(limits.fastCampaignTicksMax + 1);
    expect(cluster.leaders()).toEqual(['b']);
  });
});

describe('The lease of a leader in force', () => {
  test('a voter that heard a leader within the minimum election timeout ignores vote requests', () => {
    const cluster = solo();
    cluster.inject('b', 'a', heartbeat(3));
    cluster.tick(limits.electionTicksMin - 1);
    forget(cluster);
    cluster.inject('c', 'a', requestVote(9, { index: 9, term: 9 }));
    expect(cluster.view('a')).toMatchObject({ term: 3, votedFor: null, leader: 'b' });
    expect(cluster.sent).toEqual([]);
    cluster.inject('c', 'a', requestVote(9, { index: 9, term: 9 }, { pre: true }));
    expect(lastSent(cluster, 'vote', 'c')).toMatchObject({ granted: false, term: 3 });
  });

  test('after the minimum election timeout without a leader it votes again', () => {
    const cluster = solo();
    cluster.inject('b', 'a', heartbeat(3));
    cluster.tick(limits.electionTicksMin);
    cluster.inject('c', 'a', requestVote(9, nothing, { pre: true }));
    expect(lastSent(cluster, 'vote', 'c').granted).toBe(true);
  });

  test('a leader ignores vote requests, but a poll makes it say that it is there', () => {
    const cluster = soloLeader();
    cluster.inject('c', 'a', requestVote(9, { index: 9, term: 9 }));
    expect(cluster.view('a')).toMatchObject({ role: 'leader', term: 1 });
    cluster.inject('c', 'a', requestVote(2, { index: 9, term: 9 }, { pre: true }));
    expect(cluster.view('a')).toMatchObject({ role: 'leader', term: 1 });
    expect(lastSent(cluster, 'vote', 'c').granted).toBe(false);
  });

  test('a transfer waives the lease', () => {
    const cluster = solo();
    cluster.inject('b', 'a', heartbeat(3));
    cluster.inject('c', 'a', requestVote(4, nothing, { transfer: true }));
    expect(lastSent(cluster, 'vote', 'c').granted).toBe(true);
  });

  test('the death of the leader’s connection waives it, that of another does not', () => {
    const cluster = solo();
    cluster.inject('b', 'a', heartbeat(3));
    cluster.on('a', (raft) => raft.onPeerDown(nodeId('c')));
    cluster.inject('c', 'a', requestVote(4, nothing, { pre: true }));
    expect(lastSent(cluster, 'vote', 'c').granted).toBe(false);
    cluster.on('a', (raft) => raft.onPeerDown(nodeId('b')));
    cluster.inject('c', 'a', requestVote(4, nothing, { pre: true }));
    expect(lastSent(cluster, 'vote', 'c').granted).toBe(true);
  });

  test('a word from the leader restores it', () => {
    const cluster = solo();
    cluster.inject('b', 'a', heartbeat(3));
    cluster.on('a', (raft) => raft.onPeerDown(nodeId('b')));
    cluster.inject('b', 'a', heartbeat(3));
    cluster.inject('c', 'a', requestVote(4, nothing, { pre: true }));
    expect(lastSent(cluster, 'vote', 'c').granted).toBe(false);
    cluster.tick(limits.electionTicksMin - 1);
    expect(cluster.view('a').role).toBe('follower');
  });

  test('a candidate stuck at a higher term is let in again: the leader that hears of the term steps down', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    // c wins a poll, becomes candidate, and is cut off before its vote requests arrive.
    cluster.filter = ({ message }) => message.kind !== 'request-vote' || message.pre;
    for (const other of ['b', 'c']) cluster.on(other, (raft) => raft.onPeerDown(nodeId('a')));
    cluster.on('c', (raft) => raft.campaign());
    cluster.cut('a', 'c');
    cluster.settle();
    expect(cluster.view('c')).toMatchObject({ role: 'candidate', term: 2 });
    for (const other of ['b', 'c']) cluster.on(other, (raft) => raft.onPeerUp(nodeId('a')));
    cluster.filter = () => true;
    cluster.heal();
    cluster.tickUntil(() => cluster.leaders().length === 1 && cluster.view('c').term >= 2, 200);
    cluster.tick(100);
    const [leader = ''] = cluster.leaders();
    for (const name of ['a', 'b', 'c']) expect(cluster.view(name).leader).toBe(leader);
  });
});

describe('CheckQuorum', () => {
  test('a leader that a majority has not answered for an election timeout steps down', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.propose('a', 'x');
    cluster.isolate('a');
    cluster.tick(limits.electionTicksMax - limits.heartbeatTicks);
    expect(cluster.view('a').role).toBe('leader');
    cluster.tick(3 * limits.heartbeatTicks);
    expect(cluster.view('a').role).not.toBe('leader');
  });

  test('a leader that one of two answers stays', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.propose('a', 'x');
    cluster.cut('a', 'b');
    cluster.cut('c', 'b');
    cluster.tick(300);
    expect(cluster.view('a')).toMatchObject({ role: 'leader', term: 1 });
  });

  test('learners do not count', () => {
    const configuration = {
      voters: ['a', 'b', 'c'].map(nodeId),
      votersOutgoing: [],
      learners: ['d', 'e'].map(nodeId),
    };
    const cluster = new Cluster({ names: ['a', 'b', 'c', 'd', 'e'], configuration });
    cluster.elect('a');
    cluster.propose('a', 'x');
    cluster.cut('a', 'b');
    cluster.cut('a', 'c');
    cluster.tick(2 * limits.electionTicksMax);
    expect(cluster.view('a').role).not.toBe('leader');
  });
});

describe('Fast failover', () => {
  test('when the leader’s connection dies, there is another leader within a few ticks', () => {
    const ticks: number[] = [];
    for (let seed = 0; seed < 100; seed++) {
      const cluster = new Cluster({ seed: `fast ${seed}` });
      cluster.elect('a');
      cluster.tick(50);
      cluster.crash('a');
      for (const other of ['b', 'c']) cluster.on(other, (raft) => raft.onPeerDown(nodeId('a')));
      let needed = 0;
      for (; cluster.leaders().length === 0; needed++) cluster.tick();
      ticks.push(needed);
    }
    expect(Math.max(...ticks)).toBeLessThanOrEqual(2 * limits.fastCampaignTicksMax);
  });

  test('both survivors at the same tick, with messages crossing: still soon', () => {
    for (let seed = 0; seed < 100; seed++) {
      const cluster = new Cluster({ seed: `cross ${seed}` });
      cluster.elect('a');
      cluster.crash('a');
      for (const other of ['b', 'c']) cluster.on(other, (raft) => raft.onPeerDown(nodeId('a')));
      let ticks = 0;
      for (; cluster.leaders().length === 0; ticks++) {
        for (const other of ['b', 'c']) cluster.on(other, (raft) => raft.tick());
        cluster.settle();
      }
      expect(ticks).toBeLessThanOrEqual(3 * limits.fastCampaignTicksMax);
    }
  });

  test('a survivor that has not seen the drop yet costs little', () => {
    for (let seed = 0; seed < 50; seed++) {
      const cluster = new Cluster({ seed: `late ${seed}` });
      cluster.elect('a');
      cluster.tick(100);
      cluster.crash('a');
      cluster.on('b', (raft) => raft.onPeerDown(nodeId('a')));
      cluster.tick(limits.fastCampaignTicksMax);
      expect(cluster.leaders()).toEqual([]);
      cluster.on('c', (raft) => raft.onPeerDown(nodeId('a')));
      cluster.tick(2 * limits.fastCampaignTicksMax);
      expect(cluster.leaders()).toHaveLength(1);
    }
  });

  test('a false alarm at one follower changes nothing', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.on('b', (raft) => raft.onPeerDown(nodeId('a')));
    cluster.tick(limits.fastCampaignTicksMax);
    cluster.on('b', (raft) => raft.onPeerUp(nodeId('a')));
    cluster.tick(200);
    expect(cluster.view('a')).toMatchObject({ role: 'leader', term: 1 });
    expect(cluster.view('b')).toMatchObject({ role: 'follower', leader: 'a' });
  });

  test('a split vote is tried again soon when those who could still answer are down', () => {
    for (let seed = 0; seed < 20; seed++) {
      const cluster = solo({ seed: `${seed}` });
      cluster.inject('c', 'a', heartbeat(1));
      cluster.on('a', (raft) => raft.onPeerDown(nodeId('c')));
      cluster.on('a', (raft) => raft.campaign());
      cluster.inject('b', 'a', vote(2, true, true));
      expect(cluster.view('a').role).toBe('candidate');
      cluster.inject('b', 'a', vote(2, false));
      expect(cluster.view('a')).toMatchObject({ role: 'follower', term: 2 });
      cluster.tick(2 * limits.fastCampaignTicksMax);
      expect(cluster.view('a').role).toBe('pre-candidate');
    }
  });

  test('who has granted a poll lets that election have its time', () => {
    for (let seed = 0; seed < 20; seed++) {
      const cluster = solo({ seed: `${seed}` });
      cluster.inject('b', 'a', heartbeat(1));
      cluster.on('a', (raft) => raft.onPeerDown(nodeId('b')));
      cluster.inject('c', 'a', requestVote(2, nothing, { pre: true }));
      cluster.tick(limits.fastCampaignTicksMax - 1);
      expect(cluster.view('a').role).toBe('follower');
      cluster.tick(limits.fastCampaignTicksMax + 1);
      expect(cluster.view('a').role).toBe('pre-candidate');
    }
  });

  test('a poll is repeated to a peer that connects later', () => {
    const cluster = solo();
    cluster.on('a', (raft) => raft.campaign());
    forget(cluster);
    cluster.on('a', (raft) => raft.onPeerUp(nodeId('b')));
    expect(sentOf(cluster, 'request-vote', 'b')).toHaveLength(1);
    cluster.inject('b', 'a', append(1, nothing));
    forget(cluster);
    cluster.on('a', (raft) => raft.onPeerUp(nodeId('b')));
    expect(cluster.sent).toEqual([]);
  });
});
