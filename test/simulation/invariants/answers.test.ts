// What is answered is true: exactly once, merged once, fresh, and at all replicas. Each invariant
// speaks when it is broken, and is silent when it is kept.

import { describe, expect, test } from 'vitest';
import type { Entry } from '../../../src/core/model/entry.ts';
import { connectionId, term } from '../../../src/core/model/ids.ts';
import type { Result } from '../../../src/core/model/operation.ts';
import type { ItemRow } from '../../../src/core/model/state.ts';
import type { Version } from '../../../src/core/model/version.ts';
import { AllMeansAll } from '../../../src/simulation/invariants/all-means-all.ts';
import { Commits } from '../../../src/simulation/invariants/commits.ts';
import { Disks } from '../../../src/simulation/invariants/disks.ts';
import { ExactlyOnce } from '../../../src/simulation/invariants/exactly-once.ts';
import {
  ForeignFrames,
  foreignTermMin,
} from '../../../src/simulation/invariants/foreign-frames.ts';
import { FreshReads } from '../../../src/simulation/invariants/fresh-reads.ts';
import { MergedOnce } from '../../../src/simulation/invariants/merged-once.ts';
import { OwnWrites } from '../../../src/simulation/invariants/own-writes.ts';
import { TrueAcks } from '../../../src/simulation/invariants/true-acks.ts';
import { type Invariant, Watch } from '../../../src/simulation/invariants/watch.ts';
import {
  asked,
  entry,
  group,
  heartbeat,
  item,
  machine,
  node1,
  node2,
  node3,
  put,
  ready,
  replica,
  session,
  tentative,
  version,
  view,
  write,
  written,
} from './planted.ts';

type Written = Extract<Result, { kind: 'written' }>;

/** Node1 commits and applies the log; its state then has the items. */
function applied(
  commits: Commits,
  invariant: Invariant,
  { log, items }: { log: readonly Entry[]; items: readonly ItemRow[] },
): void {
  const now = view({ commit: log.length });
  const seen = replica(log, { view: now, items });
  commits.onView(machine(node1), seen, { before: null, now });
  invariant.onView?.(machine(node1), seen, { before: null, now });
}

describe('a write of a session is executed once (thesis, §6.3)', () => {
  const log = [entry({ index: 1, command: write(7) }), entry({ index: 2, command: write(7) })];

  test('a repetition that leaves a trace is a violation', () => {
    const commits = new Commits();
    const invariant = new ExactlyOnce(commits);
    expect(() => applied(commits, invariant, { log, items: [item('k', 2)] })).toThrow(
      'executed client1/7 (k) at index 2, although it is at index 1 already',
    );
  });

  test('a repetition without a trace is right', () => {
    const commits = new Commits();
    const invariant = new ExactlyOnce(commits);
    applied(commits, invariant, { log, items: [item('k', 1)] });
    expect(invariant.repeated).toBe(1);
  });

  test('two answers that differ are a violation, two equal ones are right', () => {
    const commits = new Commits();
    const invariant = new ExactlyOnce(commits);
    applied(commits, invariant, { log, items: [item('k', 1)] });
    const question = asked({ session: session(7) });
    invariant.onAnswer(machine(node1), question, written(1, 4));
    invariant.onAnswer(machine(node2), question, written(1, 4));
    expect(() => invariant.onAnswer(machine(node3), question, written(1, 5))).toThrow(
      'node1 answered client1/7 with index 1 (4), node3 with index 1 (5)',
    );
  });

  test('an acknowledgement of what is not committed is a violation', () => {
    const invariant = new ExactlyOnce(new Commits());
    const question = asked({ session: session(7) });
    expect(() => invariant.onAnswer(machine(node1), question, written(1))).toThrow(
      'nothing committed is there',
    );
  });
});

