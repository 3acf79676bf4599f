// The intervals between the heartbeats of one member, from which phi is computed. Several
// heartbeats in one instant count once: a burst from a queue is not a sign of health.

import { phiOf } from './phi.ts';

export interface ArrivalOptions {
  readonly samplesMax: number;
  /** Stands for the intervals before the first one: two samples, a quarter of it apart. */
  readonly firstEstimate: number;
  /** A very regular sender must not be suspected for a hair's breadth. */
  readonly deviationMin: number;
  /** Silence that is always allowed for, added to the mean. */
  readonly acceptablePause: number;
  /** An interval with this phi or more was an outage: it says nothing about the rhythm. */
  readonly outagePhi: number;
}

export class Arrivals {
  readonly #options: ArrivalOptions;
  #intervals: number[];
  #lastAt: number | null = null;

  constructor(options: ArrivalOptions) {
    const { firstEstimate } = options;
    this.#options = options;
    this.#intervals = [firstEstimate * 0.75, firstEstimate * 1.25];
  }

  heard(now: number): void {
    const last = this.#lastAt;
    if (last === now) return;
    const isRhythm = last !== null && this.phi(now) < this.#options.outagePhi;
    this.#lastAt = now;
    if (!isRhythm) return;
    this.#intervals.push(now - last);
    if (this.#intervals.length > this.#options.samplesMax) this.#intervals.shift();
  }

  /** 0 before the first heartbeat. */
  phi(now: number): number {
    if (this.#lastAt === null) return 0;
    const { mean, variance } = statistics(this.#intervals);
    const { deviationMin, acceptablePause } = this.#options;
    return phiOf(now - this.#lastAt, {
      mean: mean + acceptablePause,
      deviation: Math.max(deviationMin, Math.sqrt(variance)),
    });
  }
}

/** Variance of the whole, not of a sample. */
export function statistics(samples: readonly number[]): { mean: number; variance: number } {
  const mean = samples.reduce((sum, sample) => sum + sample, 0) / samples.length;
  const squares = samples.reduce((sum, sample) => sum + (sample - mean) ** 2, 0);
  return { mean, variance: squares / samples.length };
}
