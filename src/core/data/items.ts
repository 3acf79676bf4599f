// The keys of one partition, tombstones included. Rows are immutable and replaced as a whole, so
// whoever holds one (a snapshot under way, a batch for the engine) keeps what it saw.

import type { ItemRow } from '../model/state.ts';
import { ownBytes } from './bytes.ts';
import { KeyOrder, type LiveKeys } from './key-order.ts';
import type { ChangedRows } from './rows.ts';

export class Items implements LiveKeys {
  readonly #rows = new Map<string, ItemRow>();
  readonly #changed = new Set<string>();
  readonly #order: KeyOrder = new KeyOrder(this);
  #liveCount = 0;

  /** Tombstones too. */
  get count(): number {
    return this.#rows.size;
  }

  get liveCount(): number {
    return this.#liveCount;
  }

  get changed(): number {
    return this.#changed.size;
  }

  get(key: string): ItemRow | null {
    return this.#rows.get(key) ?? null;
  }

  isLive(key: string): boolean {
    return isLive(this.#rows.get(key));
  }

  put(row: ItemRow): void {
    this.#set(row);
    this.#changed.add(row.key);
  }

  /** Takes a tombstone out. */
  purge(key: string): void {
    this.#rows.delete(key);
    this.#changed.add(key);
  }

  /** The live keys in order; see KeyOrder. */
  sortedKeys(): readonly string[] {
    return this.#order.keys();
  }

  rows(): IterableIterator<ItemRow> {
    return this.#rows.values();
  }

  restore(rows: readonly ItemRow[]): void {
    this.#rows.clear();
    this.#changed.clear();
    this.#order.clear();
    this.#liveCount = 0;
    for (const row of rows) this.#set(withOwnBytes(row));
  }

  takeChanges(into: ChangedRows): void {
    for (const key of this.#changed) {
      const row = this.#rows.get(key);
      if (row === undefined) into.removed.push({ kind: 'item', key });
      else into.rows.push(row);
    }
    this.#changed.clear();
  }

  #set(row: ItemRow): void {
    const wasLive = this.isLive(row.key);
    this.#rows.set(row.key, row);
    if (isLive(row) === wasLive) return;
    this.#liveCount += wasLive ? -1 : 1;
    this.#order.note(row.key);
  }
}

function isLive(row: ItemRow | undefined): boolean {
  return row !== undefined && row.value !== null;
}

function withOwnBytes(row: ItemRow): ItemRow {
  if (row.value === null) return row;
  const value = ownBytes(row.value);
  return value === row.value ? row : { ...row, value };
}
