// Members come and go: a planted violation of each promise makes its invariant speak, and what is
// right leaves it silent.

import { describe, expect, test } from 'vitest';
import type { Ready } from '../../../src/core/contract.ts';
import type { ControlRow } from '../../../src/core/model/control-row.ts';
import type { Configuration, Entry } from '../../../src/core/model/entry.ts';
import { groupId, logIndex, type NodeId, nodeId } from '../../../src/core/model/ids.ts';
import { memberOf, storageOf } from '../../../src/simulation/cluster.ts';
import { AddressBooks } from '../../../src/simulation/invariants/address-books.ts';
import { Commits } from '../../../src/simulation/invariants/commits.ts';
import { Configurations } from '../../../src/simulation/invariants/configurations.ts';
import { Disks } from '../../../src/simulation/invariants/disks.ts';
import { DropsInTruth } from '../../../src/simulation/invariants/drops-in-truth.ts';
import { DurableBeforeSent } from '../../../src/simulation/invariants/durable-before-sent.ts';
import { ElectedByVoters } from '../../../src/simulation/invariants/elected-by-voters.ts';
import { OneChange } from '../../../src/simulation/invariants/one-change.ts';
import { RecoveryKeeps } from '../../../src/simulation/invariants/recovery-keeps.ts';
import { Removals } from '../../../src/simulation/invariants/removals.ts';
import { Seats } from '../../../src/simulation/invariants/seats.ts';
import { TrueReports } from '../../../src/simulation/invariants/true-reports.ts';
import type { ReplicaView } from '../../../src/simulation/invariants/watch.ts';
import {
  entriesRecord,
  entry,
  group,
  hardState,
  machine,
  node1,
  node2,
  node3,
  ready,
  recovered,
  replica,
  tentative,
  view,
  vote,
} from './planted.ts';

const node4 = nodeId('node4');
const voters = [node1, node2, node3];

function named(some: Partial<Configuration>): Configuration {
  return { voters, votersOutgoing: [], learners: [], ...some };
}

function change(index: number, some: Partial<Configuration>): Entry {
  const payload = { kind: 'configuration', configuration: named(some) } as const;
  return { ...entry({ index }), payload };
}

/** node1 leads term 1 with these entries, committed up to an index, and writes the last one now. */
function writes(log: readonly Entry[], options: { commit: number; held?: number }): void {
  const [commits, disks] = [new Commits(), new Disks()];
  const configurations = new Configurations(commits);
  const invariant = new OneChange(commits, configurations, disks);
  const now = view({ role: 'leader', last: log.length, commit: options.commit });
  const seen = replica(log, { view: now });
  const leader = machine(node1, { node: { replica: () => seen } as never });
  const birth = { before: null, now: view({}) };
  configurations.onView(leader, replica([]), birth);
  for (const each of [configurations, commits]) {
    if ('onReady' in each)
      each.onReady(leader, ready({ records: [entriesRecord(...log.slice(0, -1))] }));
    each.onView(leader, seen, { before: view({}), now });
  }
  disks.onReady(machine(node4), ready({ records: [entriesRecord(...log.slice(0, options.held))] }));
  disks.onInput(machine(node4), { kind: 'persisted', number: 1 });
  invariant.onReady(leader, ready({ records: [entriesRecord(...log.slice(-1))] }));
}

