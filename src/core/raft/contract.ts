// The contract between one Raft group and whoever drives it (learned from etcd's raft). The driver
// calls the inputs below, then drains `takeOutput()`; the machine does nothing by itself.
//
//   inputs                                     output, in the order in which it must be obeyed
//   step  tick  propose  readIndex       ──►   persist (hard state, snapshot, entries)
//   campaign  transferLeadership               messages         may leave at once
//   proposeConfiguration                       committed        to apply, in order; then onApplied
//   onPersisted  onApplied  compact
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
  /**
   * Of the log's start (a snapshot, the engine, or the bootstrap at index 0), or of the applied
   * index; nobody's on a node that is to join.
   */
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

/** Why the configuration was not changed; nothing has happened. */
export type ChangeRefusal =
  | { readonly kind: 'not-leader'; readonly leader: NodeId | null }
  | { readonly kind: 'transferring'; readonly to: NodeId }
  /** Soon to be had: this leader has not committed in its own term yet. */
  | { readonly kind: 'term-not-committed' }
  /** The last change, whose configuration is in force, is not applied here, or joint. */
  | {
      readonly kind: 'change-in-progress';
      readonly configuration: Configuration;
      readonly index: LogIndex;
    }
  /** Everything that was asked for is so. */
  | { readonly kind: 'no-change' }
  | { readonly kind: 'no-voters' }
  | {
      readonly kind: 'too-many-members';
      readonly members: number;
      readonly membersMax: number;
    }
  /** Only a learner is made a voter. */
  | { readonly kind: 'not-a-learner'; readonly node: NodeId }
  | {
      readonly kind: 'not-caught-up';
      readonly node: NodeId;
      readonly entriesBehind: number;
      /** False: it is not heard; else it is too slow, or has only begun. */
      readonly active: boolean;
    }
  /** Of the voters that there would be, too few are heard. */
  | { readonly kind: 'no-quorum'; readonly active: readonly NodeId[]; readonly needed: number };

export type ChangeResult =
  | { readonly kind: 'proposed'; readonly index: LogIndex; readonly term: Term }
  | ChangeRefusal;

export type ReadResult =
  | { readonly kind: 'waiting'; readonly ticket: number }
  | { readonly kind: 'not-leader'; readonly leader: NodeId | null }
  | { readonly kind: 'overloaded' };

/**
 * What a member is by the configuration in force. In a joint one an `incoming` voter is of the new
 * set only and an `outgoing` one of the old; `removed`: of neither, and told until that is committed.
 */
export type Standing = 'voter' | 'incoming' | 'outgoing' | 'learner' | 'removed';

/** A member as its leader knows it. */
export interface MemberProgress {
  readonly node: NodeId;
  /** Its log is durable and equal to the leader's up to here. */
  readonly matchIndex: LogIndex;
  readonly appliedIndex: LogIndex;
  /** It answered within the last election timeout and its connection did not die since. */
  readonly active: boolean;
  readonly learner: boolean;
  readonly standing: Standing;
  /** It keeps up with the log, so that a learner may be made a voter (catch-up.ts). */
  readonly caughtUp: boolean;
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
  /** Of its entry, or a later one up to which this node knows nothing of the log. */
  readonly configurationIndex: LogIndex;
  /** This node's own; once `removed` is committed, nothing in the log is for it any more. */
  readonly standing: Standing;
  readonly logBytes: number;
  /** True: no timer runs here; the node-level heartbeat stands for the leader. */
  readonly quiet: boolean;
}
