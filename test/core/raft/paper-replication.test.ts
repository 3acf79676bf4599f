// The Raft paper (Ongaro & Ousterhout 2014, extended version), section 5.3, sentence by sentence.

import { describe, expect, test } from 'vitest';
import { logIndex } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import { Cluster, entry, textOf } from './cluster.ts';
import {
  append,
  appended,
  diskWithTerms,
  forget,
  heartbeat,
  lastSent,
  sentOf,
  solo,
  soloLeader,
  termsOf,
} from './script.ts';

const nothing = { index: 0, term: 0 };

describe('Log replication', () => {
  test('The leader appends the command to its log as a new entry, then issues AppendEntries RPCs in parallel to each of the other servers to replicate the entry (§5.3)', () => {
    const cluster = soloLeader();
    for (const other of ['b', 'c']) cluster.inject(other, 'a', appended(1, 1));
    forget(cluster);
    cluster.propose('a', 'x');
    expect(cluster.view('a').lastIndex).toBe(2);
    for (const other of ['b', 'c']) {
      const [only, ...more] = sentOf(cluster, 'append', other);
      expect(only).toMatchObject({ prevIndex: 1, prevTerm: 1 });
      expect(only?.entries.map(textOf)).toEqual(['x']);
      expect(more).toEqual([]);
    }
  });

  test('When the entry has been safely replicated, the leader applies the entry to its state machine (§5.3)', () => {
    const cluster = soloLeader();
    cluster.propose('a', 'x');
    cluster.inject('b', 'a', appended(1, 1));
    expect(cluster.member('a').applied).toEqual([]);
    cluster.inject('b', 'a', appended(1, 2));
    expect(cluster.member('a').applied).toEqual(['x']);
  });

  test('If followers crash or run slowly, or if network packets are lost, the leader retries AppendEntries RPCs indefinitely (§5.3)', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.cuts.add('a>b');
    cluster.propose('a', 'x');
    cluster.tick(40);
    expect(cluster.member('a').applied).toEqual(['x']);
    expect(cluster.view('b').lastIndex).toBe(1);
    cluster.heal();
    cluster.tick(3 * limits.heartbeatTicks);
    expect(cluster.member('b').applied).toEqual(['x']);
  });

  test('A lost acknowledgement is asked for again (§5.3)', () => {
    const cluster = new Cluster();
    cluster.elect('a');
    cluster.filter = ({ message }) => message.kind !== 'appended';
    cluster.propose('a', 'x');
    cluster.tick(2);
    expect(cluster.view('a').commitIndex).toBe(1);
    cluster.filter = () => true;
    cluster.tick(2 * limits.heartbeatTicks);
    expect(cluster.view('a').commitIndex).toBe(2);
  });

  test('Each log entry stores a state machine command along with the term number when the entry was received by the leader, and an integer index (§5.3)', () => {
    const cluster = soloLeader({ disk: diskWithTerms([1, 1, 4]) });
    cluster.propose('a', 'x');
    expect(termsOf(cluster, 'a')).toEqual([1, 1, 4, 5, 5]);
    const [last] = cluster.raft('a').entriesBetween(logIndex(5), logIndex(5));
    expect(last).toMatchObject({ index: 5, term: 5 });
  });

  test('A log entry is committed once the leader that created the entry has replicated it on a majority of the servers (§5.3)', () => {
    const cases = [
      { others: [], acks: [], committed: true },
      { others: ['b'], acks: [], committed: false },
      { others: ['b'], acks: ['b'], committed: true },
      { others: ['b', 'c'], acks: ['c'], committed: true },
      { others: ['b', 'c', 'd'], acks: ['c'], committed: false },
      { others: ['b', 'c', 'd'], acks: ['b', 'd'], committed: true },
      { others: ['b', 'c', 'd', 'e'], acks: ['b'], committed: false },
      { others: ['b', 'c', 'd', 'e'], acks: ['b', 'e'], committed: true },
    ];
    for (const { others, acks, committed } of cases) {
      const cluster = soloLeader({ others });
      cluster.propose('a', 'x');
      for (const other of acks) cluster.inject(other, 'a', appended(1, 2));
      expect(cluster.member('a').applied).toEqual(committed ? ['x'] : []);
    }
  });

  test('The leader itself counts only when its own write is durable (thesis, §10.2.1)', () => {
    const cluster = soloLeader();
    for (const other of ['b', 'c']) cluster.inject(other, 'a', appended(1, 1));
    cluster.instantDisk = false;
    cluster.propose('a', 'x');
    cluster.inject('b', 'a', appended(1, 2));
    expect(cluster.view('a').commitIndex).toBe(1);
    cluster.confirmWrites('a');
    expect(cluster.view('a').commitIndex).toBe(2);
  });

  test('Two followers may commit before the leader’s own write; it applies when that is durable (thesis, §10.2.1)', () => {
    const cluster = soloLeader();
    for (const other of ['b', 'c']) cluster.inject(other, 'a', appended(1, 1));
    cluster.instantDisk = false;
    cluster.propose('a', 'x');
    for (const other of ['b', 'c']) cluster.inject(other, 'a', appended(1, 2));
    expect(cluster.view('a').commitIndex).toBe(2);
    expect(cluster.member('a').applied).toEqual([]);
    cluster.confirmWrites('a');
    expect(cluster.member('a').applied).toEqual(['x']);
  });

  test('This also commits all preceding entries in the leader’s log, including entries created by previous leaders (§5.3)', () => {
    for (const terms of [[], [1], [1, 1, 2], [1, 2, 3, 3]]) {
      const cluster = soloLeader({ disk: diskWithTerms(terms) });
      const { lastIndex, term } = cluster.view('a');
      cluster.inject('b', 'a', appended(term, lastIndex));
      expect(cluster.view('a').commitIndex).toBe(terms.length + 1);
      expect(cluster.member('a').applied).toHaveLength(terms.length);
    }
  });

  test('The leader keeps track of the highest index it knows to be committed, and it includes that index in future AppendEntries RPCs (including heartbeats) so that the other servers eventually find out (§5.3)', () => {
    const cluster = soloLeader();
    cluster.inject('b', 'a', appended(1, 1));
    cluster.propose('a', 'x');
    expect(lastSent(cluster, 'append', 'b').commitIndex).toBe(1);
    cluster.inject('b', 'a', appended(1, 2));
    forget(cluster);
    cluster.tick(limits.heartbeatTicks);
    expect(lastSent(cluster, 'heartbeat', 'b').commitIndex).toBe(2);
  });

  test('A heartbeat never says more than the follower is known to have (etcd: “commit not beyond match”)', () => {
    const cluster = soloLeader();
    cluster.propose('a', 'x');
    cluster.inject('b', 'a', appended(1, 2));
    forget(cluster);
    cluster.tick(limits.heartbeatTicks);
    expect(lastSent(cluster, 'heartbeat', 'b').commitIndex).toBe(2);
    expect(lastSent(cluster, 'heartbeat', 'c').commitIndex).toBe(0);
  });

  test('Once a follower learns that a log entry is committed, it applies the entry to its local state machine (in log order) (§5.3)', () => {
    const entries = [entry(1, 1, 'x'), entry(2, 1, 'y'), entry(3, 1, 'z')];
    for (const [commit, applied] of [
      [0, []],
      [1, ['x']],
      [3, ['x', 'y', 'z']],
    ] as const) {
      const cluster = solo();
      cluster.inject('b', 'a', append(1, nothing, { entries, commit }));
      expect(cluster.member('a').applied).toEqual(applied);
    }
  });

  test('commitIndex = min(leaderCommit, index of last new entry) (figure 2)', () => {
    const cluster = solo({ disk: diskWithTerms([1, 1, 1]) });
    cluster.inject('b', 'a', append(2, { index: 1, term: 1 }, { commit: 3 }));
    expect(cluster.view('a').commitIndex).toBe(1);
  });

  test('A follower applies only what is durable on its own disk', () => {
    const cluster = solo();
    cluster.instantDisk = false;
    const entries = [entry(1, 1, 'x')];
    cluster.inject('b', 'a', append(1, nothing, { entries, commit: 1 }));
    expect(cluster.member('a').applied).toEqual([]);
    expect(cluster.count('appended')).toBe(0);
    cluster.confirmWrites('a');
    expect(cluster.member('a').applied).toEqual(['x']);
    expect(lastSent(cluster, 'appended', 'b').index).toBe(1);
  });

  test('If two entries in different logs have the same index and term, then they store the same command: a leader creates at most one entry with a given log index in a given term (§5.3)', () => {
    const cluster = soloLeader();
    const results = [1, 2, 3].map(() => {
      const before = cluster.view('a').lastIndex;
      cluster.propose('a', 'x');
      return cluster.view('a').lastIndex - before;
    });
    expect(results).toEqual([1, 1, 1]);
  });

  test('If two entries in different logs have the same index and term, then the logs are identical in all preceding entries: a follower that does not find the preceding entry refuses the new ones (§5.3)', () => {
    const cases = [
      { prev: { index: 3, term: 2 }, accepted: false },
      { prev: { index: 2, term: 1 }, accepted: false },
      { prev: { index: 2, term: 2 }, accepted: true },
      { prev: { index: 1, term: 1 }, accepted: true },
    ];
    for (const { prev, accepted } of cases) {
      const cluster = solo({ disk: diskWithTerms([1, 2]) });
      const entries = [entry(prev.index + 1, 3)];
      cluster.inject('b', 'a', append(3, prev, { entries }));
      expect(lastSent(cluster, 'appended', 'b').success).toBe(accepted);
      if (accepted) expect(termsOf(cluster, 'a').at(-1)).toBe(3);
      else expect(termsOf(cluster, 'a')).toEqual([1, 2]);
    }
  });

  test('If an existing entry conflicts with a new one (same index but different terms), delete the existing entry and all that follow it (figure 2)', () => {
    const cluster = solo({ disk: diskWithTerms([1, 1, 2, 2]) });
    cluster.inject('b', 'a', append(3, { index: 2, term: 1 }, { entries: [entry(3, 3)] }));
    expect(termsOf(cluster, 'a')).toEqual([1, 1, 3]);
    expect(cluster.member('a').disk.entries.map(({ term }) => term)).toEqual([1, 1, 3]);
  });

  test('Raft RPCs are idempotent: entries already present in the log are ignored, and nothing after them is cut (§5.5)', () => {
    const cluster = solo();
    const entries = [entry(1, 1), entry(2, 1), entry(3, 1)];
    cluster.inject('b', 'a', append(1, nothing, { entries }));
    cluster.inject('b', 'a', append(1, nothing, { entries: entries.slice(0, 1) }));
    cluster.inject('b', 'a', append(1, { index: 1, term: 1 }, { entries: entries.slice(1, 2) }));
    cluster.inject('b', 'a', append(1, nothing));
    expect(termsOf(cluster, 'a')).toEqual([1, 1, 1]);
  });

  test('When a leader first comes to power, it initializes all nextIndex values to the index just after the last one in its log (§5.3)', () => {
    const cluster = soloLeader({ disk: diskWithTerms([1, 1, 2]) });
    for (const other of ['b', 'c']) {
      const [first] = sentOf(cluster, 'append', other);
      expect(first).toMatchObject({ prevIndex: 3, prevTerm: 2 });
      expect(first?.entries).toHaveLength(1);
    }
  });

  test('A leader never overwrites or deletes entries in its own log (Leader Append-Only, §5.3)', () => {
    const cluster = soloLeader({ disk: diskWithTerms([1, 1, 2]) });
    cluster.inject('b', 'a', append(2, nothing, { entries: [entry(1, 2)] }));
    cluster.inject('b', 'a', heartbeat(2));
    expect(termsOf(cluster, 'a')).toEqual([1, 1, 2, 3]);
    expect(() => cluster.inject('b', 'a', append(3, nothing))).toThrow('two leaders');
  });
});

