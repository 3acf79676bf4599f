// The judges of the end speak when a promise is broken, and are silent when it is kept.

import { describe, expect, test } from 'vitest';
import type { Json } from '../../../src/checkers/json.ts';
import type { Origin } from '../../../src/core/model/ids.ts';
import type { Result } from '../../../src/core/model/operation.ts';
import { memberOf } from '../../../src/simulation/cluster.ts';
import { Commits } from '../../../src/simulation/invariants/commits.ts';
import { Disks } from '../../../src/simulation/invariants/disks.ts';
import { ExactlyOnce } from '../../../src/simulation/invariants/exactly-once.ts';
import { MergedOnce } from '../../../src/simulation/invariants/merged-once.ts';
import { checkFailed } from '../../../src/simulation/judgement/effects.ts';
import {
  judgeCounters,
  judgeHistory,
  judgeWeakReads,
} from '../../../src/simulation/judgement/histories.ts';
import { presentIn } from '../../../src/simulation/judgement/placement.ts';
import { checkLastReads, unrestOf } from '../../../src/simulation/judgement/rest.ts';
import { type Recorded, Recorder } from '../../../src/simulation/workload/recorder.ts';
import {
  entry,
  group,
  machine,
  node1,
  node2,
  node3,
  asked as question,
  ready,
  replica,
  session,
  view,
  write,
} from '../invariants/planted.ts';

type Asked = Parameters<Recorder['begin']>[0];

const asked: Asked = {
  planned: 1,
  client: 1,
  f: 'read',
  key: 'r1',
  consistency: 'quorum',
  input: null,
  session: null,
  tick: 0,
};

/** One operation after the other. */
function recorded(
  ...steps: (Partial<Asked> & { output?: Json; fails?: string | null; open?: boolean })[]
): Recorder {
  const recorder = new Recorder();
  for (const { output = null, fails, open = false, ...rest } of steps) {
    const one = recorder.begin({ ...asked, ...rest });
    if (open) continue;
    if (fails === undefined) recorder.succeed(one, output);
    else recorder.fail(one, fails);
  }
  return recorder;
}

describe('linearizability of each key', () => {
  const write1 = { f: 'write', input: 'v1' } as const;
  const write2 = { f: 'write', input: 'v2' } as const;

  test('a read that lost an acknowledged write is a violation', () => {
    const { history } = { history: recorded(write1, { f: 'read', output: null }).history() };
    expect(() => judgeHistory(history)).toThrow('r1 is not linearizable');
  });

  test('a write at `one` may act late, or never, but not before its call', () => {
    const one = { ...write2, consistency: 'one' } as const;
    judgeHistory(recorded(write1, one, { output: 'v1' }, { output: 'v2' }).history());
    judgeHistory(recorded(write1, one, { output: 'v1' }).history());
    const early = recorded(write1, { output: 'v2' }, one).history();
    expect(() => judgeHistory(early)).toThrow('r1 is not linearizable');
  });

  test('a cas that failed for another reason than its comparison says nothing', () => {
    const cas = { f: 'cas', input: ['v1', 'v2'] } as const;
    judgeHistory(recorded(write1, { ...cas, fails: 'unavailable' }, { output: 'v1' }).history());
    const compared = recorded(write1, { ...cas, fails: null }, { output: 'v1' }).history();
    expect(() => judgeHistory(compared)).toThrow('r1 is not linearizable');
  });
});

describe('counters', () => {
  const add = (output: number) => ({ f: 'increment', key: 'c1', input: 2, output }) as const;
  const read = (output: string) => ({ f: 'read', key: 'c1', output }) as const;

  test('two additions that came to the same number are a violation', () => {
    judgeHistory(recorded(add(2), add(4), read('4')).history());
    const lost = recorded(add(2), add(2), read('2')).history();
    expect(() => judgeHistory(lost)).toThrow('c1 is not linearizable');
  });

  test('an unknown addition may have happened, once', () => {
    const open = { ...add(0), open: true };
    judgeHistory(recorded(add(2), open, read('4')).history());
    judgeHistory(recorded(add(2), open, read('2')).history());
    const twice = recorded(add(2), open, read('6'));
    expect(() => judgeHistory(twice.history())).toThrow('c1 is not linearizable');
    expect(() => judgeCounters(twice.operations)).toThrow(
      'c1 is 6 at the end; 2 was acknowledged, and 2 more is unknown',
    );
    judgeCounters(recorded(add(2), open, read('4')).operations);
  });
});

