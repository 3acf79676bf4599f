// Changes of the configuration beyond what the thesis says: every refusal, learners and demotion,
// snapshots that carry a configuration, what the leader knows of members, and who is quiet.

import { describe, expect, test } from 'vitest';
import { logIndex, nodeId } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import { type Cluster, voters } from './cluster.ts';
import {
  change,
  changeAndSettle,
  changesOf,
  configurationOf,
  groupWithJoiners,
} from './members.ts';
import { appended, forget, sentOf, soloLeader } from './script.ts';

/** `a` leads {a,b,c}; d and e have caught up as learners. */
function withLearners(): Cluster {
  const cluster = groupWithJoiners(['a', 'b', 'c'], ['d', 'e']);
  changeAndSettle(cluster, 'a', { learner: ['d', 'e'] });
  return cluster;
}

describe('A change is refused, and nothing happens,', () => {
  const refused = (cluster: Cluster, name: string, wishes: Parameters<typeof change>[2]) => {
    forget(cluster);
    const before = cluster.view(name);
    const result = change(cluster, name, wishes);
    expect(cluster.view(name)).toEqual(before);
    expect(cluster.sent).toEqual([]);
    return result;
  };

  test('by who does not lead; the refusal names the leader', () => {
    const cluster = withLearners();
    expect(refused(cluster, 'b', { removed: ['c'] })).toEqual({ kind: 'not-leader', leader: 'a' });
  });

  test('while leadership is being transferred', () => {
    const cluster = withLearners();
    cluster.filter = ({ message }) => message.kind !== 'timeout-now';
    cluster.on('a', (raft) => raft.transferLeadership(nodeId('b')));
    expect(refused(cluster, 'a', { removed: ['c'] })).toEqual({ kind: 'transferring', to: 'b' });
  });

  test('while the last one is committed but not applied', () => {
    const { raft } = soloLeader({ others: [] }).member('a');
    expect(raft.proposeConfiguration(changesOf({ learner: ['d'] })).kind).toBe('proposed');
    raft.onPersisted(raft.takeOutput()?.persist?.number ?? 0);
    expect(raft.takeOutput()?.committed).toHaveLength(1);
    const again = () => raft.proposeConfiguration(changesOf({ learner: ['e'] }));
    expect(raft.view()).toMatchObject({ commitIndex: 2, appliedIndex: 1 });
    expect(again()).toMatchObject({ kind: 'change-in-progress', index: 2 });
    raft.onApplied(logIndex(2));
    expect(again().kind).toBe('proposed');
  });

  test('when everything is so already', () => {
    expect(refused(withLearners(), 'a', { voter: ['b'], learner: ['d'], removed: ['x'] })).toEqual({
      kind: 'no-change',
    });
  });

  test('when nobody would vote', () => {
    const result = refused(withLearners(), 'a', { removed: ['a', 'b'], learner: ['c'] });
    expect(result).toEqual({ kind: 'no-voters' });
  });

  test('when there would be more members than the bound', () => {
    const learner = Array.from({ length: limits.groupMembersMax }, (_, i) => `n${i}`);
    expect(refused(withLearners(), 'a', { learner })).toEqual({
      kind: 'too-many-members',
      members: limits.groupMembersMax + 5,
      membersMax: limits.groupMembersMax,
    });
  });

  test('when a server would vote that is no learner, whatever else is asked for', () => {
    const result = refused(withLearners(), 'a', { voter: ['d', 'x'], removed: ['c'] });
    expect(result).toEqual({ kind: 'not-a-learner', node: 'x' });
  });

  test('when too few of the new voters are heard to commit it', () => {
    const cluster = withLearners();
    cluster.on('a', (raft) => raft.onPeerDown(nodeId('c')));
    expect(refused(cluster, 'a', { removed: ['b'] })).toEqual({
      kind: 'no-quorum',
      active: ['a'],
      needed: 2,
    });
    expect(change(cluster, 'a', { removed: ['c'] }).kind).toBe('proposed');
  });

  test('when the learner’s connection is dead', () => {
    const cluster = withLearners();
    cluster.on('a', (raft) => raft.onPeerDown(nodeId('d')));
    expect(change(cluster, 'a', { voter: ['d'] })).toMatchObject({
      kind: 'not-caught-up',
      entriesBehind: 0,
      active: false,
    });
  });
});

