// Ongaro's thesis, sections 4.1 and 4.2, sentence by sentence: the tests are named by the rules that
// they hold. Section 4.3 is in paper-joint-consensus.test.ts.

import { describe, expect, test } from 'vitest';
import { nodeId } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import { Cluster, entry, voters } from './cluster.ts';
import {
  change,
  changeAndSettle,
  configurationEntry,
  configurationOf,
  groupWithJoiners,
} from './members.ts';
import {
  append,
  appended,
  forget,
  lastSent,
  requestVote,
  sentOf,
  solo,
  soloLeader,
  vote,
} from './script.ts';

const nothing = { index: 0, term: 0 };

/** `a` leads b and c, which are puppets, and has committed in its term. */
function leaderOfPuppets(others: readonly string[] = ['b', 'c']): Cluster {
  const cluster = soloLeader({ others });
  for (const other of others) cluster.inject(other, 'a', appended(1, 1));
  forget(cluster);
  return cluster;
}

describe('Safety (4.1)', () => {
  test('the leader appends the new configuration as an entry in its log and replicates it', () => {
    const cluster = leaderOfPuppets();
    expect(change(cluster, 'a', { learner: ['d'] })).toEqual({
      kind: 'proposed',
      index: 2,
      term: 1,
    });
    const [sent] = sentOf(cluster, 'append', 'b');
    expect(sent?.entries[0]?.payload).toEqual({
      kind: 'configuration',
      configuration: configurationOf({ voters: ['a', 'b', 'c'], learners: ['d'] }),
    });
  });

  test('the new configuration takes effect on each server as soon as it is in its log', () => {
    const cluster = leaderOfPuppets();
    change(cluster, 'a', { removed: ['c'] });
    expect(cluster.view('a')).toMatchObject({ configuration: voters('a', 'b'), commitIndex: 1 });
    const follower = solo();
    const entries = [configurationEntry(1, 1, voters('a', 'b'))];
    follower.inject('b', 'a', append(1, nothing, { entries }));
    expect(follower.view('a')).toMatchObject({ configuration: voters('a', 'b'), commitIndex: 0 });
  });

  test('a majority of the new configuration determines the commitment of its entry', () => {
    const cluster = leaderOfPuppets(['b', 'c', 'd', 'e']);
    change(cluster, 'a', { removed: ['e'] });
    for (const other of ['e', 'b']) cluster.inject(other, 'a', appended(1, 2));
    expect(cluster.view('a').commitIndex).toBe(1);
    cluster.inject('c', 'a', appended(1, 2));
    expect(cluster.view('a').commitIndex).toBe(2);
  });

  test('another change may begin only when the entry of the last one is committed', () => {
    const cluster = leaderOfPuppets();
    change(cluster, 'a', { learner: ['d'] });
    expect(change(cluster, 'a', { learner: ['e'] })).toEqual({
      kind: 'change-in-progress',
      configuration: configurationOf({ voters: ['a', 'b', 'c'], learners: ['d'] }),
      index: 2,
    });
    cluster.inject('b', 'a', appended(1, 2));
    expect(change(cluster, 'a', { learner: ['e'] }).kind).toBe('proposed');
  });

  test('no change begins before the leader has committed an entry of its term (2015)', () => {
    const cluster = soloLeader();
    expect(change(cluster, 'a', { removed: ['c'] })).toEqual({ kind: 'term-not-committed' });
    cluster.inject('b', 'a', appended(1, 1));
    expect(change(cluster, 'a', { removed: ['c'] }).kind).toBe('proposed');
  });

  test('majorities of neighbouring configurations share a server, or a joint one lies between', () => {
    const cluster = leaderOfPuppets();
    change(cluster, 'a', { removed: ['b', 'c'] });
    expect(cluster.view('a').configuration).toEqual(
      configurationOf({ voters: ['a'], outgoing: ['a', 'b', 'c'] }),
    );
  });

  test('a server falls back to the configuration before when its entry is cut from the log', () => {
    const cluster = solo();
    const entries = [entry(1, 1), configurationEntry(2, 1, voters('b', 'c'))];
    cluster.inject('b', 'a', append(1, nothing, { entries }));
    expect(cluster.view('a')).toMatchObject({ standing: 'removed', configurationIndex: 2 });
    cluster.inject('c', 'a', append(2, { index: 1, term: 1 }, { entries: [entry(2, 2)] }));
    expect(cluster.view('a')).toMatchObject({ standing: 'voter', configurationIndex: 0 });
  });

  test('a server accepts appends of a leader that is not in its latest configuration', () => {
    const cluster = solo();
    cluster.inject('x', 'a', append(3, nothing, { entries: [entry(1, 3)] }));
    expect(cluster.view('a')).toMatchObject({ leader: 'x', lastIndex: 1 });
  });

  test('a server votes for a candidate that is not in its latest configuration', () => {
    const cluster = solo();
    cluster.inject('x', 'a', requestVote(3, { index: 4, term: 2 }));
    expect(lastSent(cluster, 'vote', 'x').granted).toBe(true);
  });

  test('a server that its own log does not name votes for nobody: its disk may be new', () => {
    const cluster = new Cluster({ names: ['d'], configuration: voters() });
    for (const pre of [true, false]) {
      cluster.inject('a', 'd', requestVote(3, { index: 9, term: 2 }, { pre }));
      expect(lastSent(cluster, 'vote', 'a').granted).toBe(false);
    }
    expect(cluster.view('d')).toMatchObject({ votedFor: null, standing: 'removed' });
  });

  test('a server that an uncommitted configuration excludes still votes', () => {
    const cluster = solo();
    const entries = [configurationEntry(1, 1, voters('b', 'c'))];
    cluster.inject('b', 'a', append(1, nothing, { entries }));
    cluster.on('a', (raft) => raft.onPeerDown(nodeId('b')));
    cluster.inject('c', 'a', requestVote(3, { index: 4, term: 2 }));
    expect(lastSent(cluster, 'vote', 'c').granted).toBe(true);
  });
});

