// The embedded engine (LevelDB), and the only file that knows it. Holds the rows of applied state.
// Every batch is atomic and carries the applied points of its groups. Every batch is also synced:
// when the engine changes its own log file it does not sync the old one, so after a power cut an
// unsynced batch could be missing while a later one is there. One sync per batch (a few a second,
// off the main thread) closes that.

import { type ChainedBatch, ClassicLevel } from 'classic-level';
import { controlGroup, type GroupId, type LogIndex, logIndex } from '../../core/model/ids.ts';
import type { GroupDrop } from '../../core/model/records.ts';
import type { AppliedPoint, RemovedRow, StateRow } from '../../core/model/state.ts';
import { encodeDrop } from '../../wire/log-record.ts';
import { encodeAppliedPoint, encodeRow, rowKey } from '../../wire/state-row.ts';
import { GroupDigest } from './digest.ts';
import { engineOpenError } from './engine-error.ts';
import { dropKey, engineKey, logMarkKey, pointKey } from './engine-key.ts';
import { EngineLoad, type EngineRows } from './engine-load.ts';
import {
  encodeMark,
  encodePoint,
  formatOfMark,
  type LogMark,
  openValue,
  sealedHeadBytes,
  sealInPlace,
  sealValue,
} from './engine-value.ts';
import type { DiskFailure } from './failure.ts';
import { checkFormat } from './format.ts';
import { Quarantine } from './quarantine.ts';

/** One group's part of an atomic batch. */
export interface GroupWrite {
  readonly group: GroupId;
  readonly point: AppliedPoint;
  readonly clear: boolean;
  readonly rows: Iterable<StateRow>;
  readonly removed: readonly RemovedRow[];
}

export interface EngineOptions {
  /** The node's directory; the engine lives in its state/. */
  readonly directory: string;
  readonly location: string;
  readonly failure: DiskFailure;
  /** Asked when a batch is written. */
  readonly logMark: () => LogMark;
}

type Level = ClassicLevel<Buffer, Buffer>;
type Batch = ChainedBatch<Level, Buffer, Buffer>;

const binary = { keyEncoding: 'buffer', valueEncoding: 'buffer' } as const;
/** A laptop runs several nodes and core holds the rows in memory: small caches, no compression. */
const tuning = {
  cacheSize: 1 << 20,
  writeBufferSize: 4 << 20,
  maxOpenFiles: 128,
  compression: false,
} as const;
/** Rows of a batch that are encoded between two breaths of the event loop: well under 1 ms. */
const rowsPerTurn = 100;
const rowsPerRead = 1000;
/** The binding hands out an empty key beside each value; as text it is no new buffer. */
const valuesOnly = { keyEncoding: 'utf8', highWaterMarkBytes: 1 << 20 } as const;

export class Engine {
  readonly #options: EngineOptions;
  readonly #level: Level;
  readonly #quarantine: Quarantine;
  readonly #digests = new Map<GroupId, GroupDigest>();
  readonly #saved = new Map<GroupId, LogIndex>();
  #tail: Promise<void> = Promise.resolve();

  private constructor(options: EngineOptions, level: Level, quarantine: Quarantine) {
    this.#options = options;
    this.#level = level;
    this.#quarantine = quarantine;
  }

  /** Rejects with `storage-locked` or `storage-corrupt`. The directory exists. */
  static async open(options: EngineOptions): Promise<Engine> {
    const level: Level = new ClassicLevel(options.location, { ...binary, ...tuning });
    const quarantine = await Quarantine.check(options.location).catch((cause: unknown) => {
      throw engineOpenError(options, cause);
    });
    try {
      await level.open();
    } catch (cause) {
      await quarantine.restore();
      throw engineOpenError(options, cause, quarantine.finding);
    }
    return new Engine(options, level, quarantine);
  }