describe('configurations change one at a time (thesis, chapter 4)', () => {
  const learner = change(1, { learners: [node4] });

  test('a second one before the first is committed is a violation', () => {
    const second = change(2, { voters: [...voters, node4] });
    expect(() => writes([learner, second], { commit: 0 })).toThrow(
      'while the one at 1 was not committed',
    );
    writes([learner, second], { commit: 1 });
  });

  test('two voters more or less need a joint configuration', () => {
    const swapped = change(2, { voters: [node1, node2, node4] });
    expect(() => writes([learner, swapped], { commit: 1 })).toThrow('majorities may not meet');
    const joint = change(2, { voters: [node1, node2, node4], votersOutgoing: voters });
    writes([learner, joint], { commit: 1 });
    const left = change(3, { voters: [node1, node2, node4] });
    writes([learner, joint, left], { commit: 2 });
    const another = change(3, { voters: [node1, node4] });
    expect(() => writes([learner, joint, another], { commit: 2 })).toThrow('may not meet');
  });

  test('who votes was a learner, and held durably the entry that says so', () => {
    const stranger = change(1, { voters: [...voters, node4] });
    expect(() => writes([stranger], { commit: 0 })).toThrow('node4 votes that was no learner');
    const promoted = change(2, { voters: [...voters, node4] });
    expect(() => writes([learner, promoted], { commit: 1, held: 0 })).toThrow(
      'node4 votes that has the log up to 0 only',
    );
  });
});

describe('who leads was elected by voters', () => {
  const removals = {
    isRemoved: (storage: string) => storage === storageOf(node3),
  } as unknown as Removals;

  function elects(yes: readonly NodeId[], configuration: Partial<Configuration>): void {
    const commits = new Commits();
    const configurations = new Configurations(commits);
    const seats = new Seats(configurations, new Disks());
    const invariant = new ElectedByVoters({ configurations, seats, removals });
    const birth = view({ configuration });
    configurations.onView(machine(node1), replica([]), { before: null, now: birth });
    for (const name of yes) {
      invariant.onReady(machine(name), ready({ sent: [[node1, vote({ term: 2 })]] }));
    }
    const before = view({ role: 'candidate', term: 2, configuration });
    const now = view({ role: 'leader', term: 2, configuration });
    invariant.onView(machine(node1), replica([]), { before, now });
  }

  test('a majority of them, of every set', () => {
    elects([node2], {});
    elects([node2], { voters: [node1, node2], votersOutgoing: [node1, node2, node4] });
    expect(() => elects([], {})).toThrow('only node1 of node1, node2, node3 voted for it');
    expect(() => elects([node2], { votersOutgoing: [node3, node4] })).toThrow('only nobody of');
  });

  test('a learner, a removed disk, and a candidate that is no voter do not count', () => {
    const learners = { voters: [node1, node2], learners: [node4] };
    expect(() => elects([node4], learners)).toThrow('only node1 of node1, node2');
    expect(() => elects([node3], {})).toThrow('only node1 of');
    expect(() => elects([node2], { voters: [node2, node3, node4] })).toThrow('only node2 of');
  });
});

describe('a member is released when its groups have let go of it', () => {
  const row = (some: Partial<ControlRow>): ReplicaView => ({
    ...replica([]),
    group: groupId(0),
    appliedIndex: logIndex(5),
    machine: {
      kind: 'control',
      control: {
        row: { members: [memberOf(node3)], departures: [], removed: [], ...some } as never,
      },
    },
  });
  const nothing = { before: null, now: view({}) };

  function removalsAfter(log: readonly Entry[]): Removals {
    const commits = new Commits();
    const configurations = new Configurations(commits);
    configurations.onView(machine(node1), replica([]), nothing);
    const now = view({ commit: log.length });
    commits.onView(machine(node1), replica(log, { view: now }), { before: view({}), now });
    return new Removals(configurations, 1);
  }

  test('a group whose committed configuration has it has not', () => {
    const departures = [{ node: node3, how: 'leaving', epoch: 2, groups: [groupId(0)] }] as const;
    expect(() => removalsAfter([]).onView(machine(node1), row({ departures }), nothing)).toThrow(
      'group 1: node1 has applied that node3 is released',
    );
    const removals = removalsAfter([change(1, { voters: [node1, node2] })]);
    removals.onView(machine(node1), row({ departures }), nothing);
    expect(removals.wasCalledLost(storageOf(node3))).toBe(false);
  });

  test('who was called lost, and who was removed, is remembered', () => {
    const removals = removalsAfter([change(1, { voters: [node1, node2] })]);
    const departures = [{ node: node3, how: 'lost', epoch: 2, groups: [groupId(0)] }] as const;
    removals.onView(machine(node1), row({ departures }), nothing);
    expect(removals.wasCalledLost(storageOf(node3))).toBe(true);
    const later = {
      ...row({ removed: [memberOf(node3)], members: [] }),
      appliedIndex: logIndex(6),
    };
    removals.onView(machine(node1), later, nothing);
    expect(removals.isRemoved(storageOf(node3))).toBe(true);
  });
});

