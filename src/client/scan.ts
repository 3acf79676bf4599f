// All entries under a prefix in key order, although every partition holds its own: one cursor a
// partition, its pages fetched as they are used up, merged by a heap. Each page is read at its own
// moment; no snapshot over partitions is claimed.

import type { GroupId } from '../core/model/ids.ts';
import { groupId } from '../core/model/ids.ts';
import { limits } from '../core/model/limits.ts';
import type { ScanEntry } from '../core/model/operation.ts';

export interface Page {
  readonly entries: readonly ScanEntry[];
  /** Where the next page begins; null at the end. */
  readonly next: string | null;
}

export interface PageQuery {
  readonly group: GroupId;
  readonly after: string | null;
  readonly limit: number;
}

export interface MergeOptions {
  readonly partitions: number;
  /** Entries wanted at most. */
  readonly limit: number;
  readonly fetchPage: (query: PageQuery) => Promise<Page>;
}

/** Small first pages: there is one of every partition before the first entry is known. */
const firstPageEntries = 128;

export async function* mergePartitions(options: MergeOptions): AsyncGenerator<ScanEntry> {
  const cursors = Array.from(
    { length: options.partitions },
    (_, i) => new Cursor(groupId(i + 1), options),
  );
  await Promise.all(cursors.map((cursor) => cursor.fill()));
  const heap = cursors.filter((cursor) => cursor.head !== null);
  heap.sort(compareHeads);
  let left = options.limit;
  for (let first = heap[0]; first !== undefined && left > 0; first = heap[0]) {
    if (first.head !== null) yield first.head;
    left -= 1;
    await first.advance();
    if (first.head === null) removeFirst(heap);
    else sink(heap);
  }
}

class Cursor {
  readonly #group: GroupId;
  readonly #options: MergeOptions;
  #page: Page = { entries: [], next: null };
  #at = 0;

  constructor(group: GroupId, options: MergeOptions) {
    this.#group = group;
    this.#options = options;
  }

  /** null when the partition has no more. */
  get head(): ScanEntry | null {
    return this.#page.entries[this.#at] ?? null;
  }

  fill(): Promise<void> {
    return this.#fetch(null, firstPageEntries);
  }

  async advance(): Promise<void> {
    this.#at += 1;
    while (this.head === null && this.#page.next !== null)
      await this.#fetch(this.#page.next, limits.scanEntriesMax);
  }

  async #fetch(after: string | null, entries: number): Promise<void> {
    const limit = Math.min(entries, this.#options.limit);
    this.#page = await this.#options.fetchPage({ group: this.#group, after, limit });
    this.#at = 0;
    if (this.head === null && this.#page.next !== null) await this.#fetch(this.#page.next, entries);
  }
}

/** Key order is the order of UTF-16 code units, as in the partitions themselves. */
function compareHeads(a: Cursor, b: Cursor): number {
  const [left, right] = [a.head?.key ?? '', b.head?.key ?? ''];
  return left < right ? -1 : left > right ? 1 : 0;
}

function removeFirst(heap: Cursor[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  heap[0] = last;
  sink(heap);
}

/** Restores the order of the heap after its first cursor moved on. */
function sink(heap: Cursor[]): void {
  let at = 0;
  while (true) {
    const [left, right] = [2 * at + 1, 2 * at + 2];
    const smallest = smallerOf(heap, smallerOf(heap, at, left), right);
    if (smallest === at) return;
    swap(heap, at, smallest);
    at = smallest;
  }
}

function smallerOf(heap: readonly Cursor[], a: number, b: number): number {
  const [left, right] = [heap[a], heap[b]];
  if (left === undefined || right === undefined) return a;
  return compareHeads(right, left) < 0 ? b : a;
}

function swap(heap: Cursor[], a: number, b: number): void {
  const [left, right] = [heap[a], heap[b]];
  if (left === undefined || right === undefined) return;
  heap[a] = right;
  heap[b] = left;
}
