// Reads the log back after a start. A torn last block (a crash in the middle of a write that nobody
// was told of) is cut; everything else that is not exactly what was written is `storage-corrupt`,
// with file and offset.

import { basename, dirname, join } from 'node:path';
import type { LogRecord } from '../../core/model/records.ts';
import type { DsysError } from '../../errors.ts';
import { decodeLogRecord } from '../../wire/log-record.ts';
import { compactCopy } from '../../wire/slab.ts';
import {
  type Block,
  decodeBlock,
  decodeSegmentHeader,
  findBlock,
  recordsOf,
  segmentHeaderBytes,
} from './block.ts';
import { corrupt, messageOf } from './failure.ts';
import type { Files } from './files.ts';
import { checkFormat } from './format.ts';
import { Segment, segmentPattern } from './segment.ts';
import { spareName } from './spare.ts';

export interface ScanOptions {
  readonly files: Files;
  /** wal/ */
  readonly directory: string;
  readonly onWarning: (text: string) => void;
  /** Segments and their records, in the order in which they were written. */
  readonly onSegment: (segment: Segment) => void;
  readonly onRecord: (record: LogRecord) => void;
}

export interface Scanned {
  /** Of the last intact block; 0 when there is none. */
  readonly lastSequence: number;
  /** Number of the last segment; 0 when there is none. */
  readonly lastSegment: number;
}

export async function scanLog(options: ScanOptions): Promise<Scanned> {
  const names = await segmentNames(options);
  const scan = new LogScan(options, names.at(-1));
  for (const name of names) await scan.read(name);
  return { lastSequence: scan.lastSequence, lastSegment: scan.lastSegment };
}

async function segmentNames({ files, directory, onWarning }: ScanOptions): Promise<string[]> {
  const names = (await files.list(directory)).sort();
  const foreign = names.filter((name) => name !== spareName && !segmentPattern.test(name));
  for (const name of foreign) onWarning(`${join(directory, name)} is not of dsys and is ignored`);
  return names.filter((name) => segmentPattern.test(name));
}

interface Place {
  readonly path: string;
  readonly at: number;
}

class LogScan {
  readonly #options: ScanOptions;
  readonly #lastName: string | undefined;
  lastSequence = 0;
  lastSegment = 0;

  constructor(options: ScanOptions, lastName: string | undefined) {
    this.#options = options;
    this.#lastName = lastName;
  }

  async read(name: string): Promise<void> {
    const path = join(this.#options.directory, name);
    const file = await this.#options.files.read(path);
    const number = this.#checkHeader(path, file);
    const segment = new Segment({ number, path, size: file.length, end: segmentHeaderBytes });
    this.#options.onSegment(segment);
    this.lastSegment = number;
    segment.end = this.#readBlocks(segment, file);
    const rest = file.subarray(segment.end);
    if (isBlank(rest)) return;
    this.#checkTorn(segment, file);
    await this.#cut(segment, rest.length);
  }

  #checkHeader(path: string, file: Buffer): number {
    const header = decodeSegmentHeader(file);
    const number = Number.parseInt(basename(path), 10);
    if (header !== null) checkFormat(header.format, dirname(this.#options.directory), path);
    if (header === null || header.number !== number) {
      throw this.#corrupt({ path, at: 0 }, 'expected the header of this segment');
    }
    if (header.size !== file.length) {
      throw this.#corrupt({ path, at: file.length }, `expected ${header.size} bytes in the file`);
    }
    if (this.lastSegment !== 0 && number !== this.lastSegment + 1) {
      throw this.#corrupt(
        { path, at: 0 },
        `expected segment ${this.lastSegment + 1} before it: missing`,
      );
    }
    return number;
  }

  /** Reads up to the first position without an intact block, and returns it. */
  #readBlocks({ path, number, end: first }: Segment, file: Buffer): number {
    let at = first;
    for (let block = decodeBlock(file, at); block; block = decodeBlock(file, at)) {
      const expected = this.lastSequence + 1;
      if (block.segment !== number || (this.lastSequence > 0 && block.sequence !== expected)) {
        const found = `block ${block.sequence} of segment ${block.segment}`;
        throw this.#corrupt({ path, at }, `expected block ${expected}, found ${found}`);
      }
      this.#readRecords(path, at, block);
      this.lastSequence = block.sequence;
      at = block.end;
    }
    return at;
  }

  #readRecords(path: string, at: number, block: Block): void {
    const records = recordsOf(block.body);
    if (records === null) throw this.#corrupt({ path, at }, 'expected whole records in the block');
    for (const bytes of records) {
      let record: LogRecord;
      try {
        record = decodeOwn(bytes);
      } catch (cause) {
        throw this.#corrupt({ path, at }, `expected a record: ${messageOf(cause)}`, cause);
      }
      this.#options.onRecord(record);
    }
  }

  /** What follows the last intact block may be torn only if nothing was written after it. */
  #checkTorn({ path, number, end }: Segment, file: Buffer): void {
    if (basename(path) !== this.#lastName) {
      throw this.#corrupt({ path, at: end }, 'expected an intact block: later segments follow');
    }
    const isLater = ({ segment, sequence }: Block) =>
      segment === number && sequence > this.lastSequence;
    const later = findBlock(file, end, isLater);
    if (later === null) return;
    throw this.#corrupt({ path, at: end }, `expected an intact block: another follows at ${later}`);
  }

  async #cut({ path, end }: Segment, bytes: number): Promise<void> {
    const file = await this.#options.files.open(path);
    try {
      await file.write(Buffer.alloc(bytes), end);
    } finally {
      await file.close();
    }
    this.#options.onWarning(
      `${path}: the last write is torn at offset ${end}, as after a power cut; it was cut off`,
    );
  }

  #corrupt({ path, at }: Place, why: string, cause?: unknown): DsysError {
    const directory = dirname(this.#options.directory);
    return corrupt(directory, `${path} is damaged at offset ${at}: ${why}`, cause);
  }
}

/** A `one` write is a slice of its record, and would keep the whole segment in memory. */
function decodeOwn(bytes: Buffer): LogRecord {
  const record = decodeLogRecord(bytes);
  return record.kind === 'tentative' ? decodeLogRecord(compactCopy(bytes)) : record;
}

const zeros = Buffer.alloc(1 << 16);

function isBlank(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += zeros.length) {
    const part = bytes.subarray(at, at + zeros.length);
    if (!part.equals(zeros.subarray(0, part.length))) return false;
  }
  return true;
}
