// The write-ahead log of all groups (DESIGN 13). Group commit: while one write is on its way to the
// disk, batches queue; then all of them go out as one block, with one synced write. What resolves
// is durable, in order; after the first failure nothing is written any more.
//
//   wal/00000001.log   checkpoint+block  block  block  0000…
//   wal/00000002.log   checkpoint+block  block  0000…        ← active
//   wal/spare          0000…

import { join } from 'node:path';
import type { GroupId, LogIndex } from '../../core/model/ids.ts';
import type { LogRecord } from '../../core/model/records.ts';
import { encodeLogRecord } from '../../wire/log-record.ts';
import { blockBytes, encodeBlock, segmentHeaderBytes } from './block.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { DiskFailure } from './failure.ts';
import type { DurableFile, Files } from './files.ts';
import { Segment, type Segments, segmentName } from './segment.ts';
import { Spare } from './spare.ts';

/**
 * A flush takes what waits up to about this much, so that one giant write does not delay everyone.
 */
const flushBytesMax = 4 << 20;
/** Buffer that small flushes share; a larger block gets its own. */
const scratchBytes = 1 << 18;

export interface WalOptions {
  readonly files: Files;
  /** wal/ */
  readonly directory: string;
  readonly segmentBytes: number;
  readonly failure: DiskFailure;
  /** What the recovery found; the log goes on from there. */
  readonly segments: Segments;
  readonly checkpoint: Checkpoint;
  readonly lastSequence: number;
  /** A new segment is in use. */
  readonly onRotate: () => void;
}

interface Waiting {
  readonly records: readonly LogRecord[];
  readonly encoded: readonly Uint8Array[];
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export class Wal {
  readonly #options: WalOptions;
  readonly #spare: Spare;
  readonly #scratch = Buffer.allocUnsafeSlow(scratchBytes);
  readonly #waiting: Waiting[] = [];
  #draining: Promise<void> | null = null;
  #file: DurableFile | null = null;
  #sequence: number;

  constructor(options: WalOptions) {
    this.#options = options;
    this.#spare = new Spare(options);
    this.#sequence = options.lastSequence;
  }

  /** Of the last durable block. */
  get sequence(): number {
    return this.#sequence;
  }

  get segment(): number {
    return this.#options.segments.active?.number ?? 0;
  }

  get bytes(): number {
    return this.#options.segments.bytes;
  }

  /** Makes the first segment, or opens the one that recovery ended in. */
  async open(): Promise<void> {
    const { active } = this.#options.segments;
    if (active === undefined) {
      await this.#rotate(0);
      return;
    }
    this.#file = await this.#options.files.open(active.path);
    this.#prepareNext(active);
  }

  /** Resolves when the records, and all appended before them, are durable. */
  append(records: readonly LogRecord[]): Promise<void> {
    const { error } = this.#options.failure;
    if (error !== null) return Promise.reject(error);
    const encoded = records.map(encodeLogRecord);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ records, encoded, resolve, reject });
      this.#draining ??= this.#drain();
    });
  }

  /** Resolves when nothing is in flight, whether it succeeded or not. */
  async settled(): Promise<void> {
    while (this.#draining !== null) await this.#draining;
  }

  /** Drops the segments that nothing needs, oldest first. */
  async release(applied: ReadonlyMap<GroupId, LogIndex>): Promise<void> {
    const { segments, files } = this.#options;
    segments.release(applied);
    for (let old = segments.takeDroppable(); old; old = segments.takeDroppable()) {
      await files.remove(old.path);
    }
  }

  async close(): Promise<void> {
    await this.settled();
    await this.#spare.settled();
    await this.#file?.close();
    this.#file = null;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const flush = this.#takeFlush();
      try {
        this.#options.failure.check();
        await this.#write(flush);
        for (const { resolve } of flush) resolve();
      } catch (cause) {
        const error = this.#options.failure.latch(cause);
        for (const { reject } of flush) reject(error);
      }
    }
    this.#draining = null;
  }

  #takeFlush(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const { encoded } of this.#waiting) {
      bytes += blockBytes(encoded);
      if (count > 0 && bytes > flushBytesMax) break;
      count++;
    }
    return this.#waiting.splice(0, count);
  }

  async #write(flush: readonly Waiting[]): Promise<void> {
    const records = flush.flatMap((waiting) => waiting.encoded);
    if (records.length === 0) return;
    await this.#writeBlock(records);
    const { checkpoint, segments } = this.#options;
    for (const record of flush.flatMap((waiting) => waiting.records)) {
      checkpoint.apply(record);
      segments.apply(record);
    }
  }

  /**
   * The first block of a segment carries the checkpoint, or the segments before it could never go.
   */
  async #writeBlock(records: readonly Uint8Array[]): Promise<void> {
    const { segments, checkpoint } = this.#options;
    const { active } = segments;
    if (active?.isEmpty === false && active.fits(blockBytes(records))) {
      return this.#put(active, records);
    }
    const head = checkpoint.records.map(encodeLogRecord);
    const whole = [...head, ...records];
    if (active?.isEmpty === true && active.fits(blockBytes(whole))) return this.#put(active, whole);
    await this.#put(await this.#rotate(blockBytes(whole) + blockBytes(head)), whole);
  }

  async #put(segment: Segment, records: readonly Uint8Array[]): Promise<void> {
    const bytes = blockBytes(records);
    const target = bytes <= scratchBytes ? this.#scratch : Buffer.allocUnsafe(bytes);
    const sequence = this.#sequence + 1;
    const block = encodeBlock(target, { sequence, segment: segment.number, records });
    await this.#file?.write(block, segment.end);
    segment.end += block.length;
    this.#sequence = sequence;
  }

  /**
   * The next segment holds at least `bytes`: as much again as its checkpoint, or copying would
   * never end.
   */
  async #rotate(bytes: number): Promise<Segment> {
    const { files, directory, segmentBytes, segments, onRotate } = this.#options;
    const number = this.segment + 1;
    const path = join(directory, segmentName(number));
    const wanted = Math.max(segmentBytes, segmentHeaderBytes + bytes);
    const size = await this.#spare.take(path, number, wanted);
    await this.#file?.close();
    this.#file = await files.open(path);
    const segment = new Segment({ number, path, size, end: segmentHeaderBytes });
    segments.add(segment);
    this.#prepareNext(segment);
    onRotate();
    return segment;
  }

  #prepareNext(active: Segment): void {
    this.#spare.prepare(active.number + 1, this.#options.segmentBytes);
  }
}
