// Hybrid logical clock (Kulkarni et al. 2014): close to physical time, yet never behind anything
// seen. Guarantees: every reading is greater than all readings and all accepted timestamps before
// it, also when the physical clock goes back. A remote timestamp too far ahead is refused, so one
// bad clock spoils no other.

import { limits } from '../model/limits.ts';
import { compareTimestamps, type Timestamp, zeroTimestamp } from '../model/version.ts';

export type ClockUpdate =
  | { readonly kind: 'ok' }
  /**
   * Refused: the remote is `aheadMs` ahead of our physical clock, more than
   * `limits.clockAheadMsMax`.
   */
  | { readonly kind: 'clock-ahead'; readonly aheadMs: number };

const accepted: ClockUpdate = { kind: 'ok' };

/** The smallest timestamp greater than `timestamp`. */
export function successor(timestamp: Timestamp): Timestamp {
  return { wallMs: timestamp.wallMs, logical: timestamp.logical + 1 };
}

/** The greater of the two; `a` itself when they are equal. */
export function laterOf(a: Timestamp, b: Timestamp): Timestamp {
  return compareTimestamps(a, b) >= 0 ? a : b;
}

export class HybridClock {
  #last: Timestamp;

  constructor(last: Timestamp = zeroTimestamp) {
    this.#last = last;
  }

  /** The last reading given or timestamp accepted. */
  get last(): Timestamp {
    return this.#last;
  }

  /** A new reading, greater than all before; `wallMs` is the physical clock and may jump. */
  now(wallMs: number): Timestamp {
    this.#last = wallMs > this.#last.wallMs ? { wallMs, logical: 0 } : successor(this.#last);
    return this.#last;
  }

  /**
   * Sees another's timestamp: later readings are greater, unless it is refused (then nothing
   * changes). One that is not ahead of our own last reading is never refused: it does no harm that
   * is not done, and after the physical clock went back our own readings are of that kind.
   */
  update(remote: Timestamp, wallMs: number): ClockUpdate {
    const aheadMs = remote.wallMs - wallMs;
    const isAhead = aheadMs > limits.clockAheadMsMax && remote.wallMs > this.#last.wallMs;
    if (isAhead) return { kind: 'clock-ahead', aheadMs };
    this.raise(remote);
    return accepted;
  }

  /** Sees a timestamp that cannot be refused any more: it is in a log that this node applies. */
  raise(to: Timestamp): void {
    this.#last = laterOf(this.#last, to);
  }
}
