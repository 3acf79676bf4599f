// Keys as a storage found them, counted but not looked at. A node that starts has much to do before
// anybody asks for a key; each is handed over when it is first needed, and only once: from then on
// it is the taker's.

import type { ItemRow } from './state.ts';

export interface StoredItems {
  /** Keys that have a value and were not taken; tombstones do not count. */
  readonly live: number;
  /** All tombstones that were not taken, in any order. */
  takeTombstones(): readonly ItemRow[];
  /** The key's row; null: there is none, or it was taken. */
  take(key: string): ItemRow | null;
  /** All that were not taken, in any order. */
  takeRest(): readonly ItemRow[];
}

/** Items that are here already. */
export function itemsInHand(items: readonly ItemRow[]): StoredItems {
  return new ItemsInHand(items);
}

class ItemsInHand implements StoredItems {
  readonly #rows: Map<string, ItemRow>;
  live: number;

  constructor(items: readonly ItemRow[]) {
    this.#rows = new Map(items.map((row) => [row.key, row]));
    this.live = items.filter(({ value }) => value !== null).length;
  }

  takeTombstones(): readonly ItemRow[] {
    const tombstones = [...this.#rows.values()].filter(({ value }) => value === null);
    for (const { key } of tombstones) this.#rows.delete(key);
    return tombstones;
  }

  take(key: string): ItemRow | null {
    const row = this.#rows.get(key) ?? null;
    this.#rows.delete(key);
    if (row !== null && row.value !== null) this.live -= 1;
    return row;
  }

  takeRest(): readonly ItemRow[] {
    const rows = [...this.#rows.values()];
    this.#rows.clear();
    this.live = 0;
    return rows;
  }
}