describe('a dot is merged once (Bayou, §4)', () => {
  const merge = (index: number, value = 'v') =>
    entry({ index, command: { kind: 'merge', write: tentative(1, value) } });

  test('a second merge that leaves a trace is a violation, one without is right', () => {
    for (const [index, isWrong] of [
      [2, true],
      [1, false],
    ] as const) {
      const commits = new Commits();
      const invariant = new MergedOnce(new Disks(), commits);
      const play = () =>
        applied(commits, invariant, { log: [merge(1), merge(2)], items: [item('k', index)] });
      if (isWrong) expect(play).toThrow('merged node1#1:1 (k) at index 2');
      else play();
    }
  });

  test('a dot that names two writes is a violation', () => {
    const commits = new Commits();
    const invariant = new MergedOnce(new Disks(), commits);
    const log = [merge(1, 'v'), merge(2, 'w')];
    expect(() => applied(commits, invariant, { log, items: [] })).toThrow('the dot node1#1:1');
  });

  test('an acknowledgement before the journal is durable is a violation, after it is right', () => {
    const disks = new Disks();
    const invariant = new MergedOnce(disks, new Commits());
    const { hlc } = tentative(1);
    const result: Result = {
      kind: 'written',
      version: { ...version(0), hlc },
      acks: [node1],
      number: null,
      via: node1,
    };
    const question = asked({ operation: put('k'), consistency: 'one' });
    const records = [{ kind: 'tentative', group, write: tentative(1) }] as const;
    disks.onReady(machine(node1), ready({ records }));
    expect(() => invariant.onAnswer(machine(node1), question, result)).toThrow(
      'its journal has not',
    );
    disks.onInput(machine(node1), { kind: 'persisted', number: 1 });
    invariant.onAnswer(machine(node1), question, result);
    expect(invariant.acknowledged).toHaveLength(1);
  });
});

describe('reads are fresh (§8)', () => {
  const read: Result = { kind: 'read', value: null, version: null, via: node1 };
  const question = asked({ operation: { kind: 'get', key: 'k' }, committed: 9 });

  test('a state behind what was committed when the leader was asked is a violation', () => {
    const invariant = new FreshReads(() => 8);
    expect(() => invariant.onAnswer(machine(node1), question, read)).toThrow(
      'answered a read from its state at 8, although 9 was committed when it was asked',
    );
  });

  test('a state as new as that is right; weak and passed-on reads promise nothing here', () => {
    new FreshReads(() => 9).onAnswer(machine(node1), question, read);
    const stale = new FreshReads(() => 0);
    stale.onAnswer(machine(node1), { ...question, asLeader: false }, read);
    const weak = asked({ operation: { kind: 'get', key: 'k' }, consistency: 'one', committed: 9 });
    stale.onAnswer(machine(node1), weak, read);
  });
});

describe('`all` means all (DESIGN 2)', () => {
  test('an answer while a replica has not applied the write is a violation, else it is right', () => {
    const invariant = new AllMeansAll();
    const question = asked({ consistency: 'all', session: session(1), asLeader: true });
    const applies = (name: typeof node1, commit: number) =>
      invariant.onView(machine(name), replica([]), { before: null, now: view({ commit }) });
    applies(node1, 3);
    applies(node2, 3);
    applies(node3, 2);
    expect(() => invariant.onAnswer(machine(node1), question, written(3))).toThrow(
      'but node3 never applied more than 2',
    );
    applies(node3, 3);
    invariant.onAnswer(machine(node1), question, written(3));
  });
});

