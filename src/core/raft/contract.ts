// The contract between one Raft group and whoever drives it (learned from etcd's raft). The driver
// calls the inputs below, then drains `takeOutput()`; the machine does nothing by itself.
//
//   inputs                                     output, in the order in which it must be obeyed
//   step  tick  propose  readIndex       ──►   persist (hard state, snapshot, entries)
//   campaign  transferLeadership               messages         may leave at once
//   onPersisted  onApplied  compact            committed        to apply, in order; then onApplied
//
// Messages that depend on durability (votes, acknowledgements) are held inside and come out only
// after `onPersisted(number)` of the output that they depend on.

import type { Configuration, Entry, HardState, LogStart } from '../model/entry.ts';
import type { LogIndex, NodeId, Term } from '../model/ids.ts';
import type { Bounds } from '../model/limits.ts';
import type { Random } from '../model/random.ts';
import type { Snapshot } from '../model/state.ts';
import type { RaftMessage } from './messages.ts';
import type { Mode } from './progress.ts';

export type Role = 'leader' | 'follower' | 'candidate' | 'pre-candidate' | 'learner';

export type RaftBounds = Pick<
  Bounds,
  | 'appendBytesMax'
  | 'appendsInFlightMax'
  | 'uncommittedBytesMax'
  | 'logBytesMax'
  | 'pendingReadsMax'
  | 'readRoundsInFlightMax'
>;

export interface RaftOptions {
  readonly self: NodeId;
  readonly random: Random;
  /** Of the log's start (a snapshot, the engine, or the bootstrap at index 0). */
  readonly configuration: Configuration;
  readonly hardState: HardState;
  readonly start: LogStart;
  /** Durable entries after `start`, contiguous. Configurations among them are in force at once. */
  readonly entries: readonly Entry[];
  /** Already in the state machine; start.index or later. */
  readonly appliedIndex: LogIndex;
  /** The state at the applied index, for a follower whose entries were compacted. */
  readonly takeSnapshot: () => Snapshot;
  /** The constants, when it is not given. */
  readonly bounds?: RaftBounds;
}

export interface Envelope {
  readonly to: NodeId;
  readonly message: RaftMessage;
}

/** What must become durable, in this order: snapshot, then hard state and entries together. */
export interface RaftPersist {
  /** From 1, +1 for each output that has one; the driver hands it back to onPersisted, in order. */
  readonly number: number;
  /** Install: replaces state and log; the log then starts at its point. */
  readonly snapshot: Snapshot | null;
  readonly hardState: HardState | null;
  /** Contiguous. The first replaces anything durable at its index and after it. */
  readonly entries: readonly Entry[];
}

export interface RaftOutput {
  readonly persist: RaftPersist | null;
  readonly messages: readonly Envelope[];
  /** Committed, durable here, and not handed out before. */
  readonly committed: readonly Entry[];
  /** Reads that may be answered once `index` is applied. */
  readonly reads: readonly { readonly ticket: number; readonly index: LogIndex }[];
  /** Reads that must be refused: leadership was lost before they were confirmed. */
  readonly lostReads: readonly number[];
}

export type ProposeRefusal =
  | { readonly kind: 'not-leader'; readonly leader: NodeId | null }
  | { readonly kind: 'transferring'; readonly to: NodeId }
  | { readonly kind: 'overloaded'; readonly uncommittedBytes: number };

export type ProposeResult =
  | { readonly kind: 'proposed'; readonly index: LogIndex; readonly term: Term }
  | ProposeRefusal;

export type ReadResult =
  | { readonly kind: 'waiting'; readonly ticket: number }
  | { readonly kind: 'not-leader'; readonly leader: NodeId | null }
  | { readonly kind: 'overloaded' };

/** A member as its leader knows it. */
export interface MemberProgress {
  readonly node: NodeId;
  /** Its log is durable and equal to the leader's up to here. */
  readonly matchIndex: LogIndex;
  readonly appliedIndex: LogIndex;
  /** It answered within the last election timeout and its connection did not die since. */
  readonly active: boolean;
  readonly learner: boolean;
  /** How it is being brought up to date; `replicate` for the leader itself. */
  readonly mode: Mode;
  /** The entry that is sent next, unless something on its way is lost. */
  readonly nextIndex: LogIndex;
  /** Appends that were sent and not yet answered; a probe is not counted. */
  readonly inFlight: number;
  /** True: nothing more is sent before an answer comes. */
  readonly paused: boolean;
}

/** Read-out for status, tests and the simulator's invariants; reading changes nothing. */
export interface RaftView {
  readonly role: Role;
  readonly term: Term;
  readonly votedFor: NodeId | null;
  readonly leader: NodeId | null;
  readonly start: LogStart;
  readonly lastIndex: LogIndex;
  readonly persistedIndex: LogIndex;
  readonly commitIndex: LogIndex;
  readonly appliedIndex: LogIndex;
  readonly configuration: Configuration;
  readonly logBytes: number;
  /** True: no timer runs here; the node-level heartbeat stands for the leader. */
  readonly quiet: boolean;
}