describe('Figure 7: a follower may be missing entries, may have extra uncommitted entries, or both (§5.3)', () => {
  const leaderTerms = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
  const followers = {
    a: [1, 1, 1, 4, 4, 5, 5, 6, 6],
    b: [1, 1, 1, 4],
    c: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
    d: [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
    e: [1, 1, 1, 4, 4, 4, 4],
    f: [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
  };
  const wanted = [...leaderTerms, 8];

  /**
   * The figure's leader is `a`, the follower `b`; `c` has the leader's log, so that there is a
   * majority.
   */
  function figure7(terms: readonly number[]): Cluster {
    const disks = {
      a: diskWithTerms(leaderTerms, 7),
      b: diskWithTerms(terms, 7),
      c: diskWithTerms(leaderTerms, 7),
    };
    const cluster = new Cluster({ disks });
    cluster.cut('a', 'b');
    cluster.on('a', (raft) => raft.campaign());
    cluster.settle();
    expect(cluster.view('a')).toMatchObject({ role: 'leader', term: 8 });
    cluster.heal();
    return cluster;
  }

  test.each(Object.entries(followers))(
    'follower (%s): the leader handles inconsistencies by forcing the follower’s log to duplicate its own',
    (_, terms) => {
      const cluster = figure7(terms);
      cluster.tick(4 * limits.heartbeatTicks);
      expect(termsOf(cluster, 'b')).toEqual(wanted);
      expect(cluster.member('b').disk.entries.map(({ term }) => term)).toEqual(wanted);
      const texts = (name: string) =>
        cluster.raft(name).entriesBetween(logIndex(1), logIndex(11)).map(textOf);
      expect(texts('b')).toEqual(texts('a'));
      expect(cluster.view('b').commitIndex).toBe(11);
    },
  );

  test.each([
    ['a', 1],
    ['b', 1],
    ['c', 0],
    ['d', 0],
    ['e', 1],
    ['f', 1],
  ] as const)(
    'follower (%s): one AppendEntries RPC is required for each term with conflicting entries, rather than one per entry (%i refused)',
    (name, refusals) => {
      const cluster = figure7(followers[name]);
      forget(cluster);
      cluster.tick(4 * limits.heartbeatTicks);
      const refused = sentOf(cluster, 'appended', 'a').filter(({ success }) => !success);
      // The probe that was under way when the link was cut is repeated with the first heartbeat.
      expect(refused).toHaveLength(refusals);
      expect(termsOf(cluster, 'b')).toEqual(wanted);
    },
  );

  test('A divergence of many terms costs one round trip for each of them, not one for each entry (§5.3)', () => {
    const runs = (terms: number[]) => terms.flatMap((ofTerm) => Array(50).fill(ofTerm));
    const disks = {
      a: diskWithTerms(runs([1, 3, 5, 7, 9]), 20),
      b: diskWithTerms(runs([1, 2, 4, 6, 8]), 20),
      c: diskWithTerms(runs([1, 3, 5, 7, 9]), 20),
    };
    const cluster = new Cluster({ disks });
    cluster.on('a', (raft) => raft.campaign());
    cluster.settle();
    cluster.tick(4 * limits.heartbeatTicks);
    const refused = cluster.sent.filter(
      ({ message }) => message.kind === 'appended' && !message.success,
    );
    expect(refused.length).toBeLessThanOrEqual(5);
    expect(termsOf(cluster, 'b')).toEqual([...runs([1, 3, 5, 7, 9]), 21]);
  });

  test('All terms of a follower that are later than the leader’s are skipped in one round trip (§5.3)', () => {
    const leaderLog = [...Array(20).fill(1), ...Array(60).fill(2)];
    const disks = {
      a: diskWithTerms(leaderLog, 20),
      b: diskWithTerms(
        [
          ...Array(20).fill(1),
          ...Array(60)
            .fill(0)
            .map((_, i) => 3 + (i >> 2)),
        ],
        20,
      ),
      c: diskWithTerms(leaderLog, 20),
    };
    const cluster = new Cluster({ disks });
    cluster.on('a', (raft) => raft.campaign());
    cluster.settle();
    const refused = sentOf(cluster, 'appended', 'a').filter(({ success }) => !success);
    expect(refused).toMatchObject([{ index: 80, hintIndex: 20, hintTerm: 1 }]);
    expect(termsOf(cluster, 'b')).toEqual([...leaderLog, 21]);
  });
});
