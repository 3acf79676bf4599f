// Leader Append-Only, Log Matching, Leader Completeness and State Machine Safety (Raft paper,
// figure 3): each speaks when it is broken, and is silent when it is kept.

import { describe, expect, test } from 'vitest';
import { tick } from '../../../src/core/model/ids.ts';
import { Commits } from '../../../src/simulation/invariants/commits.ts';
import { LeaderAppendOnly } from '../../../src/simulation/invariants/leader-append-only.ts';
import { LeaderCompleteness } from '../../../src/simulation/invariants/leader-completeness.ts';
import { LogMatching } from '../../../src/simulation/invariants/log-matching.ts';
import { StateEquality } from '../../../src/simulation/invariants/state-equality.ts';
import {
  entriesRecord,
  entry,
  machine,
  node1,
  node2,
  ready,
  replica,
  view,
  write,
} from './planted.ts';

const first = (now: Parameters<typeof view>[0]) => ({ before: null, now: view(now) });

describe('leader append-only (§5.3)', () => {
  const leader = (log: readonly number[]) =>
    replica(log, { view: view({ role: 'leader', term: 3, last: log.length }) });
  const seen = (log: readonly number[]) => first({ role: 'leader', term: 3, last: log.length });

  test('a leader that loses or rewrites its last entry is a violation', () => {
    for (const after of [
      [1, 3],
      [1, 3, 2],
    ]) {
      const invariant = new LeaderAppendOnly();
      invariant.onView(machine(node1), leader([1, 3, 3]), seen([1, 3, 3]));
      expect(() => invariant.onView(machine(node1), leader(after), seen(after))).toThrow(
        'had an entry of term 3 at index 3',
      );
    }
  });

  test('a log that grows, and a follower that cuts its own, are right', () => {
    const invariant = new LeaderAppendOnly();
    invariant.onView(machine(node1), leader([1, 3]), seen([1, 3]));
    invariant.onView(machine(node1), leader([1, 3, 3]), seen([1, 3, 3]));
    invariant.onView(machine(node1), replica([1]), first({ term: 4, last: 1 }));
    invariant.onView(machine(node1), replica([1, 3]), first({ role: 'leader', term: 5, last: 2 }));
  });
});

describe('log matching (§5.3)', () => {
  const written = (...entries: ReturnType<typeof entry>[]) =>
    ready({ records: [entriesRecord(...entries)] });

  test('one index and term with two contents is a violation', () => {
    const invariant = new LogMatching();
    invariant.onReady(machine(node1), written(entry({ index: 1, command: write(1) })));
    const other = written(entry({ index: 1, command: write(2) }));
    expect(() => invariant.onReady(machine(node2), other)).toThrow('index 1, term 1');
  });

  test('one index and term after two different entries is a violation', () => {
    const invariant = new LogMatching();
    invariant.onReady(
      machine(node1),
      written(entry({ index: 1, term: 1 }), entry({ index: 2, term: 3 })),
    );
    const other = written(entry({ index: 1, term: 2 }), entry({ index: 2, term: 3 }));
    expect(() => invariant.onReady(machine(node2), other)).toThrow('index 2, term 3');
  });

  test('equal entries, and different terms at one index, are right', () => {
    const invariant = new LogMatching();
    invariant.onReady(machine(node1), written(entry({ index: 1, command: write(1) })));
    invariant.onReady(machine(node2), written(entry({ index: 1, command: write(1) })));
    invariant.onReady(machine(node2), written(entry({ index: 1, term: 2, command: write(2) })));
  });
});

describe('leader completeness (§5.4.3)', () => {
  function committedByNode1(): { commits: Commits; invariant: LeaderCompleteness } {
    const commits = new Commits();
    commits.onView(machine(node1), replica([1, 2]), first({ term: 2, commit: 2 }));
    return { commits, invariant: new LeaderCompleteness(commits) };
  }

  test('a later leader without a committed entry is a violation', () => {
    for (const log of [[1], [1, 1]]) {
      const { invariant } = committedByNode1();
      const leads = first({ role: 'leader', term: 3, last: log.length });
      expect(() => invariant.onView(machine(node2), replica(log), leads)).toThrow(
        'where an entry of term 2 was committed',
      );
    }
  });

  test('a later leader with all of it is right; so is one of an earlier term without it', () => {
    const { invariant } = committedByNode1();
    const leads = (term: number) => first({ role: 'leader', term, last: 2 });
    invariant.onView(machine(node2), replica([1, 2]), leads(3));
    invariant.onView(machine(node2), replica([1]), leads(2));
  });
});

describe('state machine safety (§5.4.3)', () => {
  test('two entries committed at one index are a violation', () => {
    const commits = new Commits();
    commits.onView(machine(node1), replica([1, 1]), first({ commit: 2 }));
    expect(() =>
      commits.onView(machine(node2), replica([1, 2]), first({ term: 2, commit: 2 })),
    ).toThrow('node2 committed index 2 of term 2, where node1 had committed that of term 1');
  });

  test('different states at one applied index are a violation', () => {
    const invariant = new StateEquality(0);
    const same = view({ commit: 5 });
    invariant.onView(machine(node1), replica([], { view: same, hash: 'a' }), first({ commit: 5 }));
    invariant.onTick(tick(40));
    invariant.onView(machine(node2), replica([], { view: same, hash: 'b' }), first({ commit: 5 }));
    expect(() => invariant.onTick(tick(80))).toThrow('their states differ: a and b');
  });

  test('a state that raft is ahead of is compared at its own index', () => {
    const invariant = new StateEquality(0);
    const ahead = { ...replica([], { view: view({ commit: 5 }), hash: 'old' }) };
    const seen = { ...ahead, appliedIndex: view({ commit: 3 }).appliedIndex };
    invariant.onView(machine(node1), seen, first({ commit: 5 }));
    invariant.onTick(tick(40));
    const other = replica([], { view: view({ commit: 5 }), hash: 'new' });
    invariant.onView(machine(node2), other, first({ commit: 5 }));
    invariant.onTick(tick(80));
  });

  test('equal states, and different ones at different indexes, are right', () => {
    const invariant = new StateEquality(0);
    const at = (commit: number, hash: string) => replica([], { view: view({ commit }), hash });
    invariant.onView(machine(node1), at(5, 'a'), first({ commit: 5 }));
    invariant.onView(machine(node2), at(5, 'a'), first({ commit: 5 }));
    invariant.onTick(tick(40));
    invariant.onView(machine(node2), at(6, 'b'), first({ commit: 6 }));
    invariant.onTick(tick(80));
  });
});
