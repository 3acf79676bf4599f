// What the writes of one client came to, by seq. Bounded; whatever is forgotten lies below a fence,
// so that "not here and not below the fence" means "never executed".

import type { SessionResult, SessionRow } from '../model/state.ts';
import { sessionResultBytes } from './sizes.ts';

export interface ResultBounds {
  readonly sessionResultsMax: number;
  readonly sessionResultBytesMax: number;
}

type Remembered = SessionRow['results'][number];

export class SessionResults {
  readonly #bounds: ResultBounds;
  /** Invariant: sorted by seq, every seq at or above the fence. */
  readonly #entries: Remembered[];
  #answeredBelow: number;
  #bytes = 0;

  constructor(bounds: ResultBounds, row: Pick<SessionRow, 'results' | 'answeredBelow'>) {
    this.#bounds = bounds;
    this.#entries = [...row.results].sort((a, b) => a.seq - b.seq);
    this.#answeredBelow = row.answeredBelow;
    for (const { result } of this.#entries) this.#bytes += sessionResultBytes(result);
  }

  /** Results of every lower seq are forgotten. */
  get answeredBelow(): number {
    return this.#answeredBelow;
  }

  find(seq: number): SessionResult | null {
    const entry = this.#entries[this.#position(seq)];
    return entry?.seq === seq ? entry.result : null;
  }

  /**
   * `seq` is not there yet. Over the bound the lowest seqs are forgotten, and the fence rises
   * above them.
   */
  add(seq: number, result: SessionResult): void {
    this.#entries.splice(this.#position(seq), 0, { seq, result });
    this.#bytes += sessionResultBytes(result);
    let over = 0;
    let bytes = this.#bytes;
    while (this.#isOver(this.#entries.length - over, bytes)) {
      bytes -= bytesOf(this.#entries[over]);
      over += 1;
    }
    const last = this.#entries[over - 1];
    if (last !== undefined) this.forgetBelow(last.seq + 1);
  }

  /** The client has the answers to every lower seq. */
  forgetBelow(seq: number): void {
    if (seq <= this.#answeredBelow) return;
    this.#answeredBelow = seq;
    for (const entry of this.#entries.splice(0, this.#position(seq))) this.#bytes -= bytesOf(entry);
  }

  toRows(): readonly Remembered[] {
    return [...this.#entries];
  }

  /** A single result is kept whatever its size. */
  #isOver(count: number, bytes: number): boolean {
    if (count <= 1) return false;
    return count > this.#bounds.sessionResultsMax || bytes > this.#bounds.sessionResultBytesMax;
  }

  /** Where `seq` is or belongs. Nearly always the end: clients count upwards. */
  #position(seq: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle]?.seq ?? 0) < seq) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function bytesOf(entry: Remembered | undefined): number {
  return entry === undefined ? 0 : sessionResultBytes(entry.result);
}
