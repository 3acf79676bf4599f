// The merge of the partitions' pages, against the dumb twin: everything sorted at once.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Page, PageQuery } from '../../src/client/scan.ts';
import { mergePartitions } from '../../src/client/scan.ts';
import type { ScanEntry } from '../../src/core/model/operation.ts';
import { hashText } from '../../src/wire/key-hash.ts';
import { version } from './answers.ts';

const entry = (key: string): ScanEntry => ({ key, value: new Uint8Array(), version: version(1) });
const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Partitions that answer in pages of at most `pageMax`, sometimes empty ones that continue. */
function pager(keys: readonly string[], partitions: number, pageMax: number) {
  let pages = 0;
  const fetchPage = async ({ group, after, limit }: PageQuery): Promise<Page> => {
    pages += 1;
    const rest = keys
      .filter(
        (key) => 1 + (hashText(key) % partitions) === group && (after === null || key > after),
      )
      .sort(byCodeUnit);
    const entries = rest.slice(0, Math.min(limit, pageMax)).map(entry);
    const next = entries.length < rest.length ? (entries.at(-1)?.key ?? null) : null;
    return { entries, next };
  };
  return { fetchPage, pages: () => pages };
}

async function keysOf(entries: AsyncIterable<ScanEntry>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of entries) keys.push(key);
  return keys;
}

test('the merge is every key once, in order, up to the limit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.string({ minLength: 1, unit: 'binary' }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 1, max: 4 }),
      fc.option(fc.integer({ min: 1, max: 30 }), { nil: Number.POSITIVE_INFINITY }),
      async (keys, partitions, pageMax, limit) => {
        const { fetchPage } = pager(keys, partitions, pageMax);
        const merged = await keysOf(mergePartitions({ partitions, limit, fetchPage }));
        const sorted = [...keys].sort(byCodeUnit);
        expect(merged).toEqual(
          limit === Number.POSITIVE_INFINITY ? sorted : sorted.slice(0, limit),
        );
      },
    ),
    { numRuns: 60 },
  );
});

test('a scan that is left early fetches no more pages', async () => {
  const keys = Array.from({ length: 100 }, (_, i) => `key ${i}`);
  const { fetchPage, pages } = pager(keys, 2, 10);
  for await (const { key } of mergePartitions({ partitions: 2, limit: 100, fetchPage })) {
    expect(key).toBe('key 0');
    break;
  }
  expect(pages()).toBe(2);
});
