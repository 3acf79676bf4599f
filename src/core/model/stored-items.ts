// Keys as a storage found them, counted but not looked at. A node that starts has much to do before
// anybody asks for a key; each partition reads its own when it is first touched.

import type { ItemRow } from './state.ts';

export interface StoredItems {
  /** Keys that have a value; tombstones do not. */
  readonly live: number;
  /** All of them, in any order. Called at most once. */
  read(): readonly ItemRow[];
}

/** Items that are here already. */
export function itemsInHand(items: readonly ItemRow[]): StoredItems {
  const live = items.filter(({ value }) => value !== null).length;
  return { live, read: () => items };
}
