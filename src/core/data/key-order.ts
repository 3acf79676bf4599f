// The live keys in UTF-16 code unit order, for scans. Writes only take notes; the order is put right when
// somebody asks: sort what is new, merge it in, drop what is gone. Pages after the first cost nothing extra.

import { compareIds } from '../model/ids.ts';

/** Who knows which keys live. */
export interface LiveKeys {
  isLive(key: string): boolean;
  readonly liveCount: number;
}

/** Notes are kept until somebody asks, or until they are this many and mostly of keys that came and went. */
const notesMin = 1024;

export class KeyOrder {
  readonly #live: LiveKeys;
  #sorted: readonly string[] = [];
  #added: string[] = [];
  #isStale = false;

  constructor(live: LiveKeys) {
    this.#live = live;
  }

  /** A key has a value again, or for the first time. */
  noteAdded(key: string): void {
    this.#added.push(key);
    this.#isStale = true;
    if (this.#added.length > notesMin + 2 * this.#live.liveCount) this.keys();
  }

  /** Some key has no value any more. */
  noteRemoved(): void {
    this.#isStale = true;
  }

  clear(): void {
    this.#sorted = [];
    this.#added = [];
    this.#isStale = false;
  }

  /** Every live key, once, in order. The list never changes; the next write makes another one. */
  keys(): readonly string[] {
    if (!this.#isStale) return this.#sorted;
    const isLive = (key: string) => this.#live.isLive(key);
    const added = this.#added.filter(isLive).sort(compareIds);
    this.#sorted = mergeUnique(this.#sorted.filter(isLive), added);
    this.#added = [];
    this.#isStale = false;
    return this.#sorted;
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