describe('Catching up new servers (4.2.1)', () => {
  test('a new server gets the log first, without a vote', () => {
    const cluster = groupWithJoiners(['a', 'b', 'c'], ['d']);
    cluster.propose('a', 'x', 'y');
    changeAndSettle(cluster, 'a', { learner: ['d'] });
    expect(cluster.member('d').applied).toEqual(['x', 'y']);
    expect(cluster.view('d')).toMatchObject({ role: 'learner', standing: 'learner' });
    expect(cluster.raft('a').progressOf().at(-1)).toMatchObject({
      node: 'd',
      standing: 'learner',
      caughtUp: true,
    });
  });

  test('a new server whose entries are compacted gets a snapshot that names it', () => {
    const cluster = groupWithJoiners(['a', 'b', 'c'], ['d']);
    cluster.propose('a', 'x', 'y', 'z');
    cluster.tick(12);
    cluster.compact('a', 4);
    changeAndSettle(cluster, 'a', { learner: ['d'] });
    expect(cluster.snapshotsInstalled).toBe(1);
    expect(cluster.member('d').applied).toEqual(['x', 'y', 'z']);
    expect(cluster.view('d').configuration).toEqual(cluster.view('a').configuration);
    cluster.crash('d');
    cluster.restart('d');
    expect(cluster.view('d').standing).toBe('learner');
  });

  test('it is not counted for commitment or elections until it is a voter', () => {
    const cluster = groupWithJoiners(['a', 'b', 'c'], ['d', 'e']);
    changeAndSettle(cluster, 'a', { learner: ['d', 'e'] });
    cluster.crash('b');
    cluster.crash('c');
    const { commitIndex } = cluster.view('a');
    cluster.propose('a', 'x');
    cluster.settle();
    expect(cluster.view('d').lastIndex).toBe(commitIndex + 1);
    expect(cluster.view('a').commitIndex).toBe(commitIndex);
    cluster.tick(2 * limits.electionTicksMax);
    expect(cluster.leaders()).toEqual([]);
  });

  test('nor does it confirm a read', () => {
    const cluster = groupWithJoiners(['a', 'b', 'c'], ['d', 'e']);
    changeAndSettle(cluster, 'a', { learner: ['d', 'e'] });
    cluster.crash('b');
    cluster.crash('c');
    cluster.on('a', (raft) => raft.readIndex());
    cluster.settle();
    expect(cluster.member('a').reads).toEqual([]);
  });

  test('only a server that is there is made a voter', () => {
    const cluster = leaderOfPuppets();
    expect(change(cluster, 'a', { voter: ['d'] })).toEqual({ kind: 'not-a-learner', node: 'd' });
  });

  test('a round that took less than an election timeout shows that it is caught up', () => {
    const cluster = groupWithJoiners(['a', 'b', 'c'], ['d']);
    changeAndSettle(cluster, 'a', { learner: ['d'] });
    changeAndSettle(cluster, 'a', { voter: ['d'] });
    expect(cluster.view('d')).toMatchObject({ role: 'follower', standing: 'voter' });
    expect(cluster.view('a').configuration).toEqual(voters('a', 'b', 'c', 'd'));
  });

  test('a server that is unavailable, or too slow to catch up, is not made a voter', () => {
    const cluster = groupWithJoiners(['a', 'b', 'c'], ['d']);
    cluster.isolate('d');
    change(cluster, 'a', { learner: ['d'] });
    cluster.propose('a', 'x');
    cluster.tick(limits.heartbeatTicks);
    expect(change(cluster, 'a', { voter: ['d'] })).toEqual({
      kind: 'not-caught-up',
      node: 'd',
      entriesBehind: 3,
      active: true,
    });
    cluster.tick(limits.electionTicksMax);
    expect(change(cluster, 'a', { voter: ['d'] })).toMatchObject({ active: false });
  });
});

