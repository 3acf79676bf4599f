// Linearizable reads that wait for the proof that this leader still leads (ReadIndex; thesis,
// section 6.4). One round of heartbeats serves every read that came before it; a confirmed round
// confirms all earlier ones.

import type { LogIndex } from '../model/ids.ts';

export interface ReadRound {
  readonly round: number;
  /** The commit index when the round began: every write acknowledged before it is at or below. */
  readonly index: LogIndex;
  readonly tickets: readonly number[];
}

export class ReadQueue {
  /** In no round yet. */
  #waiting: number[] = [];
  #rounds: ReadRound[] = [];
  #size = 0;
  #newest = 0;
  readonly #roundsMax: number;

  constructor(roundsMax: number) {
    this.#roundsMax = roundsMax;
  }

  get size(): number {
    return this.#size;
  }

  /** The newest round that is not confirmed; 0 when none is. */
  get newestRound(): number {
    return this.#rounds.length > 0 ? this.#newest : 0;
  }

  get canBegin(): boolean {
    return this.#waiting.length > 0 && this.#rounds.length < this.#roundsMax;
  }

  add(ticket: number): void {
    this.#waiting.push(ticket);
    this.#size++;
  }

  /** Puts every waiting read into a new round. */
  begin(index: LogIndex): void {
    this.#newest++;
    this.#rounds.push({ round: this.#newest, index, tickets: this.#waiting });
    this.#waiting = [];
  }

  /** The oldest round, removed, if `isConfirmed` says so. */
  takeConfirmed(isConfirmed: (round: number) => boolean): ReadRound | null {
    const oldest = this.#rounds[0];
    if (oldest === undefined || !isConfirmed(oldest.round)) return null;
    this.#rounds.shift();
    this.#size -= oldest.tickets.length;
    return oldest;
  }

  /** Every read that was not confirmed, oldest first. */
  tickets(): readonly number[] {
    return [...this.#rounds.flatMap((round) => round.tickets), ...this.#waiting];
  }
}