describe('a group is reported to have let go of a member', () => {
  const report = { kind: 'report-released', node: node3, groups: [group], epoch: 5 } as const;
  const departures = [{ node: node3, how: 'leaving', epoch: 5, groups: [group] }];
  const control = (role: 'leader' | 'follower'): ReplicaView => ({
    ...replica([], { view: view({ role }) }),
    machine: { kind: 'control', control: { row: { departures } as never } },
  });
  const without = change(1, { voters: [node1, node2], epoch: 5 });

  function says(log: readonly Entry[], options: { commit: number; said: Partial<Ready> }): void {
    const commits = new Commits();
    const configurations = new Configurations(commits);
    configurations.onView(machine(node1), replica([]), { before: null, now: view({}) });
    const now = view({ role: 'leader', last: log.length, commit: options.commit });
    commits.onView(machine(node1), replica(log, { view: now }), { before: view({}), now });
    const reporter = machine(node1, { node: { replica: () => control('leader') } as never });
    new TrueReports(configurations).onReady(reporter, { ...ready({}), ...options.said });
  }

  const sent = {
    messages: [{ to: node2, lane: 'raft', message: report }],
  } satisfies Partial<Ready>;

  test('when the configuration without it is committed, not when it is written', () => {
    says([without], { commit: 1, said: sent });
    expect(() => says([without], { commit: 0, said: sent })).toThrow(
      'group 1: node1 says that node3 is released',
    );
    const written = {
      ...entry({ index: 1 }),
      payload: {
        kind: 'command',
        command: { kind: 'groups-released', node: node3, groups: [group] },
      },
    } as const;
    const records = [{ kind: 'entries', group: groupId(0), entries: [written] }] as const;
    const itself = { persist: ready({ records }).persist };
    says([without], { commit: 1, said: itself });
    expect(() => says([without], { commit: 0, said: itself })).toThrow('is released');
  });

  test('and not for a configuration of before it departed', () => {
    const older = change(1, { voters: [node1, node2], epoch: 4 });
    expect(() => says([older], { commit: 1, said: sent })).toThrow('since it departs (epoch 5)');
  });
});

describe('a dropped replica', () => {
  const dropped = (life: number): Ready => {
    const promise = recovered({ term: 3, votedFor: node2 }).hardState;
    const drop = { group, life, hardState: promise };
    const { persist, ...others } = ready({ records: [{ kind: 'group-dropped', ...drop }] });
    return { ...others, persist: persist && { ...persist, drops: [drop] } };
  };
  const holding = (): Disks => {
    const disks = new Disks();
    const write = { kind: 'tentative', group, write: tentative(1) } as const;
    const records = [hardState(3, node2), entriesRecord(entry({ index: 1, term: 3 })), write];
    disks.onReady(machine(node1), ready({ records }));
    disks.onInput(machine(node1), { kind: 'persisted', number: 1 });
    return disks;
  };
  const found = (some: Parameters<typeof recovered>[0]) => ({ groups: [recovered(some)] });

  test('is forgotten but for its promises, from the moment the engine knows', () => {
    const disks = holding();
    const keeps = new RecoveryKeeps(disks);
    const kept = { term: 3, votedFor: node2 };
    expect(() => keeps.onBirth(machine(node1), found(kept))).toThrow('made durable index 1');
    disks.onReady(machine(node1), dropped(1));
    keeps.onBirth(machine(node1), found({ ...kept, life: 1 }));
    expect(() => keeps.onBirth(machine(node1), found({ life: 1 }))).toThrow('made durable');
    disks.onInput(machine(node1), { kind: 'persisted', number: 1 });
    expect(() => keeps.onBirth(machine(node1), found(kept))).toThrow('life 1, found 0');
  });

  test('holds no entry any more that a commit could rest on', () => {
    const [disks, commits] = [new Disks(), new Commits()];
    const configurations = new Configurations(commits);
    configurations.onView(machine(node1), replica([]), { before: null, now: view({}) });
    const seats = new Seats(configurations, disks);
    new DurableBeforeSent({ disks, commits, configurations, seats });
    const records = [entriesRecord(entry({ index: 1 }))];
    for (const name of [node1, node2]) {
      disks.onReady(machine(name), ready({ records }));
      disks.onInput(machine(name), { kind: 'persisted', number: 1 });
    }
    disks.onReady(machine(node2), dropped(1));
    disks.onInput(machine(node2), { kind: 'persisted', number: 1 });
    const now = view({ role: 'leader', commit: 1 });
    const seen = replica([entry({ index: 1 })], { view: now });
    expect(() => commits.onView(machine(node1), seen, { before: view({}), now })).toThrow(
      'which only node1 of node1, node2, node3 had made durable',
    );
  });
});

