// What of this group is durable, what is on its way to the disk, and what still has to go. Every
// output that has something to persist gets a number; a message that depends on it waits for that
// number. The effect is that of a disk which is instant: a message leaves only when everything that
// it promises survives a crash.

import { assert } from '../model/assert.ts';
import type { HardState } from '../model/entry.ts';
import type { LogIndex } from '../model/ids.ts';
import { logIndex } from '../model/ids.ts';
import type { Snapshot } from '../model/state.ts';
import type { RaftPersist } from './contract.ts';
import type { Log } from './log.ts';

/**
 * A persist handed out and not confirmed. `lastIndex`: the part of its log that was not truncated
 * since.
 */
interface InFlight {
  readonly number: number;
  lastIndex: number;
}

export class Persistence {
  readonly #log: Log;
  #persistedIndex: number;
  #unstableFrom: number;
  #issued = 0;
  #confirmed = 0;
  #hardStateDirty = false;
  #hardStateNumber = 0;
  #snapshot: Snapshot | null = null;
  readonly #inFlight: InFlight[] = [];

  /** Everything in `log` at this moment is durable. */
  constructor(log: Log) {
    this.#log = log;
    this.#persistedIndex = log.lastIndex;
    this.#unstableFrom = log.lastIndex + 1;
  }

  /** The log is durable up to here and no write on its way will replace any of it. */
  get persistedIndex(): LogIndex {
    return logIndex(this.#persistedIndex);
  }

  /** Persists up to this number are confirmed. */
  get confirmed(): number {
    return this.#confirmed;
  }

  get isDirty(): boolean {
    return (
      this.#hardStateDirty || this.#snapshot !== null || this.#unstableFrom <= this.#log.lastIndex
    );
  }

  /** The number to wait for before the current term and vote are durable. */
  get termNumber(): number {
    return this.#hardStateDirty ? this.#issued + 1 : this.#hardStateNumber;
  }

  get isTermDurable(): boolean {
    return this.termNumber <= this.#confirmed;
  }

  /** The number to wait for before the log up to `index`, and the term, are durable. */
  logNumber(index: LogIndex): number {
    if (index <= this.#persistedIndex) return this.termNumber;
    return this.isDirty ? this.#issued + 1 : this.#issued;
  }

  hardStateChanged(): void {
    this.#hardStateDirty = true;
  }

  /**
   * The log was cut at `index`. Clamping what is in flight (rather than comparing index and term
   * when it lands) also survives the same entry being cut and written again: its first write proves
   * nothing then.
   */
  truncatedFrom(index: number): void {
    this.#unstableFrom = Math.min(this.#unstableFrom, index);
    this.#persistedIndex = Math.min(this.#persistedIndex, index - 1);
    for (const write of this.#inFlight) write.lastIndex = Math.min(write.lastIndex, index - 1);
  }

  /** The snapshot replaces the whole log; `agreed` is the last index that both had committed. */
  snapshotInstalled(snapshot: Snapshot, agreed: LogIndex): void {
    this.truncatedFrom(agreed + 1);
    this.#snapshot = snapshot;
    this.#unstableFrom = snapshot.point.index + 1;
  }

  take(hardState: HardState): RaftPersist | null {
    if (!this.isDirty) return null;
    this.#issued++;
    const persist: RaftPersist = {
      number: this.#issued,
      snapshot: this.#snapshot,
      hardState: this.#hardStateDirty ? copy(hardState) : null,
      entries: this.#log.slice(this.#unstableFrom, this.#log.lastIndex),
    };
    if (this.#hardStateDirty) this.#hardStateNumber = this.#issued;
    this.#hardStateDirty = false;
    this.#snapshot = null;
    this.#unstableFrom = this.#log.lastIndex + 1;
    this.#inFlight.push({ number: this.#issued, lastIndex: this.#log.lastIndex });
    return persist;
  }

  onPersisted(number: number): void {
    assert(number <= this.#issued, () => `persist ${number} was never handed out`);
    let first = this.#inFlight[0];
    while (first !== undefined && first.number <= number) {
      this.#persistedIndex = Math.max(this.#persistedIndex, first.lastIndex);
      this.#inFlight.shift();
      first = this.#inFlight[0];
    }
    this.#confirmed = Math.max(this.#confirmed, number);
  }
}

/** The caller's own state may be handed in: what goes out must not change with it. */
function copy({ term, votedFor }: HardState): HardState {
  return { term, votedFor };
}
