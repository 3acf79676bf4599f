// One running suspicion (SWIM, section 4.2; Lifeguard, section IV, LHA-Suspicion). It starts with
// the longest timeout; each independent confirmation shortens it on a logarithmic curve:
//
//   timeout = max(Min, Max − (Max − Min) · log(C + 1) / log(K + 1))
//
// C confirmations so far, K expected. The accuser itself and repeated confirmers do not count.

import type { NodeId } from '../model/ids.ts';

export interface SuspicionLimits {
  /** K; 0: nobody else could confirm, and the shortest timeout holds at once. */
  readonly expected: number;
  readonly min: number;
  readonly max: number;
}

/** Whole units of time, rounded down. */
export function suspicionTimeout(
  confirmations: number,
  { expected, min, max }: SuspicionLimits,
): number {
  if (expected < 1) return min;
  const share = Math.log(confirmations + 1) / Math.log(expected + 1);
  return Math.max(min, Math.floor(max - share * (max - min)));
}

export class Suspicion {
  readonly #limits: SuspicionLimits;
  readonly #startedAt: number;
  readonly #accuser: NodeId;
  readonly #confirmers = new Set<NodeId>();
  #notBefore = 0;

  constructor(options: {
    readonly accuser: NodeId;
    readonly now: number;
    readonly limits: SuspicionLimits;
  }) {
    this.#accuser = options.accuser;
    this.#startedAt = options.now;
    this.#limits = options.limits;
  }

  /** When it becomes a conviction, unless it is refuted or confirmed before. */
  get dueAt(): number {
    const timeout = suspicionTimeout(this.#confirmers.size, this.#limits);
    return Math.max(this.#notBefore, this.#startedAt + timeout);
  }

  /** True when this is news that others should hear too: one of the first K. */
  confirm(by: NodeId): boolean {
    if (by === this.#accuser || this.#confirmers.has(by)) return false;
    if (this.#confirmers.size >= this.#limits.expected) return false;
    this.#confirmers.add(by);
    return true;
  }

  /** The suspect's word may still be in a queue: no conviction before `now`. */
  holdUntil(now: number): void {
    this.#notBefore = Math.max(this.#notBefore, now);
  }
}
