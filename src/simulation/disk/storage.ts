// The Storage port over a pretended disk: a simple twin of the real one with the same promises.
// Records and rows go through wire/, so that a simulated run exercises their encoding too.

import type { GroupId, LogIndex } from '../../core/model/ids.ts';
import type { PersistBatch, Recovered, StateBatch } from '../../core/model/records.ts';
import type { GroupChanges } from '../../core/model/state.ts';
import type { Storage } from '../../ports/storage.ts';
import { encodeLogRecord } from '../../wire/log-record.ts';
import { encodeAppliedPoint, encodeRow, rowKey } from '../../wire/state-row.ts';
import type { DiskLane, PretendedDisk, PretendedDiskError } from './disk.ts';
import { joinParts, type RowChange, seal } from './files.ts';
import { readDisk } from './recovery.ts';
import { dropReleased } from './release.ts';

export interface PretendedStorageOptions {
  readonly onWarning?: (text: string) => void;
}

/** Rejects with `storage-locked` while another storage is open on the disk. */
export async function openPretendedStorage(
  disk: PretendedDisk,
  options: PretendedStorageOptions = {},
): Promise<Storage> {
  return new PretendedStorage(disk, disk.lock(), options.onWarning ?? (() => undefined));
}

interface Job {
  readonly batch: PersistBatch;
  installed: boolean;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

class PretendedStorage implements Storage {
  readonly #disk: PretendedDisk;
  readonly #life: number;
  readonly #onWarning: (text: string) => void;
  readonly #released = new Map<GroupId, LogIndex>();
  #jobs: Job[] = [];
  #busy = false;
  #failure: PretendedDiskError | null = null;

  constructor(disk: PretendedDisk, life: number, onWarning: (text: string) => void) {
    this.#disk = disk;
    this.#life = life;
    this.#onWarning = onWarning;
  }

  get logBytes(): number {
    return this.#disk.files.logBytes;
  }

  async recover(): Promise<Recovered> {
    const recovered = readDisk(this.#disk.files, this.#onWarning);
    for (const { group, point } of recovered.groups) {
      if (point !== null) this.#released.set(group, point.index);
    }
    return recovered;
  }

  persist(batch: PersistBatch): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#jobs.push({ batch, installed: batch.snapshots.length === 0, resolve, reject });
      this.#advance();
    });
  }

  saveState({ changes, sync }: StateBatch): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#submit({ lane: 'state', changes: changes.flatMap(rowChanges), sync, resolve, reject });
    });
  }

  async release(applied: ReadonlyMap<GroupId, LogIndex>): Promise<void> {
    if (!this.#disk.isAlive(this.#life)) return;
    for (const [group, index] of applied) {
      if (index > (this.#released.get(group) ?? 0)) this.#released.set(group, index);
    }
    dropReleased(this.#disk.files, this.#released);
  }

  async close(): Promise<void> {
    if (!this.#disk.isAlive(this.#life)) return;
    this.#disk.completeAll();
    this.#disk.unlock();
  }

  /** One log write at a time; what came meanwhile goes out together, up to the next snapshot. */
  #advance(): void {
    const [first] = this.#jobs;
    if (this.#busy || first === undefined) return;
    this.#busy = true;
    if (first.installed) this.#writeLog(this.#takeFlush());
    else this.#install(first);
  }

  #takeFlush(): Job[] {
    const next = this.#jobs.findIndex(({ installed }) => !installed);
    return this.#jobs.splice(0, next < 0 ? this.#jobs.length : next);
  }

  #writeLog(flush: readonly Job[]): void {
    const records = flush.flatMap(({ batch }) => batch.records.map(encodeLogRecord));
    this.#submit({
      lane: 'log',
      block: seal(joinParts(records)),
      resolve: () => {
        for (const { resolve } of flush) resolve();
        this.#busy = false;
        this.#advance();
      },
      reject: (error) => {
        for (const { reject } of flush) reject(error);
      },
    });
  }

  #install(job: Job): void {
    const changes = job.batch.snapshots.flatMap(({ group, snapshot }) => {
      const rows = snapshot.chunks.flat();
      return rowChanges({ group, point: snapshot.point, clear: true, rows, removed: [] });
    });
    this.#submit({
      lane: 'state',
      changes,
      sync: true,
      resolve: () => {
        job.installed = true;
        this.#busy = false;
        this.#advance();
      },
      reject: job.reject,
    });
  }

  #submit(write: {
    readonly lane: DiskLane;
    readonly block?: Uint8Array;
    readonly changes?: readonly RowChange[];
    readonly sync?: boolean;
    readonly resolve: () => void;
    readonly reject: (error: PretendedDiskError) => void;
  }): void {
    if (!this.#disk.isAlive(this.#life)) return;
    const { lane, block = new Uint8Array(), changes = [], sync = false } = write;
    const failed = (error: PretendedDiskError) => this.#fail(error, write.reject);
    this.#disk.submit({ lane, block, changes, sync, done: write.resolve, failed });
  }

  /** Fatal: everything that waits is refused too, and nothing is tried again. */
  #fail(error: PretendedDiskError, reject: (error: PretendedDiskError) => void): void {
    this.#failure ??= error;
    const waiting = this.#jobs;
    this.#jobs = [];
    reject(this.#failure);
    for (const job of waiting) job.reject(this.#failure);
  }
}

function rowChanges({ group, point, clear, rows, removed }: GroupChanges): RowChange[] {
  return [
    ...(clear ? [{ kind: 'clear', group } as const] : []),
    ...rows.map((row): RowChange => {
      return { kind: 'put', group, name: rowKey(row), bytes: seal(encodeRow(row)) };
    }),
    ...removed.map((row): RowChange => ({ kind: 'remove', group, name: rowKey(row) })),
    { kind: 'put', group, name: null, bytes: seal(encodeAppliedPoint(point)) },
  ];
}
