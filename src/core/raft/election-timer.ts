// The randomised election timeout of one group (Raft paper, section 5.2), counted in ticks. It may
// be brought forward when the leader's connection died, and put off when somebody else is being
// elected.

import { limits } from '../model/limits.ts';
import type { Random } from '../model/random.ts';

export class ElectionTimer {
  readonly #random: Random;
  #elapsed = 0;
  #deadline: number;
  /** True: the deadline is not the drawn one, so that the next word from a leader draws again. */
  #moved = false;

  constructor(random: Random) {
    this.#random = random;
    this.#deadline = this.#draw();
  }

  /** Ticks since the leader was last heard, or since the timer was restarted. */
  get elapsed(): number {
    return this.#elapsed;
  }

  /** True when the timeout has passed. */
  tick(): boolean {
    this.#elapsed++;
    return this.#elapsed >= this.#deadline;
  }

  restart(): void {
    this.#elapsed = 0;
    this.#deadline = this.#draw();
    this.#moved = false;
  }

  /** The leader was heard. Keeps the drawn timeout: no chance is spent on every heartbeat. */
  leaderHeard(): void {
    if (this.#moved) this.restart();
    else this.#elapsed = 0;
  }

  /** Fires within 1..`ticksMax` ticks, or earlier if it would have anyway. */
  hurry(ticksMax: number): void {
    const soon = this.#elapsed + this.#random.between(1, ticksMax);
    this.#deadline = Math.min(this.#deadline, soon);
    this.#moved = true;
  }

  /** Does not fire for `ticksMin`..2 × `ticksMin` ticks. */
  postpone(ticksMin: number): void {
    const later = this.#elapsed + this.#random.between(ticksMin, 2 * ticksMin);
    this.#deadline = Math.max(this.#deadline, later);
    this.#moved = true;
  }

  #draw(): number {
    return this.#random.between(limits.electionTicksMin, limits.electionTicksMax - 1);
  }
}
