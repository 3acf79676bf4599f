// One page of a partition's live keys, in order. A page is bounded by entries and bytes, but has at
// least one entry when there is any; `next` is null exactly when nothing follows.

import { assert } from '../model/assert.ts';
import type { Bounds } from '../model/limits.ts';
import type { ScanEntry } from '../model/operation.ts';
import { utf8Length } from '../model/utf8.ts';
import type { Items } from './items.ts';
import { lowerBound } from './key-order.ts';

export interface ScanRange {
  readonly prefix: string;
  /** The page begins strictly after this key; null: at the first. */
  readonly after: string | null;
  /** At least 1. */
  readonly limit: number;
}

export interface ScanPage {
  readonly entries: readonly ScanEntry[];
  /** Pass as `after` for the next page; null at the end. */
  readonly next: string | null;
}

export type ScanBounds = Pick<Bounds, 'scanEntriesMax' | 'scanBytesMax'>;

export function scanPage(
  items: Items,
  { prefix, after, limit }: ScanRange,
  bounds: ScanBounds,
): ScanPage {
  const keys = items.sortedKeys();
  const entriesMax = Math.max(1, Math.min(limit, bounds.scanEntriesMax));
  const entries: ScanEntry[] = [];
  let bytes = 0;
  for (let at = firstPosition(keys, prefix, after); at < keys.length; at++) {
    const entry = entryOf(items, keys[at] ?? '');
    if (!entry.key.startsWith(prefix)) break;
    bytes += utf8Length(entry.key) + entry.value.length;
    const isFull = entries.length === entriesMax || bytes > bounds.scanBytesMax;
    if (isFull && entries.length > 0) return { entries, next: entries.at(-1)?.key ?? null };
    entries.push(entry);
  }
  return { entries, next: null };
}

function firstPosition(keys: readonly string[], prefix: string, after: string | null): number {
  if (after === null || after < prefix) return lowerBound(keys, prefix);
  const at = lowerBound(keys, after);
  return keys[at] === after ? at + 1 : at;
}

function entryOf(items: Items, key: string): ScanEntry {
  const item = items.get(key);
  assert(item !== null && item.value !== null, 'a sorted key is live');
  return { key, value: item.value, version: item.version };
}
