// What every storage promises about groups that are dropped: a part of its contract.

import { beforeEach, describe, expect, test } from 'vitest';
import { type GroupId, type LogIndex, logIndex } from '../../src/core/model/ids.ts';
import type { GroupDrop, PersistBatch, Recovered } from '../../src/core/model/records.ts';
import type { Storage } from '../../src/ports/storage.ts';
import type { StorageHarness } from './storage.contract.ts';
import {
  dropBatch,
  dropOf,
  entriesBetween,
  entriesRecord,
  entry,
  groupIn,
  hardState,
  logStart,
  one,
  persistBatch,
  point,
  rowsOf,
  shape,
  snapshotOf,
  stateBatch,
  tentative,
  tentativeWrite,
  two,
} from './storage-words.ts';

/** The part of the suite that opens and crashes; `storage` is the one that is open now. */
export interface DropSuite {
  readonly harness: () => StorageHarness;
  readonly storage: () => Storage;
  recover(): Promise<Recovered>;
  reopen(): Promise<Recovered>;
}

/** Of a life that begins after drop `life`, when nothing was written in it yet. */
const fresh = ({ group, life, hardState: kept }: GroupDrop) => ({
  group,
  life,
  point: null,
  rows: [],
  hardState: kept,
  start: { index: 0, term: 0 },
  entries: [],
  tentative: [],
});