describe('a replica is dropped', () => {
  interface Life {
    readonly committed: readonly Entry[];
    /** Where configurations stand in its log, in turn: that name it, and that do not. */
    readonly seen: number;
    readonly excludedAt?: number;
  }

  /** The birth names three. `name` has seen configurations, and drops its replica. */
  function drops(name: NodeId, options: Life): void {
    const commits = new Commits();
    const configurations = new Configurations(commits);
    const invariant = new DropsInTruth(configurations);
    configurations.onView(machine(node1), replica([]), { before: null, now: view({}) });
    for (const { index, payload } of options.committed) {
      if (payload.kind !== 'configuration') throw new Error('a change was meant');
      configurations.committed(group).push({ index, configuration: payload.configuration });
    }
    const looks = (index: number, some: readonly NodeId[]): void => {
      const now = view({ configurationIndex: index, configuration: named({ voters: some }) });
      invariant.onView(machine(name), replica([]), { before: null, now });
    };
    looks(options.seen, [...voters, name]);
    if (options.excludedAt !== undefined) looks(options.excludedAt, [node2, node3]);
    const { hardState: promise } = recovered({});
    const { persist, ...others } = ready({ records: [] });
    const dropped = [{ group, life: 1, hardState: promise }];
    invariant.onReady(machine(name), {
      ...others,
      persist: persist && { ...persist, drops: dropped },
    });
  }
  const without = change(5, { voters: [node2, node3, node4] });

  test('when a configuration without its node is committed, behind the last that it has seen', () => {
    drops(node1, { seen: 4, committed: [without] });
    expect(() => drops(node1, { seen: 6, committed: [without] })).toThrow('at 6 or after');
    expect(() => drops(node4, { seen: 5, committed: [without] })).toThrow('at 5 or after');
  });

  test('when its log begins with state that is behind the configuration without it', () => {
    drops(node1, { seen: 4, excludedAt: 7, committed: [without] });
    expect(() => drops(node1, { seen: 6, excludedAt: 7, committed: [without] })).toThrow('at 6');
  });

  test('and when it never began: only a leader that was deposed wanted it', () => {
    drops(node4, { seen: 0, committed: [] });
    expect(() => drops(node1, { seen: 0, committed: [] })).toThrow('at 0 or after');
    expect(() => drops(node4, { seen: 2, committed: [] })).toThrow('at 2 or after');
  });
});

test('an address book is the last one that its node told its host', () => {
  const books = new AddressBooks();
  expect(books.of(machine(node1))).toBeNull();
  const addressBook = { members: [memberOf(node1), memberOf(node4)], removed: [] };
  books.onReady(machine(node1), { ...ready({}), addressBook });
  expect(books.of(machine(node1))).toEqual([storageOf(node1), storageOf(node4)]);
  books.onBirth(machine(node1));
  expect(books.of(machine(node1))).toBeNull();
});