describe('reads at `one`', () => {
  const weak = (output: string) => ({ f: 'read', consistency: 'one', output }) as const;
  const one = { f: 'write', input: 'v1', consistency: 'one' } as const;

  test('show what somebody wrote, however old', () => {
    judgeWeakReads(recorded(one, { ...one, input: 'v2' }, weak('v1')).operations);
  });

  test('that show what nobody wrote, or what failed, are a violation', () => {
    expect(() => judgeWeakReads(recorded(weak('v1'), one).operations)).toThrow(
      'which nobody had written',
    );
    const failed = recorded({ ...one, fails: 'overloaded' }, weak('v1'));
    expect(() => judgeWeakReads(failed.operations)).toThrow('whose write had failed');
  });
});

const refusedByLog: Result = {
  kind: 'refused',
  refusal: {
    reason: 'condition-failed',
    effect: 'none',
    message: '',
    leader: null,
    replicas: [],
    reachable: [],
    missing: [],
    version: null,
  },
};

describe('what failed has no effect', () => {
  const { commits, disks } = { commits: new Commits(), disks: new Disks() };
  const exactlyOnce = new ExactlyOnce(commits);
  const mergedOnce = new MergedOnce(disks, commits);
  const the = { partitions: 1, exactlyOnce, mergedOnce };
  const log = [entry({ index: 1, command: write(7) })];
  commits.onView(machine(node1), replica(log), { before: null, now: view({ commit: 1 }) });
  const failed = (seq: number, failure: string | null): readonly Recorded[] =>
    recorded({ f: 'write', input: 'v', session: `client1/${seq}`, fails: failure }).operations;

  test('a failed write that stands in a log is a violation', () => {
    expect(() => checkFailed(failed(7, 'unavailable'), the)).toThrow(
      'client1/7 (write r1) failed (unavailable), and stands at index 1',
    );
  });

  test('a failed write that does not is right; so is one that the log itself refused', () => {
    checkFailed(failed(8, 'unavailable'), the);
    checkFailed(failed(7, null), the);
    checkFailed(failed(7, 'not-a-number'), the);
  });

  test('a failed write that the log refused to an earlier attempt is right', () => {
    const log = [entry({ index: 1, command: write(9) })];
    const seen = new Commits();
    const the = { partitions: 1, exactlyOnce: new ExactlyOnce(seen), mergedOnce };
    seen.onView(machine(node1), replica(log), { before: null, now: view({ commit: 1 }) });
    expect(() => checkFailed(failed(9, 'overloaded'), the)).toThrow('stands at index 1');
    the.exactlyOnce.onAnswer(machine(node1), question({ session: session(9) }), refusedByLog);
    checkFailed(failed(9, 'overloaded'), the);
  });

  test('a failed write at `one` that is in a journal is a violation', () => {
    const dot = { origin: 'node1#1' as Origin, counter: 1 };
    const value = Uint8Array.of('w'.charCodeAt(0));
    const hlc = { wallMs: 1, logical: 0 };
    const kept = { dot, key: 'r1', value, context: {}, hlc, appliedAt: entry({ index: 0 }).index };
    mergedOnce.onReady(
      machine(node1),
      ready({ records: [{ kind: 'tentative', group, write: kept }] }),
    );
    const one = {
      f: 'write',
      consistency: 'one',
      session: 'client1/9',
      fails: 'overloaded',
    } as const;
    checkFailed(recorded({ ...one, input: 'x' }).operations, the);
    expect(() => checkFailed(recorded({ ...one, input: 'w' }).operations, the)).toThrow(
      'and is in a journal',
    );
  });
});

describe('rest', () => {
  test('nothing alive is at rest, and a last read that fails is told when all is well', () => {
    expect(unrestOf([], 1)).toBeNull();
    const last = recorded({ planned: -1, fails: 'no-answer' }).operations;
    expect(() => checkLastReads([machine(node1)], last)).toThrow('the last read of r1 at quorum');
    checkLastReads([machine(node1, { state: 'refused' })], last);
  });

  test('does not wait for who was removed and knows nobody that could tell it', () => {
    const control = {
      ...replica([]),
      machine: { kind: 'control', control: { row: { members: [memberOf(node1)] } as never } },
    } as const;
    const replicaOf = (number: number) => (number === 0 ? control : undefined);
    const member = machine(node1, { node: { replica: replicaOf } as never });
    const told = machine(node2, { isMember: false, membersAtStart: [memberOf(node1)] });
    const lonely = machine(node3, { isMember: false, membersAtStart: [memberOf(node3)] });
    const machines = [member, told, lonely];
    expect(presentIn({ machines, partitions: 1 })).toEqual([member, told]);
  });
});
