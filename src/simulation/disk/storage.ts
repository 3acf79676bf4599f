// The Storage port over a pretended disk: a simple twin of the real one with the same promises.
// Records and rows go through wire/, so that a simulated run exercises their encoding too.

import type { GroupId, LogIndex } from '../../core/model/ids.ts';
import type {
  GroupDrop,
  LogRecord,
  PersistBatch,
  Recovered,
  StateBatch,
} from '../../core/model/records.ts';
import type { GroupChanges } from '../../core/model/state.ts';
import type { Storage } from '../../ports/storage.ts';
import { encodeDrop, encodeLogRecord } from '../../wire/log-record.ts';
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
  /** Its snapshots and drops: before, on the way to, or on the disk. */
  install: 'waiting' | 'begun' | 'done';
  /** State that was given after it, and goes to the disk behind what it installs. */
  readonly behind: { readonly start: () => void; readonly reject: (error: unknown) => void }[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

class PretendedStorage implements Storage {
  readonly #disk: PretendedDisk;
  readonly #life: number;
  readonly #onWarning: (text: string) => void;
  readonly #released = new Map<GroupId, LogIndex>();
  readonly #lives = new Map<GroupId, number>();
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
    for (const { group, life, point } of recovered.groups) {
      this.#lives.set(group, life);
      if (point !== null) this.#released.set(group, point.index);
    }
    return recovered;
  }

  persist(batch: PersistBatch): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const isPlain = batch.snapshots.length === 0 && batch.drops.length === 0;
      const install = isPlain ? 'done' : 'waiting';
      this.#jobs.push({ batch, install, behind: [], resolve, reject });
      this.#advance();
    });
  }

  saveState({ changes, sync }: StateBatch): Promise<void> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const rows = changes.flatMap(rowChanges);
      const start = () => this.#submit({ lane: 'state', changes: rows, sync, resolve, reject });
      const ahead = this.#jobs.findLast(({ install }) => install === 'waiting');
      if (ahead === undefined) start();
      else ahead.behind.push({ start, reject });
    });
  }

  async release(applied: ReadonlyMap<GroupId, LogIndex>): Promise<void> {
    if (!this.#disk.isAlive(this.#life)) return;
    for (const [group, index] of applied) {
      if (index > (this.#released.get(group) ?? 0)) this.#released.set(group, index);
    }
    dropReleased(this.#disk.files, { indexes: this.#released, lives: this.#lives });
  }

  async close(): Promise<void> {
    if (!this.#disk.isAlive(this.#life)) return;
    this.#disk.completeAll();
    this.#disk.unlock();
  }

  /** One log write at a time; what came meanwhile goes out together, up to the next install. */
  #advance(): void {
    const [first] = this.#jobs;
    if (this.#busy || first === undefined) return;
    this.#busy = true;
    if (first.install === 'done') this.#writeLog(this.#takeFlush());
    else this.#install(first);
  }

  #takeFlush(): Job[] {
    const next = this.#jobs.findIndex(({ install }) => install !== 'done');
    return this.#jobs.splice(0, next < 0 ? this.#jobs.length : next);
  }

  #writeLog(flush: readonly Job[]): void {
    const records = flush.flatMap(({ batch }) => batch.records.map(encodeLogRecord));
    this.#submit({
      lane: 'log',
      block: seal(joinParts(records)),
      resolve: () => {
        for (const record of flush.flatMap(({ batch }) => batch.records)) this.#note(record);
        for (const { resolve } of flush) resolve();
        this.#busy = false;
        this.#advance();
      },
      reject: (error) => {
        for (const { reject } of flush) reject(error);
      },
    });
  }

  /** It is in the log: what is released from now on is of the new life. */
  #note(record: LogRecord): void {
    if (record.kind !== 'group-dropped') return;
    this.#lives.set(record.group, record.life);
    this.#released.delete(record.group);
  }

  #install(job: Job): void {
    const changes = [...job.batch.drops.map(dropChange), ...snapshotChanges(job.batch)];
    this.#submit({
      lane: 'state',
      changes,
      sync: true,
      resolve: () => {
        job.install = 'done';
        this.#busy = false;
        this.#advance();
      },
      reject: job.reject,
    });
    job.install = 'begun';
    for (const { start } of job.behind.splice(0)) start();
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
    for (const job of waiting) {
      for (const each of [job, ...job.behind]) each.reject(this.#failure);
    }
  }
}

function dropChange(drop: GroupDrop): RowChange {
  return { kind: 'drop', group: drop.group, bytes: seal(encodeDrop(drop)) };
}

function snapshotChanges({ snapshots }: PersistBatch): RowChange[] {
  return snapshots.flatMap(({ group, snapshot }) => {
    const rows = snapshot.chunks.flat();
    return rowChanges({ group, point: snapshot.point, clear: true, rows, removed: [] });
  });
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
