// What is promised is durable first, and what was durable is found again: each speaks when it is
// broken, and is silent when it is kept.

import { describe, expect, test } from 'vitest';
import type { LogRecord } from '../../../src/core/model/records.ts';
import { Commits } from '../../../src/simulation/invariants/commits.ts';
import { Configurations } from '../../../src/simulation/invariants/configurations.ts';
import { Disks } from '../../../src/simulation/invariants/disks.ts';
import { DurableBeforeSent } from '../../../src/simulation/invariants/durable-before-sent.ts';
import { RecoveryKeeps } from '../../../src/simulation/invariants/recovery-keeps.ts';
import { Seats } from '../../../src/simulation/invariants/seats.ts';
import {
  appended,
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

const persisted = { kind: 'persisted', number: 1 } as const;

function diskOf(records: readonly LogRecord[], options: { durable: boolean }) {
  const disks = new Disks();
  const commits = new Commits();
  const configurations = new Configurations(commits);
  const seats = new Seats(configurations, disks);
  const sends = new DurableBeforeSent({ disks, commits, configurations, seats });
  configurations.onView(machine(node1), replica([]), { before: null, now: view({}) });
  disks.onReady(machine(node1), ready({ records }));
  if (options.durable) disks.onInput(machine(node1), persisted);
  return { disks, commits, sends, keeps: new RecoveryKeeps(disks) };
}

describe('messages wait for what they promise (figure 2)', () => {
  const promises = [
    ['vote', [hardState(2, node2)], vote({ term: 2 }), 'term 2'],
    ['appended', [entriesRecord(entry({ index: 1 }))], appended(0, 1), 'index 1'],
  ] as const;

  test.each(promises)(
    '%s before its records are durable is a violation',
    (_, records, sent, what) => {
      const { sends } = diskOf(records, { durable: false });
      expect(() => sends.onReady(machine(node1), ready({ sent: [[node2, sent]] }))).toThrow(
        `before ${what} was durable`,
      );
    },
  );

  test.each(promises)('%s after its records are durable is right', (_, records, sent) => {
    const { sends } = diskOf(records, { durable: true });
    sends.onReady(machine(node1), ready({ sent: [[node2, sent]] }));
  });

  test('a vote for another than the durable one is a violation; a poll promises nothing', () => {
    const { sends } = diskOf([hardState(2, node2)], { durable: true });
    expect(() =>
      sends.onReady(machine(node1), ready({ sent: [[node3, vote({ term: 2 })]] })),
    ).toThrow('before its vote in term 2 was durable');
    sends.onReady(machine(node1), ready({ sent: [[node3, vote({ term: 9, pre: true })]] }));
  });

  test('a commit that no majority of disks holds is a violation', () => {
    const { commits } = diskOf([entriesRecord(entry({ index: 1 }))], { durable: true });
    const change = { before: null, now: view({ commit: 1 }) };
    expect(() => commits.onView(machine(node1), replica([1]), change)).toThrow(
      'which only node1 of node1, node2, node3 had made durable',
    );
  });

  test('a commit that a majority of disks holds is right', () => {
    const { commits, disks } = diskOf([entriesRecord(entry({ index: 1 }))], { durable: true });
    disks.onReady(machine(node2), ready({ records: [entriesRecord(entry({ index: 1 }))] }));
    disks.onInput(machine(node2), persisted);
    commits.onView(machine(node1), replica([1]), { before: null, now: view({ commit: 1 }) });
  });
});

describe('what was durable is found again (DESIGN 13)', () => {
  const records: readonly LogRecord[] = [
    hardState(2, node2),
    entriesRecord(entry({ index: 1 }), entry({ index: 2, term: 2 })),
    { kind: 'tentative', group, write: tentative(1) },
  ];
  const all = {
    term: 2,
    votedFor: node2,
    entries: [entry({ index: 1 }), entry({ index: 2, term: 2 })],
    tentative: [tentative(1)],
  };
  const losses = [
    ['term', { ...all, term: 1 }, 'term 2, found 1'],
    ['vote', { ...all, votedFor: null }, 'the vote for node2 in term 2, found none'],
    ['entry', { ...all, entries: [entry({ index: 1 })] }, 'index 2 of term 2, found none'],
    ['one', { ...all, tentative: [] }, 'the `one` write node1#1:1 of k, found nothing'],
  ] as const;

  test.each(losses)('a lost %s is a violation', (_, found, why) => {
    const { keeps } = diskOf(records, { durable: true });
    expect(() => keeps.onBirth(machine(node1), { groups: [recovered(found)] })).toThrow(why);
  });

  test('everything found is right; so is nothing, when nothing was durable yet', () => {
    diskOf(records, { durable: true }).keeps.onBirth(machine(node1), { groups: [recovered(all)] });
    diskOf(records, { durable: false }).keeps.onBirth(machine(node1), { groups: [recovered({})] });
    diskOf(records, { durable: false }).keeps.onBirth(machine(node1), { groups: [recovered(all)] });
  });

  test('entries that the found state covers need not be in the log', () => {
    const { keeps } = diskOf(records, { durable: true });
    const groups = [recovered({ ...all, entries: [], start: 2, point: 2 })];
    keeps.onBirth(machine(node1), { groups });
  });

  test('a start on a disk that lost what it promised is a violation', () => {
    const { keeps } = diskOf([], { durable: true });
    expect(() => keeps.onBirth(machine(node1, { diskSurvived: false }), { groups: [] })).toThrow(
      'although its disk had lost what it had promised',
    );
  });

  test('a refused start is a violation, unless something happened to the disk', () => {
    const { keeps } = diskOf([], { durable: true });
    const refusal = 'storage-corrupt';
    expect(() => keeps.onRefused(machine(node1, { refusal }))).toThrow(
      'node1 was refused (storage-corrupt), although nothing happened to its disk',
    );
    keeps.onRefused(machine(node1, { refusal, diskSurvived: false }));
    keeps.onRefused(machine(node1, { refusal: 'disk-full' }));
  });
});
