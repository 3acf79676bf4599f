// The losers of last-write-wins, kept for `dsys conflicts`: nothing is dropped in silence. The
// newest are kept, bounded by number and bytes; the count goes on for ever.

import type { ConflictRow } from '../model/state.ts';
import type { Conflict } from './merges.ts';
import type { ChangedRows } from './rows.ts';

export interface ConflictBounds {
  readonly conflictsMax: number;
  readonly conflictBytesMax: number;
}

export class Conflicts {
  readonly #bounds: ConflictBounds;
  /** In order of their numbers. */
  readonly #rows = new Map<number, ConflictRow>();
  readonly #changed = new Set<number>();
  #bytes = 0;
  #next = 1;

  constructor(bounds: ConflictBounds) {
    this.#bounds = bounds;
  }

  /** The number that the next conflict gets; one less have been counted so far. */
  get next(): number {
    return this.#next;
  }

  get count(): number {
    return this.#rows.size;
  }

  get changed(): number {
    return this.#changed.size;
  }

  add(conflict: Conflict): void {
    const row: ConflictRow = { kind: 'conflict', number: this.#next, ...conflict };
    this.#next += 1;
    this.#set(row);
    this.#changed.add(row.number);
    this.#dropOldest();
  }

  rows(): ConflictRow[] {
    return [...this.#rows.values()];
  }

  restore(options: { readonly rows: readonly ConflictRow[]; readonly next: number }): void {
    this.#rows.clear();
    this.#changed.clear();
    this.#bytes = 0;
    for (const row of [...options.rows].sort((a, b) => a.number - b.number)) this.#set(row);
    this.#next = options.next;
  }

  takeChanges(into: ChangedRows): void {
    for (const number of this.#changed) {
      const row = this.#rows.get(number);
      if (row === undefined) into.removed.push({ kind: 'conflict', number });
      else into.rows.push(row);
    }
    this.#changed.clear();
  }

  #set(row: ConflictRow): void {
    this.#rows.set(row.number, row);
    this.#bytes += row.loser.value?.length ?? 0;
  }

  #dropOldest(): void {
    for (const row of this.#rows.values()) {
      const isOver =
        this.#rows.size > this.#bounds.conflictsMax || this.#bytes > this.#bounds.conflictBytesMax;
      if (!isOver || this.#rows.size === 1) return;
      this.#rows.delete(row.number);
      this.#bytes -= row.loser.value?.length ?? 0;
      this.#changed.add(row.number);
    }
  }
}
