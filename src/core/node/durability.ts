// Numbers the batches that must become durable and remembers who waits for each. What a batch
// promises to a Raft group or to a `one` write is kept only when the host reports the batch
// durable, in order.

import { assert } from '../model/assert.ts';
import type { GroupId } from '../model/ids.ts';
import type { GroupDrop, LogRecord, PersistBatch } from '../model/records.ts';
import type { RaftPersist } from '../raft/contract.ts';
import type { Replica } from './replica.ts';

interface Promised {
  readonly number: number;
  readonly rafts: { readonly replica: Replica; readonly number: number }[];
  readonly whenDurable: (() => void)[];
}

export class Durability {
  #open = newBatch(1);
  #promised: Promised = { number: 1, rafts: [], whenDurable: [] };
  readonly #inFlight: Promised[] = [];
  readonly #dropping = new Set<GroupId>();
  #bytesSinceSync = 0;

  /** Number of the batch that now gathers records. */
  get openNumber(): number {
    return this.#open.number;
  }

  /** Bytes of entries made durable since `restartByteCount`; the log's cost of a restart. */
  get bytesSinceSync(): number {
    return this.#bytesSinceSync;
  }

  restartByteCount(): void {
    this.#bytesSinceSync = 0;
  }

  /** Adds a record; `then` runs when it is durable. */
  add(record: LogRecord, then?: () => void): void {
    this.#open.records.push(record);
    if (then) this.#promised.whenDurable.push(then);
  }

  /** Adds what a Raft group must persist before it may speak of it. */
  addRaft(replica: Replica, persist: RaftPersist): void {
    const { group } = replica;
    const { snapshot, hardState, entries } = persist;
    if (snapshot) {
      this.#open.snapshots.push({ group, snapshot });
      const { index, term } = snapshot.point;
      this.#open.records.push({ kind: 'log-start', group, start: { index, term } });
    }
    if (hardState) this.#open.records.push({ kind: 'hard-state', group, hardState });
    if (entries.length > 0) this.#open.records.push({ kind: 'entries', group, entries });
    for (const entry of entries) this.#bytesSinceSync += entry.size;
    this.#promised.rafts.push({ replica, number: persist.number });
  }

  /** The group is forgotten; what it had in this batch goes nowhere. `then`: when that is durable. */
  addDrop(drop: GroupDrop, then: () => void): void {
    const { group } = drop;
    this.#open.snapshots = this.#open.snapshots.filter((one) => one.group !== group);
    this.#open.drops.push(drop);
    this.#open.records.push({ kind: 'group-dropped', ...drop });
    this.#dropping.add(group);
    this.#promised.whenDurable.push(() => {
      this.#dropping.delete(group);
      then();
    });
  }

  /**
   * True: the drop of the group is not durable yet. A next life would speak in the term that the drop
   * keeps, and its first snapshot might come into the same batch.
   */
  isDropping(group: GroupId): boolean {
    return this.#dropping.has(group);
  }

  get isEmpty(): boolean {
    const { records, snapshots } = this.#open;
    return records.length + snapshots.length + this.#promised.rafts.length === 0;
  }

  /** Closes the open batch, or returns null when nothing is in it. */
  seal(): PersistBatch | null {
    if (this.isEmpty) return null;
    const sealed = this.#open;
    this.#inFlight.push(this.#promised);
    this.#open = newBatch(sealed.number + 1);
    this.#promised = { number: sealed.number + 1, rafts: [], whenDurable: [] };
    return sealed;
  }

  /** Keeps every promise of the batches up to `number`; returns the replicas that may now speak. */
  onPersisted(number: number): readonly Replica[] {
    const woken: Replica[] = [];
    while (this.#inFlight[0] && this.#inFlight[0].number <= number) {
      const done = this.#inFlight.shift();
      assert(done !== undefined, 'a batch in flight');
      for (const { replica, number: raftNumber } of done.rafts) {
        if (replica.dropped) continue;
        if (replica.installing === done.number) replica.onInstalled();
        replica.raft.onPersisted(raftNumber);
        woken.push(replica);
      }
      for (const then of done.whenDurable) then();
    }
    return woken;
  }
}

type OpenBatch = {
  number: number;
  snapshots: MutableSnapshots;
  drops: GroupDrop[];
  records: LogRecord[];
};
type MutableSnapshots = PersistBatch['snapshots'][number][];

function newBatch(number: number): OpenBatch {
  return { number, snapshots: [], drops: [], records: [] };
}
