// The configuration is a set taken from the log (Ongaro's thesis, section 4.1 and 4.3); learners
// receive and never count.

import { describe, expect, test } from 'vitest';
import type { Configuration } from '../../../src/core/model/entry.ts';
import { logIndex, nodeId, term } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import { Configurations } from '../../../src/core/raft/configurations.ts';
import { Cluster, entry, voters } from './cluster.ts';
import { configurationEntry } from './members.ts';
import {
  append,
  appended,
  lastSent,
  requestVote,
  sentOf,
  solo,
  soloLeader,
  vote,
} from './script.ts';

const nothing = { index: 0, term: 0 };

const joint: Configuration = {
  voters: ['a', 'd', 'e'].map(nodeId),
  votersOutgoing: ['a', 'b', 'c'].map(nodeId),
  learners: [],
};

describe('The configuration in force', () => {
  test('is the latest in the log, committed or not', () => {
    const cluster = solo();
    const entries = [entry(1, 1), configurationEntry(2, 1, voters('b', 'c'))];
    cluster.inject('b', 'a', append(1, nothing, { entries }));
    expect(cluster.view('a')).toMatchObject({
      commitIndex: 0,
      configuration: voters('b', 'c'),
      role: 'learner',
    });
  });

  test('is rolled back when its entry is cut from the log', () => {
    const cluster = solo();
    const entries = [entry(1, 1), configurationEntry(2, 1, voters('b', 'c'))];
    cluster.inject('b', 'a', append(1, nothing, { entries }));
    cluster.inject('c', 'a', append(2, { index: 1, term: 1 }, { entries: [entry(2, 2)] }));
    expect(cluster.view('a')).toMatchObject({
      configuration: voters('a', 'b', 'c'),
      role: 'follower',
    });
  });

  test('is found again after a restart, and survives compaction', () => {
    const cluster = solo();
    const entries = [configurationEntry(1, 1, voters('a', 'b')), entry(2, 1), entry(3, 1)];
    cluster.inject('b', 'a', append(1, nothing, { entries, commit: 3 }));
    cluster.crash('a');
    cluster.restart('a');
    expect(cluster.view('a').configuration).toEqual(voters('a', 'b'));
    cluster.inject('b', 'a', append(1, { index: 3, term: 1 }, { commit: 3 }));
    cluster.compact('a', 3);
    expect(cluster.view('a')).toMatchObject({
      start: { index: 3 },
      configuration: voters('a', 'b'),
    });
  });

  test('folds and rolls back point by point', () => {
    const at = (index: number) => configurationEntry(index, 1, voters(`n${index}`));
    const configurations = new Configurations({
      index: logIndex(0),
      configuration: voters('n0'),
    });
    expect(configurations.append([at(2), entry(3, 1), at(4), at(6)])).toBe(true);
    expect(configurations.append([entry(7, 1)])).toBe(false);
    configurations.compactTo(logIndex(3));
    expect(configurations.truncateFrom(7)).toBe(false);
    expect(configurations.truncateFrom(5)).toBe(true);
    expect(configurations.current).toEqual(voters('n4'));
    configurations.truncateFrom(1);
    expect(configurations.current).toEqual(voters('n2'));
  });
});

