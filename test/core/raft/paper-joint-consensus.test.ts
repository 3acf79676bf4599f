// Ongaro's thesis, section 4.3, sentence by sentence: arbitrary changes through joint consensus.

import { describe, expect, test } from 'vitest';
import { limits } from '../../../src/core/model/limits.ts';
import { Cluster, voters } from './cluster.ts';
import { change, changeAndSettle, configurationOf, groupWithJoiners } from './members.ts';

describe('Arbitrary changes through joint consensus (4.3)', () => {
  /** `a` leads {a,b,c}; d and e have caught up. */
  function withLearners(): Cluster {
    const cluster = groupWithJoiners(['a', 'b', 'c'], ['d', 'e']);
    changeAndSettle(cluster, 'a', { learner: ['d', 'e'] });
    return cluster;
  }

  const joint = configurationOf({ voters: ['a', 'd', 'e'], outgoing: ['a', 'b', 'c'] });

  test('two servers are replaced at once, and the joint configuration is left by itself', () => {
    const cluster = withLearners();
    const seen: unknown[] = [];
    cluster.observe = ({ name, raft }) => {
      if (name === 'a') seen.push(raft.configuration);
    };
    changeAndSettle(cluster, 'a', { voter: ['d', 'e'], removed: ['b', 'c'] });
    expect(seen).toContainEqual(joint);
    for (const name of ['a', 'd', 'e']) {
      expect(cluster.view(name).configuration).toEqual(voters('a', 'd', 'e'));
    }
    for (const name of ['b', 'c']) expect(cluster.view(name).standing).toBe('removed');
    expect(cluster.leaders()).toEqual(['a']);
  });

  test('log entries are replicated to all servers in both configurations', () => {
    const cluster = withLearners();
    cluster.filter = ({ message }) => message.kind !== 'appended';
    change(cluster, 'a', { voter: ['d', 'e'], removed: ['b', 'c'] });
    cluster.propose('a', 'x');
    cluster.settle();
    for (const name of ['b', 'c', 'd', 'e']) expect(cluster.view(name).lastIndex).toBe(4);
  });

  test('agreement requires majorities of both, and nothing is left before', () => {
    const cluster = withLearners();
    cluster.isolate('d');
    cluster.isolate('e');
    change(cluster, 'a', { voter: ['d', 'e'], removed: ['b', 'c'] });
    cluster.settle();
    expect(cluster.view('a')).toMatchObject({ commitIndex: 2, configuration: joint });
    cluster.heal();
    cluster.tick(12);
    expect(cluster.view('a').configuration).toEqual(voters('a', 'd', 'e'));
  });

  test('a new leader that finds itself in a joint configuration leaves it', () => {
    const cluster = withLearners();
    cluster.filter = ({ message }) => message.kind !== 'appended';
    change(cluster, 'a', { voter: ['d', 'e'], removed: ['b', 'c'] });
    cluster.settle();
    cluster.crash('a');
    cluster.filter = () => true;
    cluster.tickUntil(() => cluster.leaders().length === 1);
    cluster.tick(60);
    const [leader = ''] = cluster.leaders();
    expect(cluster.view(leader).configuration).toEqual(voters('a', 'd', 'e'));
    expect(['d', 'e']).toContain(leader);
  });

  test('any server from either configuration may lead', () => {
    for (const name of ['b', 'd']) {
      const configuration = { ...joint };
      const cluster = new Cluster({ names: ['a', 'b', 'c', 'd', 'e'], configuration });
      cluster.on(name, (raft) => raft.campaign());
      cluster.settle();
      expect(cluster.leaders()).toHaveLength(1);
      cluster.tick(60);
      const [leader = ''] = cluster.leaders();
      expect(['a', 'd', 'e']).toContain(leader);
      expect(cluster.view(leader).configuration).toEqual(voters('a', 'd', 'e'));
    }
  });

  test('no other change begins while a joint configuration is in force', () => {
    const cluster = withLearners();
    cluster.filter = ({ message }) => message.kind !== 'appended';
    change(cluster, 'a', { voter: ['d', 'e'], removed: ['b', 'c'] });
    expect(change(cluster, 'a', { learner: ['b'] })).toMatchObject({
      kind: 'change-in-progress',
      configuration: joint,
    });
  });

  test('a read in a joint configuration is confirmed by majorities of both', () => {
    const cluster = withLearners();
    cluster.filter = ({ message }) => message.kind !== 'appended';
    change(cluster, 'a', { voter: ['d', 'e'], removed: ['b', 'c'] });
    cluster.settle();
    cluster.isolate('d');
    cluster.isolate('e');
    cluster.on('a', (raft) => raft.readIndex());
    cluster.settle();
    expect(cluster.member('a').reads).toEqual([]);
    cluster.heal();
    cluster.tick(limits.heartbeatTicks);
    expect(cluster.member('a').reads).toHaveLength(1);
  });

  test('a leader that only one of the two majorities hears steps down', () => {
    const cluster = withLearners();
    cluster.filter = ({ message }) => message.kind !== 'appended';
    change(cluster, 'a', { voter: ['d', 'e'], removed: ['b', 'c'] });
    cluster.settle();
    cluster.isolate('d');
    cluster.isolate('e');
    cluster.tick(limits.electionTicksMax + limits.heartbeatTicks);
    expect(cluster.view('a').role).toBe('follower');
  });
});