describe('Removing the current leader (4.2.2)', () => {
  test('it hands over to a server that stays, and is a member until that one leads', () => {
    const cluster = groupWithJoiners(['a', 'b', 'c'], []);
    change(cluster, 'a', { removed: ['a'] });
    expect(cluster.view('a').configuration).toEqual(
      configurationOf({ voters: ['b', 'c'], outgoing: ['a', 'b', 'c'] }),
    );
    cluster.settle();
    expect(cluster.leaders()).toEqual(['b']);
    cluster.tick(12);
    for (const name of ['a', 'b', 'c']) {
      expect(cluster.view(name)).toMatchObject({ term: 2, configuration: voters('b', 'c') });
    }
    expect(cluster.view('a')).toMatchObject({ role: 'learner', standing: 'removed' });
  });

  test('the next leader tells it the end although it never answers: it may wait for its proposals', () => {
    const cluster = groupWithJoiners(['a', 'b', 'c'], []);
    // What a says of the log of b does not arrive: b never learns how far a is.
    cluster.filter = ({ from, to, message }) =>
      !(from === 'a' && to === 'b' && message.kind === 'appended');
    change(cluster, 'a', { removed: ['a'] });
    cluster.settle();
    expect(cluster.leaders()).toEqual(['b']);
    expect(cluster.view('a')).toMatchObject({ standing: 'removed' });
    expect(cluster.view('a').commitIndex).toBe(cluster.view('b').configurationIndex);
  });

  /** The heirs b and c hear nothing of the handing over. */
  function removedLeader(): Cluster {
    const cluster = groupWithJoiners(['a', 'b', 'c'], []);
    cluster.filter = ({ message }) => message.kind !== 'timeout-now';
    change(cluster, 'a', { removed: ['a'] });
    cluster.tick(limits.electionTicksMax - 1);
    expect(cluster.view('a').configuration.votersOutgoing).toHaveLength(3);
    return cluster;
  }

  test('if nobody takes over it manages a group without itself, and is not counted', () => {
    const cluster = removedLeader();
    cluster.isolate('b');
    cluster.tick(limits.heartbeatTicks + 1);
    expect(cluster.view('a')).toMatchObject({ role: 'leader', configuration: voters('b', 'c') });
    const { commitIndex, lastIndex } = cluster.view('a');
    expect(cluster.view('c').lastIndex).toBe(lastIndex);
    expect(commitIndex).toBe(lastIndex - 1);
  });

  test('it steps down once the new configuration is committed, and another leads at once', () => {
    const cluster = removedLeader();
    cluster.filter = () => true;
    const { term } = cluster.view('a');
    cluster.tick(limits.heartbeatTicks);
    expect(cluster.view('a')).toMatchObject({ role: 'learner', standing: 'removed' });
    expect(cluster.leaders()).toHaveLength(1);
    expect(cluster.view('b')).toMatchObject({ term: term + 1, configuration: voters('b', 'c') });
  });

  /** `a` of four voters holds a configuration without itself that nobody else has. */
  function excluded(): Cluster {
    const cluster = solo({ others: ['b', 'c', 'd'] });
    const entries = [entry(1, 1), configurationEntry(2, 1, voters('b', 'c', 'd'))];
    cluster.inject('b', 'a', append(1, nothing, { entries, commit: 1 }));
    return cluster;
  }

  test('a server that its latest configuration excludes campaigns until that is committed', () => {
    const cluster = excluded();
    cluster.tick(limits.electionTicksMax);
    expect(new Set(sentOf(cluster, 'request-vote').map(({ pre }) => pre))).toEqual(new Set([true]));
    cluster.inject('b', 'a', append(1, { index: 2, term: 1 }, { commit: 2 }));
    forget(cluster);
    cluster.tick(2 * limits.electionTicksMax);
    expect(sentOf(cluster, 'request-vote')).toEqual([]);
  });

  test('it does not count its own vote', () => {
    const cluster = excluded();
    cluster.tick(limits.electionTicksMax);
    cluster.inject('c', 'a', vote(2, true, true));
    expect(cluster.view('a').role).toBe('pre-candidate');
    cluster.inject('d', 'a', vote(2, true, true));
    cluster.inject('c', 'a', vote(2, true));
    expect(cluster.view('a').role).toBe('candidate');
    cluster.inject('d', 'a', vote(2, true));
    expect(cluster.view('a').role).toBe('leader');
  });

  test('so elected it commits the configuration, and steps down', () => {
    const cluster = excluded();
    cluster.tick(limits.electionTicksMax);
    for (const pre of [true, false]) {
      for (const other of ['c', 'd']) cluster.inject(other, 'a', vote(2, true, pre));
    }
    cluster.inject('c', 'a', appended(2, 3));
    expect(cluster.view('a').role).toBe('leader');
    cluster.inject('d', 'a', appended(2, 3));
    expect(cluster.view('a')).toMatchObject({ role: 'learner', commitIndex: 3, term: 2 });
    expect(sentOf(cluster, 'timeout-now', 'c')).toHaveLength(1);
  });
});

