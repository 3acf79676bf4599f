// The storage in memory: the contract, then what only it can do: lose, tear, flip, and finish on
// command.

import { describe, expect, test } from 'vitest';
import { incarnation, storageId } from '../../../src/core/model/ids.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import { PretendedDisk } from '../../../src/simulation/disk/disk.ts';
import { openPretendedStorage } from '../../../src/simulation/disk/storage.ts';
import { type StorageHarness, storageContract } from '../../ports/storage.contract.ts';
import {
  entriesRecord,
  entry,
  groupIn,
  one,
  persistBatch,
  point,
  rowOf,
  shape,
  stateBatch,
} from '../../ports/storage-words.ts';

/** Lets everything that already can happen, happen. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 10; turns++) await Promise.resolve();
}

/** Started, and finished by the disk. */
function start(work: Promise<unknown>): void {
  work.catch(() => undefined);
}

class PretendedHarness implements StorageHarness {
  readonly #disk = new PretendedDisk();
  #writesBefore = 0;

  open(): Promise<Storage> {
    return openPretendedStorage(this.#disk);
  }

  hold(): void {
    this.#writesBefore = this.#disk.logWrites;
  }

  async untilLogWaits(): Promise<void> {
    while (this.#disk.pending('log') === 0) {
      expect(this.#disk.completeNext('state')).toBe(true);
      await settle();
    }
  }

  async step(): Promise<void> {
    this.#disk.completeNext('log');
    await settle();
  }

  async run<Value>(work: Promise<Value>): Promise<Value> {
    let settled = false;
    const done = () => {
      settled = true;
    };
    work.then(done, done);
    for (let turns = 0; !settled && turns < 1000; turns++) {
      this.#disk.completeNext();
      await settle();
    }
    return work;
  }

  get logWrites(): number {
    return this.#disk.logWrites - this.#writesBefore;
  }

  breakDisk(code: 'disk-full' | 'disk-failed'): void {
    this.#disk.fail(code);
  }

  async crash(): Promise<void> {
    this.#disk.repair();
    this.#disk.crash();
  }

  async close(): Promise<void> {
    this.#disk.crash();
  }
}

storageContract('in memory', async () => new PretendedHarness());

describe('the pretended disk', () => {
  async function opened(disk: PretendedDisk, warnings: string[] = []): Promise<Storage> {
    return openPretendedStorage(disk, { onWarning: (text) => warnings.push(text) });
  }

  async function twoBlocks(): Promise<PretendedDisk> {
    const disk = new PretendedDisk();
    const storage = await opened(disk);
    for (const index of [1, 2]) {
      start(storage.persist(persistBatch(index, [entriesRecord(one, [entry(index)])])));
      disk.completeAll();
    }
    return disk;
  }

  test('a torn write is cut with a warning', async () => {
    const disk = await twoBlocks();
    disk.crash();
    const storage = await opened(disk);
    start(storage.persist(persistBatch(3, [entriesRecord(one, [entry(3)])])));
    disk.crash({ logBytes: 20 });
    const warnings: string[] = [];
    const recovered = await (await opened(disk, warnings)).recover();
    expect(shape(groupIn(recovered, one).entries)).toBe('1.1 2.1');
    expect(warnings).toEqual([expect.stringContaining('torn')]);
  });

  test('a write under way may survive whole although nobody was told', async () => {
    const disk = await twoBlocks();
    disk.crash();
    const storage = await opened(disk);
    start(storage.persist(persistBatch(3, [entriesRecord(one, [entry(3)])])));
    disk.crash({ logBytes: 1 << 20 });
    const recovered = await (await opened(disk)).recover();
    expect(shape(groupIn(recovered, one).entries)).toBe('1.1 2.1 3.1');
  });

  test('a flipped bit in the middle of the log is storage-corrupt', async () => {
    const disk = await twoBlocks();
    disk.crash();
    disk.files.flipLogBit(0, 200);
    await expect((await opened(disk)).recover()).rejects.toMatchObject({ code: 'storage-corrupt' });
  });

  test('a flipped bit in a row is storage-corrupt', async () => {
    const disk = new PretendedDisk();
    const storage = await opened(disk);
    const rows = [rowOf(entry(1))];
    start(storage.saveState(stateBatch({ group: one, point: point(1), rows, sync: true })));
    disk.completeAll();
    disk.crash();
    disk.files.flipRowBit(one, 'kkey1', 300);
    await expect((await opened(disk)).recover()).rejects.toMatchObject({ code: 'storage-corrupt' });
  });

  test('state that was not synced is lost from the newest on', async () => {
    for (const kept of [0, 1, 2]) {
      const disk = new PretendedDisk();
      const storage = await opened(disk);
      for (const index of [1, 2, 3]) {
        const rows = [rowOf(entry(index))];
        start(
          storage.saveState(
            stateBatch({ group: one, point: point(index), rows, sync: index === 1 }),
          ),
        );
      }
      disk.completeAll();
      disk.crash({ stateBatches: kept });
      const recovered = await (await opened(disk)).recover();
      expect(groupIn(recovered, one).point?.index).toBe(1 + kept);
      expect(groupIn(recovered, one).rows).toHaveLength(1 + kept);
    }
  });

  test('nothing finishes by itself, and either lane may go first', async () => {
    const disk = new PretendedDisk();
    const storage = await opened(disk);
    const order: string[] = [];
    const log = storage.persist(persistBatch(1, [entriesRecord(one, [entry(1)])]));
    const state = storage.saveState(stateBatch({ group: one, point: point(1), rows: [] }));
    start(log.then(() => order.push('log')));
    start(state.then(() => order.push('state')));
    await settle();
    expect(order).toEqual([]);
    disk.completeNext('state');
    await settle();
    disk.completeNext('log');
    await settle();
    expect(order).toEqual(['state', 'log']);
  });

  test('a storage that lost its power hears nothing more', async () => {
    const disk = new PretendedDisk();
    const dead = await opened(disk);
    let told = false;
    const note = () => {
      told = true;
    };
    dead.persist(persistBatch(1, [entriesRecord(one, [entry(1)])])).then(note, note);
    disk.crash();
    dead.persist(persistBatch(2, [entriesRecord(one, [entry(2)])])).then(note, note);
    const next = await opened(disk);
    disk.completeAll();
    await settle();
    expect(told).toBe(false);
    expect(await next.recover()).toEqual({ groups: [] });
  });

  test('writes take their time when the disk is given any, and longer while it is slowed', async () => {
    const disk = new PretendedDisk({ delay: (lane) => (lane === 'log' ? 2 : 5) });
    const storage = await opened(disk);
    const done: string[] = [];
    const log = () => storage.persist(persistBatch(1, [entriesRecord(one, [entry(1)])]));
    start(log().then(() => done.push('log')));
    const state = storage.saveState(stateBatch({ group: one, point: point(1), rows: [] }));
    start(state.then(() => done.push('state')));
    disk.advance(1);
    expect(disk.completeDue()).toBe(false);
    disk.advance(1);
    expect(disk.completeDue()).toBe(true);
    await settle();
    expect(done).toEqual(['log']);
    disk.advance(3);
    disk.completeDue();
    await settle();
    expect(done).toEqual(['log', 'state']);
    disk.slowedTicks = 10;
    start(log().then(() => done.push('slow')));
    disk.advance(11);
    expect(disk.completeDue()).toBe(false);
    disk.advance(1);
    expect(disk.completeDue()).toBe(true);
  });

  test('a wiped disk has nothing, not even its name', async () => {
    const disk = await twoBlocks();
    disk.identity = { storageId: storageId('s'), incarnation: incarnation(3) };
    disk.crash();
    disk.wipe();
    expect(disk.identity).toBeNull();
    expect(await (await opened(disk)).recover()).toEqual({ groups: [] });
  });

  test('a flip of a synced bit spares the newest block, which could be a torn one', async () => {
    for (const block of [0, 1, 2, 3]) {
      const disk = await twoBlocks();
      disk.crash();
      expect(disk.files.flipSyncedLogBit({ block, bit: 100 })).toBe(true);
      const recovered = (await opened(disk)).recover();
      await expect(recovered).rejects.toMatchObject({ code: 'storage-corrupt' });
    }
    const empty = new PretendedDisk();
    expect(empty.files.flipSyncedLogBit({ block: 0, bit: 0 })).toBe(false);
    expect(empty.files.flipAnyRowBit({ block: 0, bit: 0 })).toBe(false);
  });
});
