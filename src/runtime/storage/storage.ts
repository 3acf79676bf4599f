// What a node keeps on disk: the log of all groups (wal/) and the applied state (state/). A
// snapshot or a drop is synced in the engine before its records enter the log, so no crash leaves a
// hole between the two: a log that a drop has not reached is of a life that is over.
//
//   persist ──► [snapshot, drop? engine, synced] ──► log, group commit ──► durable
//   saveState ──► engine, one atomic batch with the applied points

import { join } from 'node:path';
import { type GroupId, type LogIndex, logIndex } from '../../core/model/ids.ts';
import { LogReplay } from '../../core/model/log-replay.ts';
import type {
  GroupDrop,
  LogRecord,
  PersistBatch,
  Recovered,
  RecoveredGroup,
  StateBatch,
} from '../../core/model/records.ts';
import { itemsInHand } from '../../core/model/stored-items.ts';
import type { Storage } from '../../ports/storage.ts';
import { Checkpoint } from './checkpoint.ts';
import { segmentBytesDefault } from './creation.ts';
import { Engine, type GroupWrite } from './engine.ts';
import type { EngineRows } from './engine-load.ts';
import type { LogMark } from './engine-value.ts';
import { corrupt, DiskFailure, diskError } from './failure.ts';
import { type Files, realFiles } from './files.ts';
import { type Scanned, scanLog } from './recovery.ts';
import { Segments } from './segment.ts';
import { Wal } from './wal.ts';

export interface FileStorageOptions {
  /** The node's directory, which holds wal/ and state/; its last part is the node's name. */
  readonly directory: string;
  readonly onWarning: (text: string) => void;
  readonly segmentBytes?: number;
  /** The disk under the log; tests put a failing one here. */
  readonly files?: Files;
}

/** Rejects with `storage-locked` when another process uses the directory, else as the disk does. */
export async function openFileStorage(options: FileStorageOptions): Promise<Storage> {
  const { directory } = options;
  const files = options.files ?? realFiles;
  try {
    await files.makeDirectory(join(directory, 'wal'));
    await files.makeDirectory(join(directory, 'state'));
  } catch (cause) {
    throw diskError(cause);
  }
  const storage = new FileStorage({ ...options, files });
  await storage.open();
  return storage;
}

class FileStorage implements Storage {
  readonly #options: FileStorageOptions & { readonly files: Files };
  readonly #failure = new DiskFailure();
  readonly #segments = new Segments();
  readonly #checkpoint = new Checkpoint();
  #engine: Engine | null = null;
  #wal: Wal | null = null;
  /** Set while a snapshot or a drop is on its way: later batches wait for their turn behind it. */
  #gate: Promise<void> | null = null;

  constructor(options: FileStorageOptions & { readonly files: Files }) {
    this.#options = options;
  }

  get logBytes(): number {
    return this.#segments.bytes;
  }

