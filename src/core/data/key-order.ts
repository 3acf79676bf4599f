// The live keys in UTF-16 code unit order, for scans. Writes only take notes of keys that came or
// went; the order is put right when somebody asks: a few notes one by one, many by sorting them and
// merging both lists.

import { compareIds } from '../model/ids.ts';

/** Who knows which keys live. */
export interface LiveKeys {
  isLive(key: string): boolean;
  readonly liveCount: number;
}

/** Up to this many notes are put in place singly: each moves a part of the list. */
const singlyMax = 32;
/**
 * Notes wait until somebody asks, or until they are this many and mostly of keys that came and
 * went.
 */
const notesMin = 1024;

export class KeyOrder {
  readonly #live: LiveKeys;
  #sorted: string[] = [];
  #notes: string[] = [];

  constructor(live: LiveKeys) {
    this.#live = live;
  }

  /** The key has a value now and had none before, or the other way round. */
  note(key: string): void {
    this.#notes.push(key);
    if (this.#notes.length > notesMin + 2 * this.#live.liveCount) this.keys();
  }

  clear(): void {
    this.#sorted = [];
    this.#notes = [];
  }

  /** Every live key, once, in order. To be read before the next write. */
  keys(): readonly string[] {
    if (this.#notes.length > singlyMax) this.#mergeNotes();
    else for (const key of this.#notes) this.#place(key);
    if (this.#notes.length > 0) this.#notes = [];
    return this.#sorted;
  }

  #place(key: string): void {
    const at = lowerBound(this.#sorted, key);
    const isThere = this.#sorted[at] === key;
    const isLive = this.#live.isLive(key);
    if (isLive && !isThere) this.#sorted.splice(at, 0, key);
    else if (isThere && !isLive) this.#sorted.splice(at, 1);
  }

  #mergeNotes(): void {
    const isLive = (key: string) => this.#live.isLive(key);
    const noted = this.#notes.filter(isLive).sort(compareIds);
    this.#sorted = mergeUnique(this.#sorted.filter(isLive), noted);
  }
}

/** Where `key` is or belongs in `keys`. */
export function lowerBound(keys: readonly string[], key: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((keys[middle] ?? '') < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The union of two sorted lists, each key once. */
function mergeUnique(a: readonly string[], b: readonly string[]): string[] {
  const union: string[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const fromA = a[i];
    const fromB = b[j];
    const takeA = fromB === undefined || (fromA !== undefined && fromA <= fromB);
    const key = takeA ? fromA : fromB;
    if (takeA) i++;
    else j++;
    if (key !== undefined && key !== union[union.length - 1]) union.push(key);
  }
  return union;
}
