// Election Safety, one vote a term, and what may only grow: each speaks when it is broken, and is
// silent when it is kept.

import { describe, expect, test } from 'vitest';
import { ElectionSafety } from '../../../src/simulation/invariants/election-safety.ts';
import { Monotonic } from '../../../src/simulation/invariants/monotonic.ts';
import { VoteOnce } from '../../../src/simulation/invariants/vote-once.ts';
import {
  hardState,
  heartbeat,
  machine,
  node1,
  node2,
  node3,
  ready,
  recovered,
  replica,
  view,
  vote,
} from './planted.ts';

describe('election safety (§5.2)', () => {
  const leads = (term: number) => ({ before: null, now: view({ role: 'leader', term }) });

  test('two leaders in one term are a violation', () => {
    const invariant = new ElectionSafety();
    invariant.onView(machine(node1), replica([]), leads(3));
    expect(() => invariant.onView(machine(node2), replica([]), leads(3))).toThrow(
      'group 1: both node1 and node2 led term 3',
    );
  });

  test('who speaks as a leader is one, whatever it shows', () => {
    const invariant = new ElectionSafety();
    invariant.onReady(machine(node1), ready({ sent: [[node3, heartbeat(3)]] }));
    const other = ready({ sent: [[node3, heartbeat(3)]] });
    expect(() => invariant.onReady(machine(node2), other)).toThrow('term 3');
  });

  test('one leader a term, and the same one twice, are right', () => {
    const invariant = new ElectionSafety();
    invariant.onView(machine(node1), replica([]), leads(3));
    invariant.onView(machine(node1), replica([]), leads(3));
    invariant.onView(machine(node2), replica([]), leads(4));
  });
});

describe('one vote a term (§5.2)', () => {
  test('two candidates with one voter in a term are a violation, also after a restart', () => {
    const invariant = new VoteOnce();
    invariant.onReady(machine(node1), ready({ sent: [[node2, vote({ term: 4 })]] }));
    invariant.onBirth(machine(node1), { groups: [recovered({ term: 4 })] });
    const second = ready({ sent: [[node3, vote({ term: 4 })]] });
    expect(() => invariant.onReady(machine(node1), second)).toThrow(
      'node1 voted for both node2 and node3 in term 4',
    );
  });

  test('a vote that is found on the disk, or held, and given again is a violation', () => {
    const invariant = new VoteOnce();
    invariant.onBirth(machine(node1), { groups: [recovered({ term: 4, votedFor: node2 })] });
    const other = ready({ sent: [[node3, vote({ term: 4 })]] });
    expect(() => invariant.onReady(machine(node1), other)).toThrow('term 4');
    const before = { ...view({ term: 5 }), votedFor: node2 };
    const now = { ...view({ term: 5 }), votedFor: node3 };
    expect(() => invariant.onView(machine(node1), replica([]), { before, now })).toThrow(
      'took its vote in term 5 back from node2',
    );
  });

  test('a vote that was neither sent nor durable was never given', () => {
    const invariant = new VoteOnce();
    invariant.onReady(machine(node1), ready({ records: [hardState(4, node2)] }));
    invariant.onBirth(machine(node1), { groups: [recovered({ term: 3 })] });
    invariant.onReady(machine(node1), ready({ sent: [[node3, vote({ term: 4 })]] }));
  });

  test('polls, refusals, repeated votes and later terms are right', () => {
    const invariant = new VoteOnce();
    const sent = [
      [node2, vote({ term: 4 })],
      [node2, vote({ term: 4 })],
      [node3, vote({ term: 4, pre: true })],
      [node3, vote({ term: 4, granted: false })],
      [node3, vote({ term: 5 })],
    ] as const;
    invariant.onReady(machine(node1), ready({ sent: sent.map(([to, each]) => [to, each]) }));
  });
});

describe('what may only grow (figure 2)', () => {
  const change = (before: Parameters<typeof view>[0], now: Parameters<typeof view>[0]) => () =>
    new Monotonic().onView(machine(node1), replica([]), { before: view(before), now: view(now) });

  test('a term, a commit index or an applied index that falls is a violation', () => {
    expect(change({ term: 3 }, { term: 2 })).toThrow('from term 3 back to 2');
    expect(change({ commit: 9 }, { commit: 8 })).toThrow('commit index back from 9 to 8');
    expect(change({ commit: 9 }, { commit: 9, applied: 8 })).toThrow('applied index back');
  });

  test('an applied index beyond the commit index is a violation', () => {
    expect(change({}, { commit: 3, applied: 4 })).toThrow('applied 4, but committed 3 only');
  });

  test('growth, and a new life that starts lower, are right', () => {
    expect(change({ term: 2, commit: 4 }, { term: 3, commit: 9, applied: 5 })).not.toThrow();
    const now = view({ term: 1, commit: 2 });
    new Monotonic().onView(machine(node1), replica([]), { before: null, now });
  });
});
