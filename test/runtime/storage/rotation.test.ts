// Segments come and go: what is not an entry moves along, what is still needed stays, and a
// rotation that a crash or a full disk interrupts loses nothing.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { logIndex } from '../../../src/core/model/ids.ts';
import type { LogRecord, Recovered } from '../../../src/core/model/records.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import {
  entriesBetween,
  entriesRecord,
  entry,
  groupIn,
  hardState,
  one,
  persistBatch,
  point,
  shape,
  stateBatch,
  tentative,
  tentativeDone,
  two,
} from '../../ports/storage-words.ts';
import { FileHarness } from './file-harness.ts';

describe('rotation of the log', () => {
  let harness: FileHarness;
  let storage: Storage;

  beforeEach(async () => {
    harness = await FileHarness.make(1024);
    storage = await harness.open();
    await storage.recover();
  });
  afterEach(() => harness.close());

  const persist = (...records: LogRecord[]): Promise<void> =>
    storage.persist(persistBatch(1, records));
  const reopen = async (): Promise<Recovered> => {
    await harness.crash();
    storage = await harness.open();
    return storage.recover();
  };
  const segments = (): string[] =>
    readdirSync(join(harness.directory, 'wal')).filter((name) => name.endsWith('.log'));
  const saveAndRelease = async (index: number): Promise<void> => {
    await storage.saveState(stateBatch({ group: one, point: point(index), rows: [], sync: true }));
    await storage.release(new Map([[one, logIndex(index)]]));
  };

  test('hard states and tentative writes outlive every segment that they were written in', async () => {
    await persist(hardState(two, 7, 'node3'), tentative(two, 1), tentative(two, 2));
    for (let index = 1; index <= 60; index++) {
      await persist(entriesRecord(one, [entry(index)]));
      if (index === 30) await persist(tentativeDone(two, 1));
      if (index % 10 === 0) await saveAndRelease(index);
    }
    expect(segments()).not.toContain('00000001.log');
    expect(segments().length).toBeLessThan(6);
    const found = groupIn(await reopen(), two);
    expect(found.hardState).toEqual({ term: 7, votedFor: 'node3' });
    expect(found.tentative.map(({ dot }) => dot.counter)).toEqual([2]);
  });

  test('a block larger than a segment gets a segment of its size', async () => {
    await persist(entriesRecord(one, entriesBetween(1, 200)));
    await persist(entriesRecord(one, [entry(201)]));
    expect(groupIn(await reopen(), one).entries).toHaveLength(201);
  });

  test('a replaced suffix does not keep its segment', async () => {
    await persist(entriesRecord(one, entriesBetween(1, 40)));
    const oldest = segments().at(-1);
    for (let index = 6; index <= 30; index++) await persist(entriesRecord(one, [entry(index, 2)]));
    await saveAndRelease(5);
    expect(segments()).not.toContain(oldest);
    expect(shape(groupIn(await reopen(), one).entries)).toMatch(/^6\.2 .*30\.2$/);
  });

  test('until the first block of a new segment is there, the old ones stay', async () => {
    await persist(hardState(two, 9, 'node1'));
    await persist(entriesRecord(one, entriesBetween(1, 8)));
    await storage.saveState(stateBatch({ group: one, point: point(8), rows: [], sync: true }));
    const before = segments().length;
    harness.hold();
    persist(entriesRecord(one, entriesBetween(9, 40))).catch(() => undefined);
    await harness.untilLogWaits();
    expect(segments()).toHaveLength(before + 1);
    await storage.release(new Map([[one, logIndex(8)]]));
    const recovered = await reopen();
    expect(groupIn(recovered, two).hardState).toEqual({ term: 9, votedFor: 'node1' });

    // The empty segment that the crash left takes the checkpoint with its first block.
    await persist(entriesRecord(one, [entry(9)]));
    await storage.release(new Map([[one, logIndex(8)]]));
    expect(segments()).toHaveLength(1);
    expect(groupIn(await reopen(), two).hardState).toEqual({ term: 9, votedFor: 'node1' });
  });

  test('more than the host has saved is never dropped, whatever it releases', async () => {
    for (let index = 1; index <= 40; index++) await persist(entriesRecord(one, [entry(index)]));
    await storage.release(new Map([[one, logIndex(40)]]));
    expect(groupIn(await reopen(), one).entries).toHaveLength(40);
  });

  test('a spare that could not be made fails the rotation that needs it, and nothing before', async () => {
    // The spare in hand is used up first: the next one is what the broken disk refuses.
    harness.breakCreation('ENOSPC');
    let written = 0;
    let failure: unknown = null;
    while (failure === null && written < 200) {
      await persist(entriesRecord(one, [entry(written + 1)])).catch((error: unknown) => {
        failure = error;
      });
      if (failure === null) written++;
    }
    expect(failure).toMatchObject({ code: 'disk-full' });
    expect(written).toBeGreaterThan(5);
    await expect(persist(hardState(one, 2, null))).rejects.toBe(failure);
    expect(groupIn(await reopen(), one).entries).toHaveLength(written);
  });
});
