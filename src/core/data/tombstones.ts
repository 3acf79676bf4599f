// The tombstones that there are, and which of them may go. Once every owner is past a tombstone
// (owners.ts), no write that has not seen it can come any more, and it has nothing left to defend.
// No clock, no grace period; the cost is that of what is purged.

import type { LogIndex } from '../model/ids.ts';
import type { ItemRow } from '../model/state.ts';

export class Tombstones {
  /**
   * Every tombstone there is. Invariant: indexes ascend, because tombstones are made in log order.
   */
  readonly #indexByKey = new Map<string, LogIndex>();

  /** The oldest one after `passed`, or null. */
  oldestAfter(passed: LogIndex): LogIndex | null {
    for (const index of this.#indexByKey.values()) if (index > passed) return index;
    return null;
  }

  /** A key's row was replaced. A tombstone that only learned of more writes keeps its place. */
  note({ before, after }: { readonly before: ItemRow | null; readonly after: ItemRow }): void {
    const index = tombstoneIndex(after);
    const known = before === null ? null : tombstoneIndex(before);
    if (index === known) return;
    if (known !== null) this.#indexByKey.delete(after.key);
    if (index !== null) this.#indexByKey.set(after.key, index);
  }

  /** Takes out the keys of the tombstones up to `passed`. */
  takePassed(passed: LogIndex): string[] {
    const keys: string[] = [];
    for (const [key, index] of this.#indexByKey) {
      if (index > passed) break;
      keys.push(key);
    }
    for (const key of keys) this.#indexByKey.delete(key);
    return keys;
  }

  /** Replaces everything by the tombstones among the items. */
  restore(items: readonly ItemRow[]): void {
    this.#indexByKey.clear();
    for (const item of inLogOrder(items.filter(isTombstone))) {
      this.#indexByKey.set(item.key, item.version.index);
    }
  }
}

function isTombstone(item: ItemRow): boolean {
  return item.value === null;
}

function tombstoneIndex(item: ItemRow): LogIndex | null {
  return isTombstone(item) ? item.version.index : null;
}

function inLogOrder(items: ItemRow[]): ItemRow[] {
  return items.sort((a, b) => a.version.index - b.version.index);
}
