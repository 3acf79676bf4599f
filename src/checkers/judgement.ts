// What a judge says: a verdict, and when something is wrong, first in words and then the operations
// themselves.

import type { Operation } from './history/history.ts';

export type Verdict = 'valid' | 'invalid' | 'unknown';

/** One phenomenon that the history shows (Adya 1999, Elle's names). */
export interface Anomaly {
  readonly name: string;
  /** One sentence. */
  readonly why: string;
  /** More lines, one step each. */
  readonly story: readonly string[];
  readonly witness: readonly Operation[];
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly model: string;
  /** How many operations the history has. */
  readonly operations: number;
  /** One sentence: what is violated, or why no verdict was reached. */
  readonly why?: string;
  /** Lines that tell it step by step. */
  readonly story?: readonly string[];
  /** The smallest set of operations found that violates the model, in order of their calls. */
  readonly witness?: readonly Operation[];
  /** Every kind of anomaly found, the gravest first. */
  readonly anomalies?: readonly Anomaly[];
}

export interface Subject {
  readonly model: string;
  readonly operations: number;
}

export function unknownJudgement(about: Subject, why: string): Judgement {
  return { ...about, verdict: 'unknown', why };
}

export function validJudgement(about: Subject): Judgement {
  return { ...about, verdict: 'valid' };
}

/**
 * Invalid when there is an anomaly: the first one speaks for the history, and of each name one is
 * kept.
 */
export function judgementOf(about: Subject, anomalies: readonly Anomaly[]): Judgement {
  const [first] = anomalies;
  if (first === undefined) return validJudgement(about);
  const names = new Map<string, Anomaly>();
  for (const each of anomalies) if (!names.has(each.name)) names.set(each.name, each);
  const { why, story, witness } = first;
  return { ...about, verdict: 'invalid', why, story, witness, anomalies: [...names.values()] };
}