describe('Learners', () => {
  test('come and go in one step, however many', () => {
    const cluster = withLearners();
    changeAndSettle(cluster, 'a', { removed: ['d', 'e'] });
    expect(cluster.view('a')).toMatchObject({ lastIndex: 3, configuration: voters('a', 'b', 'c') });
    expect(cluster.view('d')).toMatchObject({ standing: 'removed', commitIndex: 3 });
  });

  test('a voter may become one again, and keeps its log', () => {
    const cluster = withLearners();
    changeAndSettle(cluster, 'a', { learner: ['c'] });
    cluster.propose('a', 'x');
    cluster.tick(12);
    expect(cluster.view('c')).toMatchObject({ role: 'learner', standing: 'learner' });
    expect(cluster.member('c').applied).toEqual(['x']);
  });

  test('two voters that change places with two learners vote until the joint one is left', () => {
    const cluster = withLearners();
    cluster.filter = ({ message }) => message.kind !== 'appended';
    change(cluster, 'a', { voter: ['d', 'e'], learner: ['b', 'c'] });
    const standings = () =>
      cluster
        .raft('a')
        .progressOf()
        .map(({ standing }) => standing);
    expect(standings()).toEqual(['voter', 'outgoing', 'outgoing', 'incoming', 'incoming']);
    expect(
      cluster
        .raft('a')
        .progressOf()
        .some(({ learner }) => learner),
    ).toBe(false);
    cluster.filter = () => true;
    cluster.tick(12);
    expect(standings()).toEqual(['voter', 'learner', 'learner', 'voter', 'voter']);
  });

  test('leadership goes to no learner, and to nobody who is about to be one', () => {
    const cluster = withLearners();
    cluster.filter = ({ message }) => message.kind !== 'appended';
    change(cluster, 'a', { voter: ['d', 'e'], learner: ['b', 'c'] });
    for (const name of ['b', 'c']) {
      expect(cluster.on('a', (raft) => raft.transferLeadership(nodeId(name)))).toBe(false);
    }
    expect(cluster.on('a', (raft) => raft.transferLeadership(nodeId('d')))).toBe(true);
  });
});

describe('What a leader knows of a member', () => {
  test('is kept when a learner becomes a voter', () => {
    const cluster = withLearners();
    const before = cluster.raft('a').progressOf().at(3);
    expect(before).toMatchObject({ node: 'd', matchIndex: 2, mode: 'replicate' });
    change(cluster, 'a', { voter: ['d'] });
    expect(cluster.raft('a').progressOf().at(3)).toMatchObject({
      node: 'd',
      matchIndex: 2,
      mode: 'replicate',
      standing: 'voter',
    });
  });

  test('begins anew when it was removed and is added again', () => {
    const cluster = withLearners();
    changeAndSettle(cluster, 'a', { removed: ['d'] });
    cluster.crash('d');
    change(cluster, 'a', { learner: ['d'] });
    expect(cluster.raft('a').progressOf().at(3)).toMatchObject({ matchIndex: 0, mode: 'probe' });
  });

  test('a late acknowledgement of who was removed counts for nothing', () => {
    const cluster = groupWithJoiners(['a', 'b', 'c', 'd'], []);
    changeAndSettle(cluster, 'a', { removed: ['d'] });
    cluster.crash('b');
    cluster.crash('c');
    cluster.propose('a', 'x');
    const { commitIndex, lastIndex } = cluster.view('a');
    cluster.inject('d', 'a', appended(1, lastIndex));
    expect(cluster.view('a').commitIndex).toBe(commitIndex);
  });
});

describe('A snapshot', () => {
  test('carries the joint configuration that was in force at its index', () => {
    const cluster = withLearners();
    cluster.isolate('c');
    cluster.filter = ({ message }) => message.kind !== 'timeout-now';
    change(cluster, 'a', { voter: ['d', 'e'], removed: ['a', 'b'] });
    cluster.settle();
    const joint = configurationOf({ voters: ['c', 'd', 'e'], outgoing: ['a', 'b', 'c'] });
    const before = cluster.snapshotsInstalled;
    expect(cluster.view('a')).toMatchObject({ commitIndex: 3, configuration: joint });
    cluster.compact('a', 3);
    cluster.heal();
    cluster.tick(12);
    expect(cluster.snapshotsInstalled).toBe(before + 1);
    expect(cluster.view('c').configuration).toEqual(joint);
    cluster.crash('c');
    cluster.restart('c');
    expect(cluster.view('c').configuration).toEqual(joint);
  });
});

describe('Configurations and quiet groups', () => {
  test('a quiet group is woken by a change, goes through it and is quiet again', () => {
    const cluster = withLearners();
    cluster.tick(100);
    expect(cluster.raft('a').isQuiet).toBe(true);
    changeAndSettle(cluster, 'a', { voter: ['d', 'e'], removed: ['b', 'c'] });
    cluster.tick(100);
    for (const name of ['a', 'd', 'e']) expect(cluster.raft(name).isQuiet).toBe(true);
    expect(cluster.view('d').configuration).toEqual(voters('a', 'd', 'e'));
  });

  test('who is gone keeps nobody awake', () => {
    const cluster = withLearners();
    cluster.crash('d');
    changeAndSettle(cluster, 'a', { removed: ['d'] });
    cluster.tick(100);
    expect(cluster.raft('a').isQuiet).toBe(true);
  });
});

describe('The last word to a removed member', () => {
  test('is sent once, with everything that it lacks', () => {
    const cluster = groupWithJoiners(['a', 'b', 'c', 'd'], []);
    forget(cluster);
    cluster.propose('a', 'x');
    change(cluster, 'a', { removed: ['d'] });
    cluster.tick(20);
    expect(cluster.member('d').applied).toEqual(['x']);
    const words = sentOf(cluster, 'append', 'd');
    expect(words.at(-1)).toMatchObject({ entries: [], commitIndex: 3 });
    expect(words.filter(({ commitIndex }) => commitIndex === 3)).toHaveLength(1);
  });
});
