// What an analysis of a workload yields: the graph of dependencies, and what it saw that is no
// cycle.

import type { DependencyGraph } from './graph.ts';
import type { Phenomenon } from './isolation.ts';
import type { Transaction } from './transaction.ts';

export interface Sighting {
  readonly phenomenon: Phenomenon;
  /** One sentence. */
  readonly why: string;
  readonly transactions: readonly Transaction[];
}

export interface Analysis {
  readonly kind: 'analysis';
  readonly graph: DependencyGraph;
  readonly sightings: readonly Sighting[];
  /** Those that certainly took effect. */
  readonly committed: readonly Transaction[];
}

/** `the transaction of line 12`. */
export function named({ operation }: Transaction): string {
  return `the transaction of line ${operation.line}`;
}