export function dropContract(suite: DropSuite): void {
  const persist = (batch: PersistBatch): Promise<void> =>
    suite.harness().run(suite.storage().persist(batch));
  const save = (...batch: Parameters<typeof stateBatch>): Promise<void> =>
    suite.harness().run(suite.storage().saveState(stateBatch(...batch)));
  const release = (applied: ReadonlyMap<GroupId, LogIndex>): Promise<void> =>
    suite.harness().run(suite.storage().release(applied));
  /** Starts it and forgets it, as a power cut does. */
  const abandon = (batch: PersistBatch): void => {
    suite
      .storage()
      .persist(batch)
      .catch((error: unknown) => error);
  };

  describe('dropping a group', () => {
    const old = entriesBetween(1, 8);
    const drop = dropOf(one, 1, 5);

    beforeEach(async () => {
      await suite.recover();
      const journal = [tentative(one, 1), tentative(two, 2)];
      const entries = [one, two].map((group) => entriesRecord(group, old));
      await persist(persistBatch(1, [...entries, hardState(one, 5, 'node1'), ...journal]));
      for (const group of [one, two]) {
        await save({ group, point: point(4), rows: rowsOf(old.slice(0, 4)), sync: true });
      }
    });

    const expectOld = (recovered: Recovered, group: GroupId): void => {
      const found = groupIn(recovered, group);
      expect(found).toMatchObject({ life: 0, point: point(4), rows: rowsOf(old.slice(0, 4)) });
      expect(shape(found.entries)).toBe(shape(old));
      expect(found.tentative).toHaveLength(1);
    };

    test('forgets its log, state and journal, keeps its promises, and touches no other', async () => {
      await persist(dropBatch(2, drop));
      const recovered = await suite.reopen();
      expect(groupIn(recovered, one)).toMatchObject(fresh(drop));
      expectOld(recovered, two);
      expect(groupIn(await suite.reopen(), one)).toMatchObject(fresh(drop));
    });

    test('a crash before it leaves everything', async () => {
      suite.harness().hold();
      abandon(persistBatch(2, [tentative(two, 3)]));
      abandon(dropBatch(3, drop));
      await suite.harness().untilLogWaits();
      expectOld(await suite.reopen(), one);
    });

    test('a crash between state and log ends as dropped, and stays so', async () => {
      suite.harness().hold();
      abandon(dropBatch(2, drop));
      await suite.harness().untilLogWaits();
      const recovered = await suite.reopen();
      expect(groupIn(recovered, one)).toMatchObject(fresh(drop));
      expectOld(recovered, two);

      // Looks like the old log, and must not be taken for a part of it.
      await persist(persistBatch(1, [entriesRecord(one, [entry(1, 6)]), tentative(one, 7)]));
      const next = groupIn(await suite.reopen(), one);
      expect(shape(next.entries)).toBe('1.6');
      expect(next).toMatchObject({ life: 1, point: null, tentative: [tentativeWrite(7)] });
      expect(next.hardState).toEqual({ term: 6, votedFor: null });
    });

    test('what follows the drop in its own batch is of the new life, what precedes it is not', async () => {
      const first = [tentative(one, 8), hardState(one, 5, 'node2')];
      const after = [hardState(one, 6, 'node3'), tentative(one, 9)];
      await persist(dropBatch(2, drop, { first, after }));
      const found = groupIn(await suite.reopen(), one);
      expect(found.hardState).toEqual({ term: 6, votedFor: 'node3' });
      expect(found.tentative).toEqual([tentativeWrite(9)]);
    });

    test('a new life goes on from a snapshot, although its indexes are those of the old one', async () => {
      await persist(dropBatch(2, drop));
      const rows = rowsOf(entriesBetween(1, 3, 6));
      const snapshots = [{ group: one, snapshot: snapshotOf(point(3, 6), rows) }];
      await persist(persistBatch(3, [hardState(one, 6, null), logStart(one, 3, 6)], snapshots));
      await persist(persistBatch(4, [entriesRecord(one, [entry(4, 6)])]));
      const found = groupIn(await suite.reopen(), one);
      expect(found).toMatchObject({ life: 1, point: point(3, 6), rows });
      expect(found.start).toEqual({ index: 3, term: 6 });
      expect(shape(found.entries)).toBe('4.6');
      expect(found.tentative).toEqual([]);
    });

    test('may happen many times; the last life wins', async () => {
      for (let life = 1; life <= 4; life++) {
        const each = dropOf(one, life, 5 + life);
        await persist(dropBatch(2 * life, each));
        expect(groupIn(await suite.reopen(), one)).toMatchObject(fresh(each));
        const entries = entriesBetween(1, life, 10 + life);
        await persist(persistBatch(1, [entriesRecord(one, entries), tentative(one, life)]));
        await save({ group: one, point: point(1, 10 + life), rows: rowsOf(entries.slice(0, 1)) });
        const found = groupIn(await suite.reopen(), one);
        expect(shape(found.entries)).toBe(shape(entries));
        expect(found).toMatchObject({ life, tentative: [tentativeWrite(life)] });
      }
    });

    test('a group that was never written can be dropped too, and several at once', async () => {
      const drops = [dropOf(two, 3, 2), drop];
      const records = drops.map((each) => ({ kind: 'group-dropped', ...each }) as const);
      await persist({ number: 2, snapshots: [], drops, records });
      const recovered = await suite.reopen();
      for (const each of drops) {
        expect(groupIn(recovered, each.group)).toMatchObject(fresh(each));
      }
    });

    test('state of the old life that was on its way goes down with it, that of the new one stays', async () => {
      const storage = suite.storage();
      const rows = rowsOf(old.slice(0, 6));
      const newRows = rowsOf([entry(1, 6)]);
      const snapshots = [{ group: two, snapshot: snapshotOf(point(9), rowsOf(old)) }];
      const work = [
        storage.saveState(stateBatch({ group: one, point: point(6), rows })),
        storage.persist(dropBatch(2, drop)),
        storage.saveState(stateBatch({ group: one, point: point(1, 6), rows: newRows })),
        storage.persist(persistBatch(3, [logStart(two, 9)], snapshots)),
        storage.saveState(stateBatch({ group: two, point: point(10), rows: [], sync: true })),
      ];
      await suite.harness().run(Promise.all(work));
      const recovered = await suite.reopen();
      expect(groupIn(recovered, one)).toMatchObject({
        life: 1,
        point: point(1, 6),
        rows: newRows,
        start: { index: 1, term: 6 },
        entries: [],
      });
      expect(groupIn(recovered, two)).toMatchObject({ point: point(10), rows: rowsOf(old) });
    });

    test('the log of a life that is over is dropped, although nobody saved what it says', async () => {
      for (let number = 2; number < 40; number++) {
        const more = entriesBetween(number * 100, number * 100 + 99);
        await persist(persistBatch(number, [entriesRecord(one, more)]));
      }
      const full = suite.storage().logBytes;
      await persist(dropBatch(40, drop, { after: [entriesRecord(one, [entry(1, 6)])] }));
      await release(new Map([[two, logIndex(4)]]));
      expect(suite.storage().logBytes).toBeGreaterThan(full);
      await save({ group: two, point: point(8), rows: [], sync: true });
      await release(new Map([[two, logIndex(8)]]));
      expect(suite.storage().logBytes).toBeLessThan(full / 4);
      const found = groupIn(await suite.reopen(), one);
      expect(found).toMatchObject({ life: 1, tentative: [] });
      expect(shape(found.entries)).toBe('1.6');
    });

    test('its drop is never released, and what the new life needs stays', async () => {
      await save({ group: two, point: point(8), rows: rowsOf(old), sync: true });
      await release(new Map([[one, logIndex(4)]]));
      await persist(dropBatch(2, drop));
      const young = entriesBetween(1, 3, 6);
      await persist(persistBatch(3, [entriesRecord(one, young), tentative(one, 5)]));
      let last = 8;
      for (let number = 4; number < 50; number++) {
        const more = entriesBetween(last + 1, last + 100);
        await persist(persistBatch(number, [entriesRecord(two, more)]));
        last += 100;
      }
      const full = suite.storage().logBytes;
      await save({ group: two, point: point(last), rows: [], sync: true });
      await release(new Map([[two, logIndex(last)]]));
      const kept = groupIn(await suite.reopen(), one);
      expect(shape(kept.entries)).toBe(shape(young));

      await save({ group: one, point: point(3, 6), rows: rowsOf(young), sync: true });
      await release(
        new Map([
          [one, logIndex(3)],
          [two, logIndex(last)],
        ]),
      );
      expect(suite.storage().logBytes).toBeLessThan(full / 4);
      await persist(persistBatch(50, [entriesRecord(one, [entry(4, 6)])]));
      const found = groupIn(await suite.reopen(), one);
      expect(found).toMatchObject({ life: 1, point: point(3, 6), tentative: [tentativeWrite(5)] });
      expect(found.entries.at(-1)).toEqual(entry(4, 6));
    });
  });
}
