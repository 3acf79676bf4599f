// The part of a group's log that is in memory: the entries after `start`, contiguous, terms never
// falling. What is before `start` lives only in the applied state. Knows nothing of durability or
// of commitment.

import { assert } from '../model/assert.ts';
import type { Entry, LogStart } from '../model/entry.ts';
import type { LogIndex, Term } from '../model/ids.ts';
import { logIndex } from '../model/ids.ts';

export class Log {
  #start: LogStart;
  #entries: Entry[] = [];
  #bytes = 0;

  constructor(start: LogStart, entries: readonly Entry[]) {
    this.#start = start;
    this.append(entries);
  }

  get start(): LogStart {
    return this.#start;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get lastIndex(): LogIndex {
    return logIndex(this.#start.index + this.#entries.length);
  }

  get lastTerm(): Term {
    return this.#entries.at(-1)?.term ?? this.#start.term;
  }

  /** Undefined before `start` (compacted) and after the end. */
  termAt(index: number): Term | undefined {
    if (index === this.#start.index) return this.#start.term;
    return this.#entries[index - this.#start.index - 1]?.term;
  }

  entryAt(index: number): Entry | undefined {
    return this.#entries[index - this.#start.index - 1];
  }

  append(entries: readonly Entry[]): void {
    for (const entry of entries) {
      assert(entry.index === this.lastIndex + 1, () => `gap: ${entry.index} on ${this.lastIndex}`);
      assert(entry.term >= this.lastTerm, () => `term falls at ${entry.index}`);
      this.#entries.push(entry);
      this.#bytes += entry.size;
    }
  }

  /** Drops `index` and everything after it. */
  truncateFrom(index: number): void {
    assert(index > this.#start.index, 'truncation reaches into the compacted part');
    for (const entry of this.#entries.splice(index - this.#start.index - 1)) {
      this.#bytes -= entry.size;
    }
  }

  /** Drops everything up to and including `index`, which becomes the start. */
  compactTo(index: LogIndex): void {
    const term = this.termAt(index);
    assert(term !== undefined, () => `compaction to ${index}, which is not in the log`);
    for (const entry of this.#entries.splice(0, index - this.#start.index)) {
      this.#bytes -= entry.size;
    }
    this.#start = { index, term };
  }

  /** Forgets everything; the log then begins after a snapshot's point. */
  restartAt(start: LogStart): void {
    this.#start = start;
    this.#entries = [];
    this.#bytes = 0;
  }

  /** Entries from `from` to `to`, both included. */
  slice(from: number, to: number): Entry[] {
    const before = this.#start.index + 1;
    return this.#entries.slice(from - before, to - before + 1);
  }

  /** Entries from `from` on, of at most `bytesMax` together, but at least one if there is one. */
  sliceBytes(from: number, bytesMax: number): Entry[] {
    let to = from;
    let bytes = this.entryAt(from)?.size ?? 0;
    for (; to < this.lastIndex; to++) {
      bytes += this.entryAt(to + 1)?.size ?? 0;
      if (bytes > bytesMax) break;
    }
    return this.slice(from, to);
  }

  /**
   * The highest index up to `upTo` whose term is at most `term`: where another log that has `term`
   * there may still agree with this one. One below `start` when that point is compacted. Binary
   * search: terms never fall.
   */
  lastIndexOfTermAtMost(term: Term, upTo: LogIndex): LogIndex {
    let low = this.#start.index - 1;
    let high = Math.min(upTo, this.lastIndex);
    if (high < low) return logIndex(high);
    while (low < high) {
      const middle = low + Math.ceil((high - low) / 2);
      if ((this.termAt(middle) ?? 0) <= term) low = middle;
      else high = middle - 1;
    }
    return logIndex(low);
  }
}
