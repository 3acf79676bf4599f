// When a tombstone may go. Each replica says in the log up to where all its `one` writes are merged
// (its watermark). Once every replica is past a tombstone, no write that has not seen it can come
// any more, and the tombstone has nothing left to defend. No clock, no grace period; the cost is
// that of what is purged.
//
// Deterministic because watermarks and the replica set both come from the log.

import type { WatermarkCommand } from '../model/command.ts';
import { compareIds, type LogIndex, type NodeId } from '../model/ids.ts';
import type { ItemRow, MachineRow } from '../model/state.ts';

type Watermark = MachineRow['watermarks'][number];

export class Tombstones {
  readonly #watermarks = new Map<NodeId, Watermark>();
  #replicas: readonly NodeId[] = [];
  /**
   * Every tombstone there is. Invariant: indexes ascend, because tombstones are made in log order.
   */
  readonly #indexByKey = new Map<string, LogIndex>();

  get count(): number {
    return this.#indexByKey.size;
  }

  /** The oldest tombstone that this replica has not said it passed, or null. */
  oldestNotPassedBy(node: NodeId): LogIndex | null {
    const passed = this.#watermarks.get(node)?.index ?? 0;
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

  /**
   * From now on these nodes must have passed a tombstone. A node that left is forgotten: when it
   * comes back, it has to speak again. Returns whether anything that is stored changed.
   */
  setReplicas(nodes: readonly NodeId[]): boolean {
    this.#replicas = [...nodes].sort(compareIds);
    const gone = [...this.#watermarks.keys()].filter((node) => !this.#replicas.includes(node));
    for (const node of gone) this.#watermarks.delete(node);
    return gone.length > 0;
  }

  /**
   * Takes a replica at its word; returns whether that says anything new. The word of a newer
   * incarnation counts even if it is lower: it knows what its journal holds.
   */
  record({ node, incarnation, index }: WatermarkCommand): boolean {
    const known = this.#watermarks.get(node);
    if (!this.#replicas.includes(node) || (known && !isNews(known, { incarnation, index }))) {
      return false;
    }
    this.#watermarks.set(node, { node, incarnation, index });
    return true;
  }

  /** Takes out the keys of the tombstones that every replica has passed. */
  takePassed(): string[] {
    const passed = this.#passedByAll();
    const keys: string[] = [];
    for (const [key, index] of this.#indexByKey) {
      if (index > passed) break;
      keys.push(key);
    }
    for (const key of keys) this.#indexByKey.delete(key);
    return keys;
  }

  toRows(): MachineRow['watermarks'] {
    return [...this.#watermarks.values()].sort((a, b) => compareIds(a.node, b.node));
  }

  /** The replica set stays what it was: it is the configuration's, not the rows'. */
  restore(options: {
    readonly watermarks: MachineRow['watermarks'];
    readonly items: readonly ItemRow[];
  }): void {
    this.#watermarks.clear();
    for (const watermark of options.watermarks) this.#watermarks.set(watermark.node, watermark);
    this.#indexByKey.clear();
    for (const item of inLogOrder(options.items.filter(isTombstone))) {
      this.#indexByKey.set(item.key, item.version.index);
    }
  }

  /** 0, which is before every tombstone, while any replica has not spoken or none is known. */
  #passedByAll(): number {
    const indexes = this.#replicas.map((node) => this.#watermarks.get(node)?.index ?? 0);
    return indexes.length === 0 ? 0 : Math.min(...indexes);
  }
}

function isNews(known: Watermark, said: Pick<Watermark, 'incarnation' | 'index'>): boolean {
  if (said.incarnation !== known.incarnation) return said.incarnation > known.incarnation;
  return said.index > known.index;
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
