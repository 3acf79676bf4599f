// Where a node keeps what must survive. Two implementations pass one contract suite
// (test/ports/storage.contract.ts): runtime/ (files and an embedded engine) and simulation/ (memory
// that loses unsynced writes on purpose).

import type { GroupId, LogIndex } from '../core/model/ids.ts';
import type { PersistBatch, Recovered, StateBatch } from '../core/model/records.ts';

export interface Storage {
  /**
   * Everything durable, once, before any write. Rejects with `storage-corrupt` naming the file. A
   * drop is found whole or not at all, wherever a crash met it.
   */
  recover(): Promise<Recovered>;
  /**
   * Resolves when the batch and all before it are durable. Called in order of `number`, possibly
   * while earlier batches are in flight (they are then synced together). Any rejection is fatal for
   * the node.
   */
  persist(batch: PersistBatch): Promise<void>;
  /**
   * Resolves when the batch is in the engine, atomically (and on disk when `sync`). In order of
   * `number`, and behind the snapshots and drops of every batch that was given to `persist` before:
   * rows of a new life never go down with the old one.
   */
  saveState(batch: StateBatch): Promise<void>;
  /**
   * Log entries at or below these indexes, in the present lives of their groups, are in synced
   * state: their segments may be dropped.
   */
  release(applied: ReadonlyMap<GroupId, LogIndex>): Promise<void>;
  /** Bytes of log that `release` could not drop yet; a read-out. */
  readonly logBytes: number;
  /** Finishes what is in flight and lets go of every file. */
  close(): Promise<void>;
}