describe('an acknowledgement is evidence', () => {
  const holdsUpTo = (disks: Disks, name: typeof node1, count: number) => {
    const entries = Array.from({ length: count }, (_, at) => entry({ index: at + 1 }));
    disks.onReady(machine(name), ready({ records: [{ kind: 'entries', group, entries }] }));
    disks.onInput(machine(name), { kind: 'persisted', number: 1 });
  };
  const question = asked({ session: session(1), asLeader: true });

  test('a node that is named and has it not, or a missing one at `all`, are a violation', () => {
    const disks = new Disks();
    const invariant = new TrueAcks(disks);
    invariant.onView(machine(node1), replica([]), { before: null, now: view({}) });
    holdsUpTo(disks, node1, 3);
    holdsUpTo(disks, node2, 2);
    const said = (...acks: (typeof node1)[]): Result => ({ ...(written(3) as Written), acks });
    expect(() => invariant.onAnswer(machine(node1), question, said(node1, node2))).toThrow(
      'but the disk of node2 ends at 2',
    );
    holdsUpTo(disks, node3, 3);
    const atAll = asked({ session: session(1), consistency: 'all', asLeader: true });
    expect(() => invariant.onAnswer(machine(node1), atAll, said(node1, node3))).toThrow(
      'and called that all of 3 voters',
    );
    invariant.onAnswer(machine(node1), question, said(node1, node3));
    invariant.onAnswer(machine(node1), question, said(node1));
  });
});

describe('a read at `one` shows what its owner accepted (Bayou)', () => {
  const question = asked({ operation: { kind: 'get', key: 'k' }, consistency: 'one' });
  const read = (vector: Version['vector']): Result => {
    return { kind: 'read', value: null, version: { ...version(1), vector }, via: node1 };
  };
  const journal = () => {
    const disks = new Disks();
    const records = [{ kind: 'tentative', group, write: tentative(2) }] as const;
    disks.onReady(machine(node1), ready({ records }));
    disks.onInput(machine(node1), { kind: 'persisted', number: 1 });
    return disks;
  };

  test('an answer without a write that waits in the journal is a violation', () => {
    const invariant = new OwnWrites(journal(), () => false);
    const [{ origin }] = [tentative(2).dot];
    const answer = (counter: number) => () =>
      invariant.onAnswer(machine(node1), question, read({ [origin]: counter }));
    expect(answer(1)).toThrow('without its own write node1#1:2');
    expect(answer(2)).not.toThrow();
  });

  test('what is merged is in the state, and other keys and levels do not matter', () => {
    new OwnWrites(journal(), () => true).onAnswer(machine(node1), question, read({}));
    const invariant = new OwnWrites(journal(), () => false);
    const other = asked({ operation: { kind: 'get', key: 'l' }, consistency: 'one' });
    invariant.onAnswer(machine(node1), other, read({}));
    const strong = asked({ operation: { kind: 'get', key: 'k' } });
    invariant.onAnswer(machine(node1), strong, read({}));
  });
});

describe('no frame of another cluster is acted upon (DESIGN 5)', () => {
  test('a term of another cluster is a violation, one of this cluster is right', () => {
    const invariant = new ForeignFrames();
    const input = (inTerm: number) =>
      ({
        kind: 'message',
        from: node2,
        message: { kind: 'group', group, message: heartbeat(inTerm) },
      }) as const;
    invariant.onInput(machine(node1), input(5));
    expect(() => invariant.onInput(machine(node1), input(foreignTermMin))).toThrow(
      'took in heartbeat',
    );
    const now = { ...view({}), term: term(foreignTermMin) };
    expect(() => invariant.onView(machine(node1), replica([]), { before: null, now })).toThrow(
      'which only another cluster is in',
    );
  });
});

describe('the watch joins answers to questions', () => {
  test('an invariant gets each answer once, with what was committed when it was asked', () => {
    const answers: number[] = [];
    const invariant: Invariant = {
      onAnswer: (_machine, { committed }) => answers.push(committed),
    };
    let committed = 4;
    const watch = new Watch({
      partitions: 1,
      committed: () => committed,
      invariants: [invariant],
    });
    const connection = connectionId('c');
    const { request } = asked({ operation: { kind: 'get', key: 'k' } });
    watch.onBirth(machine(node1), { groups: [] });
    watch.onInput(machine(node1), { kind: 'request', connection, request });
    committed = 5;
    const reply = { id: request.id, result: written(1) };
    const out = { ...ready({}), replies: [{ connection, reply }] };
    watch.onReady(machine(node1), out);
    watch.onReady(machine(node1), out);
    expect(answers).toEqual([4]);
  });
});
