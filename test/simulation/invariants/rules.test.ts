// Rules whose breach does harm only later and seldom: commit by counting, CheckQuorum, purging of
// tombstones, merges that leave no trace. Each speaks when it is broken, and is silent when it is
// kept.

import { describe, expect, test } from 'vitest';
import { emptyVector, withDot } from '../../../src/core/clocks/vector.ts';
import type { Ready } from '../../../src/core/contract.ts';
import type { Command } from '../../../src/core/model/command.ts';
import type { Configuration, Entry } from '../../../src/core/model/entry.ts';
import { incarnation, logIndex, type NodeId } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import type { ItemRow, RemovedRow, StateRow } from '../../../src/core/model/state.ts';
import type { Node } from '../../../src/core/node.ts';
import { Commits } from '../../../src/simulation/invariants/commits.ts';
import { Configurations } from '../../../src/simulation/invariants/configurations.ts';
import { MergesHeard } from '../../../src/simulation/invariants/merges-heard.ts';
import { OwnTermCommits } from '../../../src/simulation/invariants/own-term-commits.ts';
import { QuorumChecked } from '../../../src/simulation/invariants/quorum-checked.ts';
import { TombstonesKept } from '../../../src/simulation/invariants/tombstones-kept.ts';
import {
  entry,
  group,
  heartbeat,
  item,
  machine,
  node1,
  node2,
  node3,
  ready,
  replica,
  tentative,
  view,
} from './planted.ts';

describe('a leader commits by counting only entries of its own term (§5.4.2)', () => {
  const led = (commit: number) => view({ role: 'leader', term: 3, last: 3, commit });
  const log = replica([1, 2, 3]);

  test('a commit index that rests on an older entry is a violation', () => {
    const change = { before: led(1), now: led(2) };
    expect(() => new OwnTermCommits().onView(machine(node1), log, change)).toThrow(
      'leader of term 3, committed up to index 2, which is of term 2',
    );
  });

  test('older entries before one of its own, and what a follower learns, are right', () => {
    const invariant = new OwnTermCommits();
    invariant.onView(machine(node1), log, { before: led(1), now: led(3) });
    const follower = { before: view({ term: 3, commit: 1 }), now: view({ term: 3, commit: 2 }) };
    invariant.onView(machine(node1), log, follower);
  });
});

describe('a leader that no majority answers steps down (thesis, §6.2)', () => {
  const raft = { isLeader: true, isQuiet: false };
  const node = { replica: () => ({ raft }) } as unknown as Node;
  const leader = machine(node1, { node });
  const tick = { kind: 'tick', ticks: 1, wallMs: 0 } as const;
  const answer = (from: NodeId) =>
    ({
      kind: 'message',
      from,
      message: { kind: 'group', group, message: heartbeat(3) },
    }) as const;

  function reign(answers: (tick: number) => NodeId | null): QuorumChecked {
    const invariant = new QuorumChecked();
    const now = view({ role: 'leader', term: 3 });
    invariant.onView(leader, replica([]), { before: null, now });
    for (let at = 0; at <= 3 * limits.electionTicksMax; at++) {
      const from = answers(at);
      if (from !== null) invariant.onInput(leader, answer(from));
      invariant.onInput(leader, tick);
    }
    return invariant;
  }

  test('a leader in a silent world is a violation', () => {
    expect(() => reign((at) => (at < 10 ? node2 : null))).toThrow(
      'node1 still leads term 3, although for 120 ticks only node1 of node1, node2, node3',
    );
  });

  test('a leader that one of two others answers is right', () => {
    reign((at) => (at % 40 === 0 ? node3 : null));
  });

  test('who was silent for long and is needed by a new configuration has its patience from then', () => {
    const invariant = reign((at) => (at % 40 === 0 ? node3 : null));
    const configuration = { voters: [node1, node2], votersOutgoing: [node1, node2, node3] };
    const now = view({ role: 'leader', term: 3, configuration });
    const before = view({ role: 'leader', term: 3 });
    const pass = (ticks: number): void => {
      for (let at = 0; at < ticks; at++) {
        if (at % 40 === 0) invariant.onInput(leader, answer(node3));
        invariant.onInput(leader, tick);
        invariant.onView(leader, replica([]), { before, now });
      }
    };
    invariant.onView(leader, replica([]), { before, now });
    pass(2 * limits.electionTicksMax - 1);
    expect(() => pass(1)).toThrow('only node1 of node1, node2 spoke');
  });

  test('a quiet leader is right', () => {
    raft.isQuiet = true;
    reign(() => null);
    raft.isQuiet = false;
  });
});