describe('Disruptive servers (4.2.3)', () => {
  test('a removed server is told so before it is told nothing more', () => {
    const cluster = groupWithJoiners(['a', 'b', 'c', 'd'], []);
    changeAndSettle(cluster, 'a', { removed: ['d'] });
    expect(cluster.view('d')).toMatchObject({ standing: 'removed', commitIndex: 2 });
    forget(cluster);
    cluster.propose('a', 'x');
    cluster.tick(2 * limits.electionTicksMax);
    expect(cluster.sent.filter(({ to, from }) => to === 'd' || from === 'd')).toEqual([]);
  });

  /** `d` was cut off while it was removed, and is back. */
  function withUnknowing(): Cluster {
    const cluster = groupWithJoiners(['a', 'b', 'c', 'd'], []);
    cluster.isolate('d');
    changeAndSettle(cluster, 'a', { removed: ['d'] });
    cluster.heal();
    return cluster;
  }

  test('one that does not know it polls in vain: nobody’s term changes, and the leader leads', () => {
    const cluster = withUnknowing();
    forget(cluster);
    for (let i = 0; i < 20; i++) {
      cluster.propose('a', `${i}`);
      cluster.tick(limits.electionTicksMin);
    }
    expect(cluster.count('request-vote')).toBeGreaterThan(5);
    expect(sentOf(cluster, 'vote', 'd').every(({ granted }) => !granted)).toBe(true);
    expect(cluster.leaders()).toEqual(['a']);
    expect(cluster.view('a').term).toBe(1);
    expect(cluster.view('d').standing).toBe('voter');
  });

  test('a vote request within an election timeout of a leader’s word changes no term', () => {
    const cluster = withUnknowing();
    cluster.propose('a', 'x');
    cluster.tick(limits.heartbeatTicks);
    for (const name of ['a', 'b', 'c']) {
      cluster.inject('d', name, requestVote(9, { index: 99, term: 8 }));
      expect(cluster.view(name).term).toBe(1);
    }
  });
});
