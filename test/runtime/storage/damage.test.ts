// Bad disks, seen from outside: what a node is told about a directory that is not as it was left.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Recovered } from '../../../src/core/model/records.ts';
import { openFileStorage } from '../../../src/runtime/storage/storage.ts';
import {
  allRows,
  entriesBetween,
  entriesRecord,
  entry,
  one,
  persistBatch,
  point,
  rowOf,
  stateBatch,
  two,
} from '../../ports/storage-words.ts';
import {
  blocks,
  Laboratory,
  recoverIn,
  segmentsOf,
  tinySegmentBytes,
  unexpected,
  walOf,
} from './written.ts';

let laboratory: Laboratory;
beforeAll(async () => {
  laboratory = await Laboratory.make();
});
afterAll(() => laboratory.close());

const many = { segmentBytes: tinySegmentBytes };
const single = { segmentBytes: 4096 };
const firstSegment = (directory: string): string => join(walOf(directory), '00000001.log');

function entriesIn(recovered: Recovered | null): number {
  return recovered?.groups.find(({ group }) => group === one)?.entries.length ?? 0;
}

function edit(path: string, change: (bytes: Buffer) => void): void {
  const bytes = readFileSync(path);
  change(bytes);
  writeFileSync(path, bytes);
}

const lastBlock = (bytes: Buffer): number => bytes.lastIndexOf('DSWB', undefined, 'latin1');

describe('a damaged log', () => {
  test('after a clean stop, a missing segment is noticed', async () => {
    const origin = await laboratory.written({ clean: true, ...many });
    const [, ...names] = segmentsOf(origin);
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) {
      const outcome = await laboratory.damaged(origin, (directory) => {
        rmSync(join(walOf(directory), name));
      });
      expect(outcome.error, name).toMatchObject({ code: 'storage-corrupt' });
      expect(outcome.error?.message).toContain('/wal');
    }
  });

  test('an emptied log beside a filled engine is noticed', async () => {
    const origin = await laboratory.written({ clean: true, ...many });
    const { error } = await laboratory.damaged(origin, (directory) => {
      for (const name of readdirSync(walOf(directory))) rmSync(join(walOf(directory), name));
    });
    expect(error).toMatchObject({ code: 'storage-corrupt' });
    expect(error?.hint).toContain('dsys replace node7');
  });

  test('after a clean stop even a damaged last block is noticed', async () => {
    const origin = await laboratory.written({ clean: true, ...single });
    const { error } = await laboratory.damaged(origin, (directory) => {
      edit(firstSegment(directory), (bytes) =>
        bytes.fill(0xaa, lastBlock(bytes) + 40).fill(0, 4000),
      );
    });
    expect(error).toMatchObject({ code: 'storage-corrupt' });
  });

  test('a torn end is cut once, and the log goes on behind it', async () => {
    const origin = await laboratory.written({ clean: false, ...single });
    let torn = 0;
    edit(firstSegment(origin), (bytes) => {
      torn = lastBlock(bytes);
      bytes.fill(0, torn + 40, torn + 60);
    });
    const first = await recoverIn(origin);
    expect(entriesIn(first.recovered)).toBe(blocks - 1);
    expect(first.warnings).toEqual([expect.stringContaining(`torn at offset ${torn}`)]);

    const storage = await openFileStorage({ directory: origin, onWarning: unexpected });
    await storage.recover();
    const more = [entriesRecord(one, entriesBetween(blocks, blocks + 2))];
    await storage.persist(persistBatch(1, more));
    await storage.close();
    const second = await recoverIn(origin);
    expect(second.warnings).toEqual([]);
    expect(entriesIn(second.recovered)).toBe(blocks + 2);
  });

  test('foreign files beside the segments are ignored with a warning', async () => {
    const origin = await laboratory.written({ clean: true, ...single });
    const outcome = await laboratory.damaged(origin, (directory) => {
      writeFileSync(join(walOf(directory), 'notes.txt'), 'hello');
    });
    expect(outcome.warnings).toEqual([expect.stringContaining('notes.txt')]);
    expect(entriesIn(outcome.recovered)).toBe(blocks);
  });

  test('a segment under the name of another is noticed', async () => {
    const origin = await laboratory.written({ clean: true, ...many });
    const [first = '', second = ''] = segmentsOf(origin);
    const { error } = await laboratory.damaged(origin, (directory) => {
      const bytes = readFileSync(join(walOf(directory), first));
      writeFileSync(join(walOf(directory), second), bytes);
    });
    expect(error).toMatchObject({ code: 'storage-corrupt' });
    expect(error?.message).toContain(second);
  });

  test('a half-made spare segment disturbs nobody', async () => {
    const origin = await laboratory.written({ clean: true, ...many });
    const outcome = await laboratory.damaged(origin, (directory) => {
      writeFileSync(join(walOf(directory), 'spare'), 'half');
    });
    expect(outcome).toMatchObject({ error: null, warnings: [] });
    expect(entriesIn(outcome.recovered)).toBe(blocks);
  });

  test('a log that no longer reaches back to the state is refused, not bridged', async () => {
    const origin = await laboratory.written({ clean: false, ...many });
    const { error } = await laboratory.damaged(origin, (directory) => {
      for (const name of segmentsOf(directory).slice(0, 3)) rmSync(join(walOf(directory), name));
    });
    expect(error).toMatchObject({ code: 'storage-corrupt' });
    expect(error?.message).toContain('group 1');
  });
});