describe('no `one` write is lost in silence (DESIGN 8)', () => {
  const log = [
    entry({ index: 1 }),
    entry({ index: 2, command: { kind: 'merge', write: tentative(1) } }),
  ];
  const change = { before: view({ commit: 1 }), now: view({ commit: 2 }) };

  function merged(stays: ItemRow): void {
    const commits = new Commits();
    const seen = replica(log, { view: change.now, items: [stays] });
    commits.onView(machine(node1), seen, { before: null, now: change.now });
    new MergesHeard(commits).onView(machine(node1), seen, change);
  }

  test('an older value that stays and does not know the merge is a violation', () => {
    expect(() => merged(item('k', 1))).toThrow(
      'merged node1#1:1 of k at index 2, but the older value of index 1 stays',
    );
  });

  test('the new value, a newer one, and one that knows the merge, are right', () => {
    const [older, newer] = [item('k', 1), item('k', 1)];
    merged(item('k', 2));
    merged({ ...newer, version: { ...newer.version, hlc: { wallMs: 8, logical: 0 } } });
    merged({
      ...older,
      version: { ...older.version, vector: withDot(emptyVector, tentative(1).dot) },
    });
  });
});

describe('a tombstone stays until every replica has passed it (DESIGN 8)', () => {
  const watermark = (node: NodeId): Command => ({
    kind: 'watermark',
    node,
    incarnation: incarnation(1),
    index: logIndex(7),
  });
  const members = (voters: readonly NodeId[]): Configuration => ({
    voters,
    votersOutgoing: [],
    learners: [],
  });

  /** The tombstone stands at 7, what follows from 8 on; then it is gone. */
  function purged(log: readonly (Command | Configuration)[]): void {
    const entries = log.map((each, at): Entry => {
      if ('kind' in each) return entry({ index: 8 + at, command: each });
      const payload = { kind: 'configuration', configuration: each } as const;
      return { ...entry({ index: 8 + at }), payload };
    });
    const commits = new Commits();
    const configurations = new Configurations(commits);
    const invariant = new TombstonesKept(commits, configurations);
    const now = view({ commit: 7 + log.length });
    for (const each of [configurations, commits]) {
      each.onView(machine(node1), replica([]), { before: null, now: view({}) });
      each.onView(machine(node1), replica(entries), { before: view({}), now });
    }
    invariant.onReady(machine(node1), saved(7, { rows: [{ ...item('k', 7), value: null }] }));
    const removed = [{ kind: 'item', key: 'k' }] as const;
    invariant.onReady(machine(node1), saved(7 + log.length, { removed }));
  }

  test('a purge that one replica has not agreed to is a violation', () => {
    expect(() => purged([watermark(node1), watermark(node2)])).toThrow(
      'node1 purged the tombstone of k at index 7, which node3 had not passed',
    );
  });

  test('a purge that all have agreed to is right, also when one joins again before it is saved', () => {
    const all = [node1, node2, node3];
    purged(all.map(watermark));
    purged([...all.map(watermark), members([node1, node2]), members(all)]);
  });

  test('who has left is waited for until it is released, and who joins again has said nothing', () => {
    const left = [watermark(node1), watermark(node2), members([node1, node2])];
    expect(() => purged(left)).toThrow('which node3 had not passed');
    purged([...left, { kind: 'owner-released', node: node3 }]);
    const back = members([node1, node2, node3]);
    expect(() =>
      purged([watermark(node1), watermark(node3), members([node1, node2]), back, watermark(node2)]),
    ).toThrow('which node3 had not passed');
  });
});

function saved(
  index: number,
  change: { rows?: readonly StateRow[]; removed?: readonly RemovedRow[] },
): Ready {
  const { rows = [], removed = [] } = change;
  const { configuration } = view({});
  const point = { index: logIndex(index), term: view({}).term, configuration };
  const changes = [{ group, point, clear: false, rows, removed }];
  return { ...ready({}), state: { number: 1, sync: false, changes } };
}
