// A disk in memory behind ports/storage.ts. Nothing finishes by itself: writes wait, in two lanes,
// until the owner calls `completeNext`, or `completeDue` when writes take time. `crash` loses what
// was not synced, and may tear the write that was under way.
//
//   persist ───► log lane ────┐
//                             ├──► completeNext ──► on the disk, promise settled
//   saveState ─► state lane ──┘

import type { Incarnation, StorageId } from '../../core/model/ids.ts';
import { PretendedFiles, type RowChange } from './files.ts';

export type DiskLane = 'log' | 'state';

export interface DiskWrite {
  readonly lane: DiskLane;
  /** Of the log: one block, framed. Empty for the state. */
  readonly block: Uint8Array;
  readonly changes: readonly RowChange[];
  /** State only: true keeps this write and all before it through a crash. */
  readonly sync: boolean;
  readonly done: () => void;
  readonly failed: (error: PretendedDiskError) => void;
}

/** What survives a crash besides what is synced. Nothing, unless said otherwise. */
export interface CrashOptions {
  /**
   * Bytes of the log write under way that reached the disk; all of them: it is there,
   * unacknowledged.
   */
  readonly logBytes?: number;
  /** How many of the oldest state batches that were not synced survive (done, then waiting). */
  readonly stateBatches?: number;
}

export interface PretendedDiskOptions {
  /** Ticks that a write takes; asked once for each. At once, unless given. */
  readonly delay?: (lane: DiskLane) => number;
}

/** Whose disk it is, and how often a node has started on it. Written at once, durably. */
export interface DiskIdentity {
  readonly storageId: StorageId;
  readonly incarnation: Incarnation;
}

interface Waiting {
  /** +1 for each write; the oldest of both lanes goes first. */
  readonly number: number;
  readonly dueTick: number;
  readonly write: DiskWrite;
}

/** The codes and hints of the real storage's errors, which this room may not import. */
export class PretendedDiskError extends Error {
  override readonly name = 'PretendedDiskError';
  readonly code:
    | 'disk-full'
    | 'disk-failed'
    | 'storage-corrupt'
    | 'storage-foreign'
    | 'storage-locked'
    | 'storage-wiped';
  readonly hint: string;

  constructor(code: PretendedDiskError['code'], message: string, hint = '') {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

export class PretendedDisk {
  /** null: the directory was never made, or it was wiped. */
  identity: DiskIdentity | null = null;
  /** Ticks that every write takes longer while a fault lasts. */
  slowedTicks = 0;
  readonly #delay: (lane: DiskLane) => number;
  readonly #lanes: Record<DiskLane, Waiting[]> = { log: [], state: [] };
  #files = new PretendedFiles();
  #now = 0;
  #unsynced: (readonly RowChange[])[] = [];
  #numbers = 0;
  #lives = 0;
  #locked = false;
  #failure: PretendedDiskError | null = null;
  /** Log writes that finished; group commit makes them fewer than the batches. */
  logWrites = 0;

  constructor(options: PretendedDiskOptions = {}) {
    this.#delay = options.delay ?? (() => 0);
  }

  get files(): PretendedFiles {
    return this.#files;
  }

  /** State batches that finished and were not synced: a power cut may lose them. */
  get unsynced(): number {
    return this.#unsynced.length;
  }

  /** What writes fail with now, or null. */
  get failure(): PretendedDiskError | null {
    return this.#failure;
  }

  /** Writes that wait, in all or in one lane. */
  pending(lane?: DiskLane): number {
    if (lane !== undefined) return this.#lanes[lane].length;
    return this.#lanes.log.length + this.#lanes.state.length;
  }

  /** From now on every write fails; what is there stays readable. */
  fail(code: 'disk-full' | 'disk-failed'): void {
    this.#failure = new PretendedDiskError(code, `the pretended disk says ${code}`);
  }

  /** A new disk error does not outlive the fault. */
  repair(): void {
    this.#failure = null;
  }

  /** Finishes the oldest waiting write, or the oldest of one lane; false when none waits. */
  completeNext(lane?: DiskLane): boolean {
    const next = this.#lanes[lane ?? this.#oldestLane()].shift();
    if (next === undefined) return false;
    const { write } = next;
    if (this.#failure !== null) {
      write.failed(this.#failure);
      return true;
    }
    this.#apply(write);
    write.done();
    return true;
  }

  completeAll(): void {
    while (this.completeNext());
  }

  /** Lets time pass: finishes nothing. */
  advance(ticks: number): void {
    this.#now += ticks;
  }

  /** Finishes what is due, in order of submission; false when nothing is. */
  completeDue(): boolean {
    let any = false;
    for (let lane = this.#dueLane(); lane !== null; lane = this.#dueLane()) {
      this.completeNext(lane);
      any = true;
    }
    return any;
  }

  /** Everything is gone, the identity too. The disk must not be in use. */
  wipe(): void {
    this.identity = null;
    this.#files = new PretendedFiles();
  }

  /** The power goes: whoever wrote hears nothing more. The disk may be opened again. */
  crash({ logBytes = 0, stateBatches = 0 }: CrashOptions = {}): void {
    const [first] = this.#lanes.log;
    if (first !== undefined && logBytes > 0) this.files.appendTorn(first.write.block, logBytes);
    const waiting = this.#lanes.state.map(({ write }) => write.changes);
    for (const changes of [...this.#unsynced, ...waiting].slice(0, stateBatches)) {
      this.files.change(changes);
    }
    this.#lanes.log = [];
    this.#lanes.state = [];
    this.#unsynced = [];
    this.#locked = false;
    this.#lives += 1;
  }

  /** Called by a storage that opens; returns the life that its writes belong to. */
  lock(): number {
    if (this.#locked) throw new PretendedDiskError('storage-locked', 'another storage is open');
    this.#locked = true;
    this.#lives += 1;
    return this.#lives;
  }

  /** Called by a storage that closed: in order, so everything is kept. */
  unlock(): void {
    for (const changes of this.#unsynced) this.files.change(changes);
    this.#unsynced = [];
    this.#locked = false;
    this.#lives += 1;
  }

  /** False after a crash: the storage of that life is dead. */
  isAlive(life: number): boolean {
    return this.#lives === life;
  }

  submit(write: DiskWrite): void {
    this.#numbers += 1;
    const lane = this.#lanes[write.lane];
    const takes = this.#delay(write.lane) + this.slowedTicks;
    const dueTick = Math.max(this.#now + takes, lane.at(-1)?.dueTick ?? 0);
    lane.push({ number: this.#numbers, dueTick, write });
  }

  #dueLane(): DiskLane | null {
    const log = this.#isDue('log');
    const state = this.#isDue('state');
    if (log && state) return this.#oldestLane();
    return log ? 'log' : state ? 'state' : null;
  }

  #isDue(lane: DiskLane): boolean {
    const [first] = this.#lanes[lane];
    return first !== undefined && first.dueTick <= this.#now;
  }

  #oldestLane(): DiskLane {
    const [log, state] = [this.#lanes.log[0], this.#lanes.state[0]];
    if (log === undefined) return 'state';
    return state === undefined || log.number < state.number ? 'log' : 'state';
  }

  #apply(write: DiskWrite): void {
    if (write.lane === 'log') {
      this.files.append(write.block);
      this.logWrites += 1;
      return;
    }
    this.#unsynced.push(write.changes);
    if (!write.sync) return;
    for (const changes of this.#unsynced) this.files.change(changes);
    this.#unsynced = [];
  }
}