  /** Everything, checked against the digests. Once, before any write. */
  async load(): Promise<EngineRows> {
    try {
      await this.#checkFormat();
      const load = new EngineLoad(this.#options, (group) => this.#digest(group));
      await this.#readInto(load);
      const rows = load.finish();
      for (const [group, { point }] of rows.groups) {
        if (point !== null) this.#saved.set(group, point.index);
      }
      await this.#quarantine.discard();
      return rows;
    } catch (cause) {
      await this.#quarantine.restore();
      throw engineOpenError(this.#options, cause, this.#quarantine.finding);
    }
  }

  /** Up to where the group's rows on the disk reflect its log; 0: there are none. */
  savedIndex(group: GroupId): LogIndex {
    return this.#saved.get(group) ?? logIndex(0);
  }

  /**
   * Writes all groups in one atomic, synced batch, after all earlier ones. Of a group that is
   * dropped nothing stays but the drop.
   */
  save(groups: readonly GroupWrite[], drops: readonly GroupDrop[] = []): Promise<void> {
    const saved = this.#tail.then(() => this.#save(groups, drops));
    this.#tail = saved.catch(() => undefined);
    return saved;
  }

  async close(): Promise<void> {
    await this.#tail;
    await this.#level.close();
  }

  /** Before any row is read: those of another format would look damaged. */
  async #checkFormat(): Promise<void> {
    const bytes = await this.#level.get(logMarkKey);
    const mark = bytes === undefined ? null : openValue(bytes);
    if (mark === null) return;
    const { directory, location } = this.#options;
    checkFormat(formatOfMark(mark.content), directory, location);
  }

  async #readInto(load: EngineLoad): Promise<void> {
    const iterator = this.#level.values(valuesOnly);
    try {
      for (let values = await iterator.nextv(rowsPerRead); values.length > 0; ) {
        for (const value of values) load.add(value);
        values = await iterator.nextv(rowsPerRead);
      }
    } finally {
      await iterator.close();
    }
  }

  async #save(groups: readonly GroupWrite[], drops: readonly GroupDrop[]): Promise<void> {
    const { failure, logMark } = this.#options;
    failure.check();
    const batch = this.#level.batch();
    try {
      for (const drop of drops) this.#part(batch, drop.group).drop(drop);
      const pace = new Pace();
      for (const group of groups) await this.#addGroup(batch, group, pace);
      batch.put(logMarkKey, sealValue('mark', controlGroup, encodeMark(logMark())));
      await batch.write({ sync: true });
      for (const { group } of drops) this.#saved.delete(group);
      for (const { group, point } of groups) this.#saved.set(group, point.index);
    } catch (cause) {
      throw failure.latch(cause);
    }
  }

  async #addGroup(batch: Batch, write: GroupWrite, pace: Pace): Promise<void> {
    const { group, clear, rows, removed, point } = write;
    const part = this.#part(batch, group);
    if (clear) part.clear();
    for (const row of rows) {
      part.put(row);
      if (pace.isBreathDue()) await breath();
    }
    for (const row of removed) part.remove(rowKey(row));
    part.finish(point);
  }

  #part(batch: Batch, group: GroupId): GroupBatch {
    return new GroupBatch({ batch, group, digest: this.#digest(group) });
  }

  #digest(group: GroupId): GroupDigest {
    let digest = this.#digests.get(group);
    if (digest === undefined) {
      digest = new GroupDigest();
      this.#digests.set(group, digest);
    }
    return digest;
  }
}

/** One group's share of a batch, and of the digest that goes with it. */
class GroupBatch {
  readonly #batch: Batch;
  readonly #group: GroupId;
  readonly #digest: GroupDigest;

  constructor(parts: { batch: Batch; group: GroupId; digest: GroupDigest }) {
    this.#batch = parts.batch;
    this.#group = parts.group;
    this.#digest = parts.digest;
  }

  put(row: StateRow): void {
    const name = rowKey(row);
    const value = sealInPlace(kindOf(row), this.#group, encodeRow(row, sealedHeadBytes));
    this.#digest.put(name, value.readUInt32LE(0));
    this.#batch.put(engineKey(this.#group, name), value);
  }

  remove(name: string): void {
    this.#digest.remove(name);
    this.#batch.del(engineKey(this.#group, name));
  }

  clear(): void {
    for (const name of [...this.#digest.names]) this.remove(name);
  }

  drop(drop: GroupDrop): void {
    this.clear();
    this.#batch.del(pointKey(this.#group));
    this.#batch.put(dropKey(this.#group), sealValue('drop', this.#group, encodeDrop(drop)));
  }

  /** The point comes with the digest of all rows, so that both are true of the same moment. */
  finish(point: AppliedPoint): void {
    const content = encodePoint(this.#digest.value, encodeAppliedPoint(point));
    this.#batch.put(pointKey(this.#group), sealValue('point', this.#group, content));
  }
}

/** Items are counted before they are decoded. */
function kindOf(row: StateRow): 'row' | 'item' | 'tombstone' {
  if (row.kind !== 'item') return 'row';
  return row.value === null ? 'tombstone' : 'item';
}

/** Counts the rows of a whole batch: many groups with a few rows each are as long as one of many. */
class Pace {
  #rows = 0;

  isBreathDue(): boolean {
    this.#rows += 1;
    return this.#rows % rowsPerTurn === 0;
  }
}

/** Lets the event loop run: a batch has many rows, and elections and requests do not wait. */
const breath = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