describe('A joint configuration', () => {
  function jointLeader(): Cluster {
    const cluster = new Cluster({ names: ['a'], configuration: joint });
    cluster.on('a', (raft) => raft.campaign());
    for (const pre of [true, false]) {
      for (const other of ['b', 'd']) cluster.inject(other, 'a', vote(1, true, pre));
    }
    expect(cluster.view('a').role).toBe('leader');
    return cluster;
  }

  test('elects only with a majority of both sets', () => {
    const cluster = new Cluster({ names: ['a'], configuration: joint });
    cluster.on('a', (raft) => raft.campaign());
    for (const other of ['b', 'c']) cluster.inject(other, 'a', vote(1, true, true));
    expect(cluster.view('a').role).toBe('pre-candidate');
    cluster.inject('e', 'a', vote(1, true, true));
    expect(cluster.view('a').role).toBe('candidate');
    for (const other of ['b', 'c']) cluster.inject(other, 'a', vote(1, true));
    expect(cluster.view('a').role).toBe('candidate');
    cluster.inject('d', 'a', vote(1, true));
    expect(cluster.view('a').role).toBe('leader');
  });

  test('commits only with a majority of both sets, and sends to all', () => {
    const cluster = jointLeader();
    expect(new Set(cluster.sent.map(({ to }) => to))).toEqual(new Set(['b', 'c', 'd', 'e']));
    for (const other of ['b', 'c']) cluster.inject(other, 'a', appended(1, 1));
    expect(cluster.view('a').commitIndex).toBe(0);
    cluster.inject('e', 'a', appended(1, 1));
    expect(cluster.view('a').commitIndex).toBe(1);
  });
});

describe('A learner', () => {
  const configuration = { ...voters('a', 'b', 'c'), learners: [nodeId('d')] };

  test('receives and applies everything', () => {
    const cluster = new Cluster({ names: ['a', 'b', 'c', 'd'], configuration });
    cluster.elect('a');
    cluster.propose('a', 'x');
    cluster.tick(3 * limits.heartbeatTicks);
    expect(cluster.member('d').applied).toEqual(['x']);
    expect(cluster.raft('a').progressOf().at(-1)).toMatchObject({
      node: 'd',
      matchIndex: 2,
      appliedIndex: 2,
      active: true,
      learner: true,
    });
  });

  test('votes for a candidate that has its whole log, once a term', () => {
    const cluster = new Cluster({ names: ['d'], configuration });
    for (const pre of [true, false]) {
      cluster.inject('a', 'd', requestVote(3, { index: 9, term: 2 }, { pre }));
      expect(lastSent(cluster, 'vote', 'a').granted).toBe(true);
    }
    expect(cluster.view('d')).toMatchObject({ role: 'learner', term: 3, votedFor: 'a' });
    cluster.inject('b', 'd', requestVote(3, { index: 9, term: 2 }));
    expect(lastSent(cluster, 'vote', 'b').granted).toBe(false);
  });

  test('never campaigns, and forgets a leader that is silent', () => {
    const cluster = new Cluster({ names: ['d'], configuration });
    cluster.inject('a', 'd', append(1, nothing));
    cluster.on('d', (raft) => raft.campaign());
    cluster.inject('a', 'd', { kind: 'timeout-now', term: term(1) });
    cluster.tick(2 * limits.electionTicksMax);
    expect(sentOf(cluster, 'request-vote')).toEqual([]);
    expect(cluster.view('d')).toMatchObject({ role: 'learner', leader: null, term: 1 });
  });

  test('never counts for a commit or an election', () => {
    const cluster = new Cluster({ names: ['a'], configuration });
    cluster.on('a', (raft) => raft.campaign());
    cluster.inject('d', 'a', vote(1, true, true));
    expect(cluster.view('a').role).toBe('pre-candidate');
    cluster.inject('b', 'a', vote(1, true, true));
    cluster.inject('d', 'a', vote(1, true));
    expect(cluster.view('a').role).toBe('candidate');
    cluster.inject('b', 'a', vote(1, true));
    cluster.inject('d', 'a', appended(1, 1));
    expect(cluster.view('a').commitIndex).toBe(0);
    cluster.inject('c', 'a', appended(1, 1));
    expect(cluster.view('a').commitIndex).toBe(1);
  });

  test('an answer of a node that is no member is ignored', () => {
    const cluster = soloLeader();
    cluster.inject('x', 'a', appended(1, 1));
    cluster.inject('y', 'a', appended(1, 1));
    expect(cluster.view('a').commitIndex).toBe(0);
  });
});
