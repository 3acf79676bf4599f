// What a Raft group stores: the log's entries, the hard state, and the configuration that is itself
// in the log.

import type { Command } from './command.ts';
import type { LogIndex, NodeId, Term } from './ids.ts';

/** Who votes and who only learns. Invariant: every list is sorted and without duplicates. */
export interface Configuration {
  readonly voters: readonly NodeId[];
  /** The old voters while a joint configuration is in force, else empty (thesis, section 4.3). */
  readonly votersOutgoing: readonly NodeId[];
  /**
   * Invariant: none of `voters`. One of `votersOutgoing` votes until the joint configuration is
   * left, and only learns from then on.
   */
  readonly learners: readonly NodeId[];
  /**
   * Of the desired placement by which it was made; absent: 0. Invariant: never falls in a log. A
   * leader that knows an older placement only makes no change: the members it would add may be gone.
   */
  readonly epoch?: number;
}

export type Payload =
  | { readonly kind: 'noop' }
  | { readonly kind: 'configuration'; readonly configuration: Configuration }
  | { readonly kind: 'command'; readonly command: Command };

/**
 * One log entry. Identity is (index, term): two logs that hold it agree on everything before it.
 */
export interface Entry {
  readonly index: LogIndex;
  readonly term: Term;
  readonly payload: Payload;
  /** Approximate bytes on the wire; what windows and bounds count. */
  readonly size: number;
}

/** Durable before any message that depends on it (Raft paper, figure 2). */
export interface HardState {
  readonly term: Term;
  readonly votedFor: NodeId | null;
}

/** Where a log begins: everything up to and including `index` is in the state. */
export interface LogStart {
  readonly index: LogIndex;
  readonly term: Term;
}