describe('a damaged engine', () => {
  const entries = entriesBetween(1, 50);

  /** Two groups, their older rows in a table of the engine, the newer ones in its log. */
  async function filled(): Promise<string> {
    const directory = laboratory.place();
    for (const half of [1, 2]) {
      const storage = await openFileStorage({ directory, onWarning: unexpected, ...single });
      await storage.recover();
      const records = [one, two].map((group) => entriesRecord(group, entries));
      if (half === 1) await storage.persist(persistBatch(1, records));
      for (const group of [one, two]) {
        const rows = Array.from({ length: 300 }, (_, i) => {
          return { ...rowOf(entry(1)), key: `row${half}-${i}` };
        });
        const at = point(half * 5);
        await storage.saveState(stateBatch({ group, point: at, rows, sync: true }));
      }
      await storage.close();
    }
    return directory;
  }

  const engineFiles = (directory: string): string[] =>
    readdirSync(join(directory, 'state')).filter((name) => !/^LO(G|CK)/.test(name));

  /** Each group is as it was saved, now or before; the log leads on from there. */
  function expectConsistent(found: Recovered, place: string): void {
    for (const group of found.groups) {
      const { point: at, start, entries: left } = group;
      const rows = allRows(group);
      expect([undefined, 5, 10], place).toContain(at?.index);
      expect(rows.length, place).toBe((at?.index ?? 0) * 60);
      expect(start.index + left.length, place).toBe(50);
    }
  }

  test('flipped bits anywhere in it never change the state unnoticed', async () => {
    const origin = await filled();
    const names = engineFiles(origin);
    expect(names.some((name) => name.endsWith('.ldb'))).toBe(true);
    let refused = 0;
    for (const name of names) {
      const { length } = readFileSync(join(origin, 'state', name));
      for (let at = 0; at < length; at += Math.ceil(length / 25)) {
        const { recovered, error } = await laboratory.damaged(origin, (directory) => {
          edit(join(directory, 'state', name), (bytes) => {
            bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
          });
        });
        const place = `${name} at ${at}: ${error?.message}`;
        if (recovered !== null) expectConsistent(recovered, place);
        else {
          refused++;
          expect(error?.code, place).toBe('storage-corrupt');
          expect(error?.message, place).toContain('state');
        }
      }
    }
    expect(refused).toBeGreaterThan(20);
  }, 60_000);

  test('a damaged table is named with its offset, and stays as it was found', async () => {
    const directory = await filled();
    const table = engineFiles(directory).find((name) => name.endsWith('.ldb')) ?? '';
    const path = join(directory, 'state', table);
    edit(path, (bytes) => bytes.fill(0xff, 100, 110));
    for (const _ of [1, 2]) {
      const { error } = await recoverIn(directory);
      expect(error?.message).toContain(`${path} is damaged at offset 0`);
      expect(error?.hint).toContain('dsys replace node7');
    }
  });

  test('a damaged table that a crash left over does not matter', async () => {
    const origin = await filled();
    const table = engineFiles(origin).find((name) => name.endsWith('.ldb')) ?? '';
    const { recovered, error } = await laboratory.damaged(origin, (directory) => {
      const bytes = readFileSync(join(directory, 'state', table)).fill(0xff, 100, 110);
      writeFileSync(join(directory, 'state', '999999.ldb'), bytes);
    });
    expect(error).toBe(null);
    expect(recovered?.groups.map((group) => allRows(group).length)).toEqual([600, 600]);
  });

  test('a batch that the engine skips without a word is missed by the digest', async () => {
    const directory = laboratory.place();
    const storage = await openFileStorage({ directory, onWarning: unexpected, ...single });
    await storage.recover();
    await storage.persist(persistBatch(1, [entriesRecord(one, entries)]));
    for (const part of [1, 2, 3]) {
      const rows = Array.from({ length: 1000 }, (_, i) => {
        return { ...rowOf(entry(1)), key: `row${part}-${i}` };
      });
      await storage.saveState(stateBatch({ group: one, point: point(part), rows, sync: true }));
    }
    const origin = await laboratory.copy(directory);
    await storage.close();
    const log = engineFiles(origin).find((name) => name.endsWith('.log')) ?? '';
    const { error } = await laboratory.damaged(origin, (copy) => {
      edit(join(copy, 'state', log), (bytes) => bytes.fill(0, 5000, 5010));
    });
    expect(error).toMatchObject({ code: 'storage-corrupt' });
    expect(error?.message).toMatch(/group 1: expected 3000 rows .*, found 2000/);
  });

  test('a lost table is noticed', async () => {
    const origin = await filled();
    const table = engineFiles(origin).find((name) => name.endsWith('.ldb')) ?? '';
    const { error } = await laboratory.damaged(origin, (directory) => {
      rmSync(join(directory, 'state', table));
    });
    expect(error).toMatchObject({ code: 'storage-corrupt' });
  });

  test('an engine that is gone altogether is made again from a log that is whole', async () => {
    const origin = await filled();
    const { recovered } = await laboratory.damaged(origin, (directory) => {
      rmSync(join(directory, 'state'), { recursive: true });
    });
    expect(recovered?.groups.map(({ point: at }) => at)).toEqual([null, null]);
    expect(entriesIn(recovered)).toBe(50);
  });
});
