// How a run ended, and the error by which an observer or a judge ends it.

import type { Operation } from '../checkers/history/history.ts';

/** Every promise that a run is held to. A failure names one of them. */
export const invariantNames = [
  'election-safety',
  'leader-append-only',
  'log-matching',
  'leader-completeness',
  'leader-hears-quorum',
  'elected-by-voters',
  'one-configuration',
  'learner-first',
  'released-in-truth',
  'commit-in-own-term',
  'state-machine-safety',
  'commit-monotonic',
  'term-monotonic',
  'vote-once',
  'durability',
  'durable-before-sent',
  'stale-read',
  'session-exactly-once',
  'dot-merged-once',
  'no-silent-loss',
  'tombstone-kept',
  'foreign-frame',
  'start-refused',
  'bounded',
  'linearizability',
  'counter',
  'acknowledged-at-all',
  'true-acks',
  'own-writes',
  'failed-without-effect',
  'convergence',
  'progress',
  'assertion',
] as const;
export type InvariantName = (typeof invariantNames)[number];

/** A promise was broken: thrown by whoever watches, ends the run. */
export class Violation extends Error {
  override readonly name = 'Violation';
  readonly invariant: InvariantName;

  /** `facts`: what was expected and what was found, with names and numbers. */
  constructor(invariant: InvariantName, facts: string) {
    super(facts);
    this.invariant = invariant;
  }
}

export interface Failure {
  /** `liveness`: invariant `progress`; `crash`: an assertion of core, or anything else thrown. */
  readonly kind: 'correctness' | 'liveness' | 'crash';
  readonly invariant: InvariantName;
  readonly message: string;
  readonly tick: number;
}

/** Counts by name: what happened in a run, and how often. */
export type Coverage = Readonly<Record<string, number>>;

export interface Outcome {
  readonly seed: string;
  /** Ticks that passed, the calm at the end included. */
  readonly ticks: number;
  readonly failure: Failure | null;
  readonly coverage: Coverage;
  /** 16 hexadecimal digits over the whole trace; the same on every version of Node. */
  readonly traceHash: string;
  readonly history: readonly Operation[];
}
