// What every storage promises (src/ports/storage.ts), as one suite. It runs on the real storage and
// on the one in memory; a harness tells them apart only in how things get moving and how the power
// goes.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { groupId, logIndex } from '../../src/core/model/ids.ts';
import type { Recovered } from '../../src/core/model/records.ts';
import type { Storage } from '../../src/ports/storage.ts';
import { dropContract } from './storage-drops.contract.ts';
import { StorageStory } from './storage-story.ts';
import {
  entriesBetween,
  entriesRecord,
  entry,
  groupIn,
  hardState,
  logStart,
  one,
  persistBatch,
  point,
  rowOf,
  rowsOf,
  shape,
  snapshotOf,
  stateBatch,
  tentative,
  tentativeDone,
  tentativeWrite,
  two,
} from './storage-words.ts';

const stories = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

export interface StorageHarness {
  /** Opens the disk as it is now. */
  open(): Promise<Storage>;
  /** From now on writes of the log wait. */
  hold(): void;
  /** Resolves when a write of the log waits. */
  untilLogWaits(): Promise<void>;
  /** Lets exactly one waiting write of the log through. */
  step(): Promise<void>;
  /** Moves everything until the promise settles. */
  run<Value>(work: Promise<Value>): Promise<Value>;
  /** Blocks that the log wrote since the last `hold`. */
  readonly logWrites: number;
  /** From now on every write of the log fails. */
  breakDisk(code: 'disk-full' | 'disk-failed'): void;
  /** The power goes. What waits is lost; `open` then shows what survived, on a healthy disk. */
  crash(): Promise<void>;
  close(): Promise<void>;
}