  async open(): Promise<void> {
    const { directory } = this.#options;
    this.#engine = await Engine.open({
      directory,
      location: join(directory, 'state'),
      failure: this.#failure,
      logMark: () => this.#logMark,
    });
  }

  async recover(): Promise<Recovered> {
    const rows = await this.#opened.load();
    const replay = new LogReplay();
    const scanned = await this.#scan(replay);
    this.#checkMark(rows.mark, scanned);
    const recovered = this.#join(replay, rows);
    await this.#openLog(scanned);
    await this.#agreeOnLives(replay, rows);
    this.#segments.release(pointsOf(rows));
    return recovered;
  }

  /**
   * From here on the log is known to reach this far, all points are in synced state, and both know
   * the same drops: those that a crash kept from the log, and those that an engine made anew lacks.
   */
  async #agreeOnLives(replay: LogReplay, { groups }: EngineRows): Promise<void> {
    const known = [...groups.values()].flatMap(({ drop }) => (drop === null ? [] : [drop]));
    const late = known.filter(({ group, life }) => life > replay.lives.of(group));
    if (late.length > 0) await this.#log.append(late.map(recordOf));
    const lacking = replay.lives.drops.filter(({ group }) => !groups.has(group));
    await this.#opened.save([], lacking);
  }

  persist(batch: PersistBatch): Promise<void> {
    const isPlain = batch.snapshots.length === 0 && batch.drops.length === 0;
    if (this.#gate === null && isPlain) return this.#log.append(batch.records);
    return this.#inTurn(
      () => this.#install(batch),
      () => this.#log.append(batch.records),
    );
  }

  saveState(batch: StateBatch): Promise<void> {
    if (this.#gate === null) return this.#opened.save(batch.changes);
    return this.#inTurn(nothing, () => this.#opened.save(batch.changes));
  }

  async release(applied: ReadonlyMap<GroupId, LogIndex>): Promise<void> {
    const saved = new Map<GroupId, LogIndex>();
    for (const [group, index] of applied) {
      saved.set(group, logIndex(Math.min(index, this.#opened.savedIndex(group))));
    }
    try {
      await this.#log.release(saved);
    } catch (cause) {
      throw this.#failure.latch(cause);
    }
  }

  async close(): Promise<void> {
    while (this.#gate !== null) await this.#gate;
    const { error } = this.#failure;
    await this.#wal?.settled();
    // A clean end: whoever starts next knows exactly where the log must end.
    if (this.#wal !== null && error === null) await this.#engine?.save([]).catch(() => undefined);
    await this.#wal?.close();
    await this.#engine?.close();
  }

  get #opened(): Engine {
    if (this.#engine === null) throw new Error('the storage is not open');
    return this.#engine;
  }

  get #log(): Wal {
    if (this.#wal === null) throw new Error('recover() comes before any write');
    return this.#wal;
  }

  get #logMark(): LogMark {
    return { segment: this.#wal?.segment ?? 0, sequence: this.#wal?.sequence ?? 0 };
  }

  /**
   * Settles as `write` does. It starts when `before` is done, which starts when everything given
   * earlier has started; whatever is given later waits for that.
   */
  #inTurn(before: () => Promise<void>, write: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = (this.#gate ?? Promise.resolve()).then(async () => {
        await before();
        write().then(resolve, reject);
      });
      const passed = turn.catch(reject).then(() => {
        if (this.#gate === passed) this.#gate = null;
      });
      this.#gate = passed;
    });
  }

  /**
   * Everything before the snapshot or the drop is durable first, then it is, then its records may
   * enter the log.
   */
  async #install({ snapshots, drops }: PersistBatch): Promise<void> {
    if (snapshots.length === 0 && drops.length === 0) return;
    await this.#log.settled();
    const writes = snapshots.map(
      ({ group, snapshot }): GroupWrite => ({
        group,
        point: snapshot.point,
        clear: true,
        rows: snapshot.chunks.flat(),
        removed: [],
      }),
    );
    await this.#opened.save(writes, drops);
  }

  #scan(replay: LogReplay): Promise<Scanned> {
    const { directory, files, onWarning } = this.#options;
    return scanLog({
      files,
      directory: join(directory, 'wal'),
      onWarning,
      onSegment: (segment) => this.#segments.add(segment),
      onRecord: (record) => {
        replay.apply(record);
        this.#checkpoint.apply(record);
        this.#segments.apply(record);
      },
    });
  }

  #checkMark(mark: LogMark, found: Scanned): void {
    if (found.lastSequence >= mark.sequence && found.lastSegment >= mark.segment) return;
    const { directory } = this.#options;
    const expected = `block ${mark.sequence} in segment ${mark.segment}`;
    const last = `block ${found.lastSequence} in segment ${found.lastSegment}`;
    throw corrupt(
      directory,
      `${join(directory, 'wal')} is cut short: expected at least ${expected}, found ${last}`,
    );
  }

  #join(replay: LogReplay, { groups: states }: EngineRows): Recovered {
    const ids = [...new Set([...replay.groups, ...states.keys()])].sort((a, b) => a - b);
    return { groups: ids.map((group) => this.#joinGroup(group, replay, states)) };
  }

  #joinGroup(group: GroupId, replay: LogReplay, states: EngineRows['groups']): RecoveredGroup {
    const { directory } = this.#options;
    const state = states.get(group);
    const point = state?.point ?? null;
    const joined = replay.group(group).join(point, state?.drop ?? null);
    if (joined.kind === 'hole') {
      const place = join(directory, 'wal');
      throw corrupt(directory, `${place} misses entries of group ${group}: ${joined.why}`);
    }
    const { kind: _, ...log } = joined;
    const { rows, items } = state ?? { rows: [], items: itemsInHand([]) };
    return { group, point, rows, items, ...log };
  }

  async #openLog({ lastSequence }: Scanned): Promise<void> {
    const { directory, files, segmentBytes = segmentBytesDefault } = this.#options;
    const wal = new Wal({
      files,
      directory: join(directory, 'wal'),
      segmentBytes,
      failure: this.#failure,
      segments: this.#segments,
      checkpoint: this.#checkpoint,
      lastSequence,
      onRotate: () => this.#noteRotation(),
    });
    try {
      await wal.open();
    } catch (cause) {
      throw this.#failure.latch(cause);
    }
    this.#wal = wal;
  }

  /**
   * In the background: from then on a missing last segment is noticed. A failure is latched for
   * all.
   */
  #noteRotation(): void {
    if (this.#wal !== null) this.#engine?.save([]).catch(() => undefined);
  }
}

const nothing = (): Promise<void> => Promise.resolve();

function pointsOf({ groups }: EngineRows): ReadonlyMap<GroupId, LogIndex> {
  const points = new Map<GroupId, LogIndex>();
  for (const [group, { point }] of groups) if (point !== null) points.set(group, point.index);
  return points;
}

function recordOf(drop: GroupDrop): LogRecord {
  return { kind: 'group-dropped', ...drop };
}
