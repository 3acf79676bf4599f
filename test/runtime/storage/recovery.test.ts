// Every single damaged byte of a small log: recovery yields what was written, at most without a
// last block that looks torn, or says storage-corrupt. It never yields anything else.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LogRecord } from '../../../src/core/model/records.ts';
import type { DsysError } from '../../../src/errors.ts';
import type { Files } from '../../../src/runtime/storage/files.ts';
import { scanLog } from '../../../src/runtime/storage/recovery.ts';
import { blocks, Laboratory, segmentsOf, tinySegmentBytes, walOf } from './written.ts';

/** A directory of files in memory, as the scan needs it. */
class MemoryFiles implements Files {
  readonly contents: Map<string, Buffer>;

  constructor(contents: ReadonlyMap<string, Buffer>) {
    this.contents = new Map(contents);
  }

  list = async () => [...this.contents.keys()];
  read = async (path: string) => Buffer.from(this.contents.get(path.split('/').at(-1) ?? '') ?? '');
  makeDirectory = async () => undefined;
  create = async () => undefined;
  rename = async () => undefined;
  remove = async () => undefined;

  async open(path: string) {
    const file = this.contents.get(path.split('/').at(-1) ?? '') ?? Buffer.alloc(0);
    const write = async (bytes: Uint8Array, position: number) => file.set(bytes, position);
    return { write, close: async () => undefined };
  }
}

interface Scan {
  readonly records: readonly LogRecord[];
  readonly warnings: readonly string[];
  readonly error: DsysError | null;
}

async function scan(files: Files): Promise<Scan> {
  const records: LogRecord[] = [];
  const warnings: string[] = [];
  try {
    await scanLog({
      files,
      directory: '/lab/node7/wal',
      onWarning: (text) => warnings.push(text),
      onSegment: () => undefined,
      onRecord: (record) => records.push(record),
    });
    return { records, warnings, error: null };
  } catch (error) {
    return { records, warnings, error: error as DsysError };
  }
}

const shapes = [
  { name: 'of one segment', segmentBytes: 2048 },
  { name: 'with a segment for each block', segmentBytes: tinySegmentBytes },
];

describe.each(shapes)('a log $name', ({ segmentBytes }) => {
  let laboratory: Laboratory;
  let files: Map<string, Buffer>;
  let whole: Scan;

  beforeAll(async () => {
    laboratory = await Laboratory.make();
    const directory = await laboratory.written({ clean: false, segmentBytes });
    const read = (name: string) => readFileSync(join(walOf(directory), name));
    files = new Map(segmentsOf(directory).map((name) => [name, read(name)]));
    whole = await scan(new MemoryFiles(files));
  });
  afterAll(() => laboratory.close());

  /** Everything, or everything but the last block (its records are a suffix). */
  function expectHonest(found: Scan, name: string, place: string): void {
    const { error, records, warnings } = found;
    if (error !== null) {
      expect(error.code, place).toBe('storage-corrupt');
      expect(error.message).toMatch(/\d{8}\.log is damaged at offset \d+/);
      expect(error.hint).toContain('dsys replace node7');
      return;
    }
    expect(records, place).toEqual(whole.records.slice(0, records.length));
    expect([...files.keys()].at(-1), place).toBe(name);
    expect(warnings, place).toEqual([expect.stringContaining('torn')]);
    const lost = whole.records.slice(records.length).filter(({ kind }) => kind === 'entries');
    expect(lost.length, place).toBeLessThanOrEqual(1);
  }

  test('is whole', () => {
    expect(whole.error).toBe(null);
    const entries = whole.records.filter(({ kind }) => kind === 'entries');
    expect(entries).toHaveLength(blocks);
  });

  test('with any byte flipped is honest', async () => {
    for (const [name, bytes] of files) {
      for (let at = 0; at < bytes.length; at++) {
        const copy = Buffer.from(bytes);
        copy[at] = (copy[at] ?? 0) ^ (1 << (at % 8));
        const found = await scan(new MemoryFiles(new Map(files).set(name, copy)));
        expectHonest(found, name, `${name} at ${at}`);
      }
    }
  });

  test('cut at any length is refused', async () => {
    for (const [name, bytes] of files) {
      for (let keep = 0; keep < bytes.length; keep++) {
        const copy = bytes.subarray(0, keep);
        const { error } = await scan(new MemoryFiles(new Map(files).set(name, copy)));
        expect(error?.code, `${name} cut to ${keep}`).toBe('storage-corrupt');
      }
    }
  });

  test('with zeros from any byte on, as torn writes leave them, is honest', async () => {
    const [name = '', bytes = Buffer.alloc(0)] = [...files].at(-1) ?? [];
    const end = bytes.lastIndexOf('DSWB', undefined, 'latin1');
    for (let at = end; at < bytes.length; at++) {
      const memory = new MemoryFiles(new Map(files).set(name, Buffer.from(bytes).fill(0, at)));
      const found = await scan(memory);
      expect(found.error, `from ${at}`).toBe(null);
      const again = await scan(memory);
      expect(again).toEqual({ ...found, warnings: [] });
      const lost = whole.records.length - found.records.length;
      if (lost > 0) expect(found.warnings).toHaveLength(at === end ? 0 : 1);
    }
  });

  test('with any middle segment missing is refused', async () => {
    for (const name of [...files.keys()].slice(1, -1)) {
      const rest = new Map(files);
      rest.delete(name);
      const { error } = await scan(new MemoryFiles(rest));
      expect(error, name).toMatchObject({ code: 'storage-corrupt' });
    }
  });
});