export function storageContract(name: string, make: () => Promise<StorageHarness>): void {
  describe(`storage contract: ${name}`, () => {
    let harness: StorageHarness;
    let storage: Storage;

    beforeEach(async () => {
      harness = await make();
      storage = await harness.open();
    });
    afterEach(() => harness.close());

    const recover = (): Promise<Recovered> => harness.run(storage.recover());
    const reopen = async (): Promise<Recovered> => {
      await harness.crash();
      storage = await harness.open();
      return recover();
    };
    const persist = (...batch: Parameters<typeof persistBatch>): Promise<void> =>
      harness.run(storage.persist(persistBatch(...batch)));
    const save = (...batch: Parameters<typeof stateBatch>): Promise<void> =>
      harness.run(storage.saveState(stateBatch(...batch)));
    const release = (index: number, group = one): Promise<void> =>
      harness.run(storage.release(new Map([[group, logIndex(index)]])));

    test('an empty disk has no groups', async () => {
      expect(await recover()).toEqual({ groups: [] });
      expect(await reopen()).toEqual({ groups: [] });
    });

    test('what was persisted is there after a crash, group by group', async () => {
      await recover();
      await persist(1, [
        hardState(one, 2, 'node3'),
        entriesRecord(one, entriesBetween(1, 3)),
        entriesRecord(two, [entry(1, 7)]),
        tentative(two, 4),
      ]);
      const recovered = await reopen();
      expect(recovered.groups.map(({ group }) => group)).toEqual([1, 2]);
      const first = groupIn(recovered, one);
      expect(first.entries).toEqual(entriesBetween(1, 3));
      expect(first).toMatchObject({ start: { index: 0, term: 0 }, point: null, rows: [] });
      expect(first.hardState).toEqual({ term: 2, votedFor: 'node3' });
      const second = groupIn(recovered, two);
      expect(shape(second.entries)).toBe('1.7');
      expect(second.tentative).toEqual([tentativeWrite(4)]);
    });

    test('a batch is acknowledged after everything before it, and what is not may be lost', async () => {
      await recover();
      harness.hold();
      const done: number[] = [];
      const writes = [1, 2].map((number) => {
        const batch = persistBatch(number, [entriesRecord(one, [entry(number)])]);
        return storage.persist(batch).then(() => done.push(number));
      });
      for (const write of writes) write.catch(() => undefined);
      await harness.untilLogWaits();
      expect(done).toEqual([]);
      await harness.step();
      await writes[0];
      expect(done).toEqual([1]);
      expect(shape(groupIn(await reopen(), one).entries)).toBe('1.1');
    });

    test('batches that come while a write is under way go out together in one', async () => {
      await recover();
      harness.hold();
      const writes = Array.from({ length: 10 }, (_, i) =>
        storage.persist(persistBatch(i + 1, [entriesRecord(one, [entry(i + 1)])])),
      );
      await harness.untilLogWaits();
      await harness.run(Promise.all(writes));
      expect(harness.logWrites).toBe(2);
      expect(groupIn(await reopen(), one).entries).toEqual(entriesBetween(1, 10));
    });

    test('a batch without records waits for what is before it', async () => {
      await recover();
      await persist(1, []);
      const first = storage.persist(persistBatch(2, [entriesRecord(one, [entry(1)])]));
      await harness.run(Promise.all([first, storage.persist(persistBatch(3, []))]));
      expect(shape(groupIn(await reopen(), one).entries)).toBe('1.1');
    });

    test('entries replace what is at their index and after it', async () => {
      await recover();
      await persist(1, [entriesRecord(one, entriesBetween(1, 6))]);
      await persist(2, [entriesRecord(one, [entry(4, 2)])]);
      expect(shape(groupIn(await reopen(), one).entries)).toBe('1.1 2.1 3.1 4.2');
      await persist(3, [entriesRecord(one, entriesBetween(5, 6, 3))]);
      expect(shape(groupIn(await reopen(), one).entries)).toBe('1.1 2.1 3.1 4.2 5.3 6.3');
    });

    test('the latest hard state wins', async () => {
      await recover();
      await persist(1, [hardState(one, 1, 'node1'), hardState(one, 2, null)]);
      await persist(2, [hardState(one, 2, 'node2')]);
      expect(groupIn(await reopen(), one).hardState).toEqual({ term: 2, votedFor: 'node2' });
    });

    test('a tentative write stays until it is done', async () => {
      await recover();
      await persist(1, [tentative(one, 1), tentative(one, 2), tentative(two, 1)]);
      await persist(2, [tentativeDone(one, 1)]);
      const recovered = await reopen();
      expect(groupIn(recovered, one).tentative).toEqual([tentativeWrite(2)]);
      expect(groupIn(recovered, two).tentative).toEqual([tentativeWrite(1)]);
    });

    test('rows and their applied point come back together', async () => {
      await recover();
      const entries = entriesBetween(1, 7);
      await persist(1, [entriesRecord(one, entries)]);
      await save({ group: one, point: point(7), rows: rowsOf(entries), sync: true });
      const found = groupIn(await reopen(), one);
      expect(found.point).toEqual(point(7));
      expect(found.rows).toEqual(rowsOf(entries));
      expect(found.entries).toEqual(entries);
    });

    test('removed rows are gone, and clear drops every row of that group only', async () => {
      await recover();
      const entries = entriesBetween(1, 4);
      await persist(1, [entriesRecord(one, entries), entriesRecord(two, entries)]);
      await save({ group: one, point: point(4), rows: rowsOf(entries) });
      await save({ group: two, point: point(4), rows: rowsOf(entries) });
      await save({ group: one, point: point(4), rows: [], removed: ['key1'], sync: true });
      const kept = groupIn(await reopen(), one).rows.map((row) => row.kind === 'item' && row.key);
      expect(kept).toEqual(['key2', 'key3', 'key4']);
      await save({ group: one, point: point(4), rows: [rowOf(entry(3))], clear: true, sync: true });
      const recovered = await reopen();
      expect(groupIn(recovered, one).rows).toEqual([rowOf(entry(3))]);
      expect(groupIn(recovered, two).rows).toEqual(rowsOf(entries));
    });

    test('a state that has more than the log begins a new log at its point', async () => {
      await recover();
      await persist(1, [entriesRecord(one, entriesBetween(1, 3))]);
      await save({ group: one, point: point(9, 4), rows: [], sync: true });
      const found = groupIn(await reopen(), one);
      expect(found).toMatchObject({ start: { index: 9, term: 4 }, entries: [] });
      expect(found.hardState).toEqual({ term: 4, votedFor: null });
    });

    describe('installing a snapshot', () => {
      const old = entriesBetween(1, 8);
      const rows = rowsOf(entriesBetween(1, 20, 3));
      const snapshots = [{ group: one, snapshot: snapshotOf(point(20, 3), rows) }];
      const install = persistBatch(2, [logStart(one, 20, 3), hardState(one, 3, null)], snapshots);

      beforeEach(async () => {
        await recover();
        await persist(1, [entriesRecord(one, old), entriesRecord(two, old)]);
        await save({ group: one, point: point(4), rows: rowsOf(old.slice(0, 4)), sync: true });
      });

      test('a crash before it leaves the old state and log', async () => {
        const found = groupIn(await reopen(), one);
        expect(found.rows).toEqual(rowsOf(old.slice(0, 4)));
        expect(shape(found.entries)).toBe(shape(old));
      });

      test('a crash between state and log leaves the new state and no entries', async () => {
        harness.hold();
        storage.persist(install).catch(() => undefined);
        await harness.untilLogWaits();
        const recovered = await reopen();
        const found = groupIn(recovered, one);
        expect(found).toMatchObject({ point: point(20, 3), start: { index: 20, term: 3 } });
        expect(found.entries).toEqual([]);
        expect(found.rows).toEqual(rows);
        expect(shape(groupIn(recovered, two).entries)).toBe(shape(old));
      });

      test('after it, rows and log begin at the snapshot and go on from there', async () => {
        await harness.run(storage.persist(install));
        const more = storage.persist(persistBatch(3, [entriesRecord(one, [entry(21, 3)])]));
        await harness.run(more);
        const found = groupIn(await reopen(), one);
        expect(found).toMatchObject({ point: point(20, 3), start: { index: 20, term: 3 } });
        expect(shape(found.entries)).toBe('21.3');
        expect(found.rows).toEqual(rows);
      });

      test('batches before and behind it keep their order', async () => {
        const before = storage.persist(persistBatch(2, [entriesRecord(two, [entry(9)])]));
        const during = storage.persist({ ...install, number: 3 });
        const behind = storage.persist(persistBatch(4, [entriesRecord(one, [entry(21, 3)])]));
        await harness.run(Promise.all([before, during, behind]));
        const recovered = await reopen();
        expect(shape(groupIn(recovered, one).entries)).toBe('21.3');
        expect(groupIn(recovered, two).entries.at(-1)?.index).toBe(9);
      });

      test('a snapshot that the log reaches keeps the entries behind it', async () => {
        const partial = [{ group: one, snapshot: snapshotOf(point(6), rowsOf(old.slice(0, 6))) }];
        await persist(2, [logStart(one, 6)], partial);
        const found = groupIn(await reopen(), one);
        expect(found.start).toEqual({ index: 6, term: 1 });
        expect(shape(found.entries)).toBe('7.1 8.1');
      });
    });

    dropContract({
      harness: () => harness,
      storage: () => storage,
      recover,
      reopen,
    });

    test('release drops log, but only what nobody needs', async () => {
      await recover();
      let last = 0;
      await persist(1, [hardState(two, 5, 'node2'), tentative(two, 9)]);
      await persist(2, [entriesRecord(two, entriesBetween(1, 3))]);
      for (let i = 0; i < 40; i++) {
        await persist(3 + i, [entriesRecord(one, entriesBetween(last + 1, last + 100))]);
        last += 100;
      }
      const full = storage.logBytes;
      await save({ group: one, point: point(last), rows: [], sync: true });
      await release(last);
      const kept = groupIn(await reopen(), two);
      expect(shape(kept.entries)).toBe('1.1 2.1 3.1');

      await save({ group: two, point: point(3), rows: [], sync: true });
      await harness.run(
        storage.release(
          new Map([
            [one, logIndex(last)],
            [two, logIndex(3)],
          ]),
        ),
      );
      expect(storage.logBytes).toBeLessThan(full / 4);
      const recovered = await reopen();
      expect(groupIn(recovered, two).hardState).toEqual({ term: 5, votedFor: 'node2' });
      expect(groupIn(recovered, two).tentative).toEqual([tentativeWrite(9)]);
      expect(groupIn(recovered, one).point).toEqual(point(last));
      await persist(50, [entriesRecord(one, [entry(last + 1)])]);
      const again = groupIn(await reopen(), one);
      expect(again.entries.at(-1)?.index).toBe(last + 1);
    });

    test('after a crash at any moment, exactly the acknowledged batches are there', async () => {
      await recover();
      const model: number[] = [];
      for (let number = 1; number <= 12; number++) {
        const lost = storage.persist.bind(storage);
        await persist(number, [
          entriesRecord(one, [entry(number)]),
          hardState(one, number, 'node1'),
          tentative(groupId(number), number),
        ]);
        model.push(number);
        harness.hold();
        lost(persistBatch(99, [entriesRecord(one, [entry(1, 99)])])).catch(() => undefined);
        await harness.untilLogWaits();
        const recovered = await reopen();
        expect(shape(groupIn(recovered, one).entries)).toBe(model.map((n) => `${n}.1`).join(' '));
        expect(groupIn(recovered, one).hardState.term).toBe(number);
        expect(groupIn(recovered, groupId(number)).tentative).toHaveLength(1);
      }
    });

    test.each(stories)(
      'story %s: after any crash, log, state and life are what the model knows',
      async (seed) => {
        await harness.run(storage.close());
        const story = new StorageStory(harness, seed);
        await story.live(150);
        expect(story.crashes).toBeGreaterThan(1);
      },
    );

    test('close finishes what is in flight', async () => {
      await recover();
      const write = storage.persist(persistBatch(1, [entriesRecord(one, [entry(1)])]));
      const state = storage.saveState(stateBatch({ group: two, point: point(2), rows: [] }));
      await harness.run(Promise.all([storage.close(), write, state]));
      storage = await harness.open();
      const recovered = await recover();
      expect(shape(groupIn(recovered, one).entries)).toBe('1.1');
      expect(groupIn(recovered, two).point).toEqual(point(2));
    });

    test('only one may use a disk at a time', async () => {
      await recover();
      await expect(harness.open()).rejects.toMatchObject({ code: 'storage-locked' });
    });

    test.each(['disk-full', 'disk-failed'] as const)(
      '%s is final: later writes are refused alike, what was acknowledged is there',
      async (code) => {
        await recover();
        await persist(1, [entriesRecord(one, [entry(1)])]);
        harness.breakDisk(code);
        const write = (index: number) =>
          harness.run(storage.persist(persistBatch(2, [entriesRecord(one, [entry(index)])])));
        const first = await write(2).catch((error: unknown) => error);
        expect(first).toMatchObject({ code });
        expect(await write(3).catch((error: unknown) => error)).toBe(first);
        const state = storage.saveState(stateBatch({ group: one, point: point(1), rows: [] }));
        await expect(harness.run(state)).rejects.toMatchObject({ code });
        expect(shape(groupIn(await reopen(), one).entries)).toBe('1.1');
      },
    );
  });
}
