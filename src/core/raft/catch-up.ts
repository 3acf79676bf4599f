// Whether a learner keeps up with the log (Ongaro's thesis, section 4.2.1). Its replication is cut
// into rounds: each ends when the learner holds durably what the log held when the round began, and
// the next one begins at once, if something is missing then. A learner is caught up when a round was
// quick, so that a write which waits for it waits about as long as for anybody; it is no longer when
// a round drags on. The two thresholds differ, so that one at the edge does not flicker.

import { limits } from '../model/limits.ts';

/** A shorter outage than an election timeout is what the group is built to bear. */
const quickTicks = limits.electionTicksMin;
const slowTicks = limits.electionTicksMax;

export class CatchUp {
  /** The last index of the log when the round began; null between rounds. */
  #target: number | null;
  #startedAt: number;
  #isCaughtUp = false;

  /** The first round: everything up to `target`. */
  constructor({ target, now }: { readonly target: number; readonly now: number }) {
    this.#target = target;
    this.#startedAt = now;
  }

  get isCaughtUp(): boolean {
    return this.#isCaughtUp;
  }

  /** To be called when the member acknowledged something, and with each heartbeat. */
  observe(seen: {
    readonly match: number;
    readonly lastIndex: number;
    readonly now: number;
  }): void {
    const { match, lastIndex, now } = seen;
    const ticks = now - this.#startedAt;
    if (this.#target !== null && match >= this.#target) {
      this.#isCaughtUp = ticks <= quickTicks;
      this.#target = null;
    } else if (this.#target !== null && ticks > slowTicks) this.#isCaughtUp = false;
    if (this.#target !== null) return;
    // A round in which nothing is missing takes no time.
    if (match >= lastIndex) this.#isCaughtUp = true;
    else {
      this.#target = lastIndex;
      this.#startedAt = now;
    }
  }
}
