// The keys of one partition, tombstones included. Rows are immutable and replaced as a whole, so
// whoever holds one (a snapshot under way, a batch for the engine) keeps what it saw.
//
// After a restart most rows are still with the storage: each comes over when it is first asked for,
// all of them when somebody wants to see everything. Invariant: a key is here or there, never both.

import type { ItemRow } from '../model/state.ts';
import type { StoredItems } from '../model/stored-items.ts';
import { ownBytes } from './bytes.ts';
import { KeyOrder, type LiveKeys } from './key-order.ts';
import type { ChangedRows } from './rows.ts';

/** What a row that is still with the storage counts for in `bytes`. */
const storedBytes = 256;

export class Items implements LiveKeys {
  readonly #rows = new Map<string, ItemRow>();
  readonly #changed = new Set<string>();
  readonly #order: KeyOrder = new KeyOrder(this);
  #liveCount = 0;
  #bytes = 0;
  #stored: StoredItems | null = null;

  /** Tombstones too. */
  get count(): number {
    this.#takeRest();
    return this.#rows.size;
  }

  get liveCount(): number {
    return this.#liveCount + (this.#stored?.live ?? 0);
  }

  /** Of keys and values, approximately: what a copy of them costs. */
  get bytes(): number {
    return this.#bytes + (this.#stored?.live ?? 0) * storedBytes;
  }

  get changed(): number {
    return this.#changed.size;
  }

  get(key: string): ItemRow | null {
    return this.#rows.get(key) ?? this.#take(key);
  }

  isLive(key: string): boolean {
    return isLive(this.get(key));
  }

  put(row: ItemRow): void {
    this.#replace(this.get(row.key), row);
    this.#changed.add(row.key);
  }

  /** Takes a tombstone out. */
  purge(key: string): void {
    this.#bytes -= weightOf(this.#rows.get(key) ?? null);
    this.#rows.delete(key);
    this.#changed.add(key);
  }

  /** The live keys in order; see KeyOrder. */
  sortedKeys(): readonly string[] {
    this.#takeRest();
    return this.#order.keys();
  }

  rows(): IterableIterator<ItemRow> {
    this.#takeRest();
    return this.#rows.values();
  }

  /** Replaces everything; `stored` holds keys that are not among the rows. */
  restore(rows: readonly ItemRow[], stored: StoredItems | null = null): void {
    this.#rows.clear();
    this.#changed.clear();
    this.#order.clear();
    this.#liveCount = 0;
    this.#bytes = 0;
    this.#stored = stored;
    for (const row of rows) this.#add(row);
  }

  /** The tombstones that the storage had; from then on all are here. */
  takeTombstones(): readonly ItemRow[] {
    const tombstones = this.#stored?.takeTombstones() ?? [];
    for (const row of tombstones) this.#add(row);
    return tombstones;
  }

  takeChanges(into: ChangedRows): void {
    for (const key of this.#changed) {
      const row = this.#rows.get(key);
      if (row === undefined) into.removed.push({ kind: 'item', key });
      else into.rows.push(row);
    }
    this.#changed.clear();
  }

  #take(key: string): ItemRow | null {
    const row = this.#stored?.take(key) ?? null;
    return row === null ? null : this.#add(row);
  }

  #takeRest(): void {
    const rows = this.#stored?.takeRest() ?? [];
    this.#stored = null;
    for (const row of rows) this.#add(row);
  }

  /** A row that nothing changed. */
  #add(row: ItemRow): ItemRow {
    const owned = withOwnBytes(row);
    this.#replace(this.#rows.get(row.key) ?? null, owned);
    return owned;
  }

  #replace(before: ItemRow | null, after: ItemRow): void {
    const wasLive = isLive(before);
    this.#rows.set(after.key, after);
    this.#bytes += weightOf(after) - weightOf(before);
    if (isLive(after) === wasLive) return;
    this.#liveCount += wasLive ? -1 : 1;
    this.#order.note(after.key);
  }
}

function weightOf(row: ItemRow | null): number {
  return row === null ? 0 : row.key.length + (row.value?.length ?? 0);
}

function isLive(row: ItemRow | null): boolean {
  return row !== null && row.value !== null;
}

function withOwnBytes(row: ItemRow): ItemRow {
  if (row.value === null) return row;
  const value = ownBytes(row.value);
  return value === row.value ? row : { ...row, value };
}
