// What a stored value carries beside its bytes: where the log ordered it, what it has seen, and
// when.

import type { LogIndex, Origin, Term } from './ids.ts';

/**
 * Hybrid logical clock reading (Kulkarni et al. 2014): physical milliseconds and a tie-breaking
 * counter.
 */
export interface Timestamp {
  readonly wallMs: number;
  readonly logical: number;
}

/** For each origin the highest counter seen; a missing origin is 0. */
export type VersionVector = Readonly<Record<Origin, number>>;

/** One write event, never reused (Preguiça et al. 2012, dotted version vectors). */
export interface Dot {
  readonly origin: Origin;
  readonly counter: number;
}

/** `index` 0 means that the key is absent. */
export interface Version {
  readonly index: LogIndex;
  readonly term: Term;
  readonly vector: VersionVector;
  readonly hlc: Timestamp;
}

/** Total order of timestamps. */
export function compareTimestamps(a: Timestamp, b: Timestamp): number {
  return a.wallMs - b.wallMs || a.logical - b.logical;
}

export const zeroTimestamp: Timestamp = { wallMs: 0, logical: 0 };
