// The messages of one Raft group (Ongaro & Ousterhout 2014, figure 2; PreVote and transfer from
// Ongaro's thesis). All terms are the sender's. Numbers for the wire are in wire/; new kinds are
// appended, never moved.

import type { Configuration, Entry } from '../model/entry.ts';
import type { LogIndex, Term } from '../model/ids.ts';
import type { StateRow } from '../model/state.ts';

/** Sent by a candidate (or pre-candidate) to every voter to ask for its vote. */
export interface RequestVote {
  readonly kind: 'request-vote';
  /** The term campaigned for; with `pre` the term that WOULD be campaigned for. */
  readonly term: Term;
  readonly lastIndex: LogIndex;
  readonly lastTerm: Term;
  /** True: a poll that changes nobody's state (thesis, section 9.6). */
  readonly pre: boolean;
  /** True: the current leader asked for this election; voters waive their lease. */
  readonly transfer: boolean;
}

/** Sent by a voter to a candidate. A granted vote is durable before it is sent. */
export interface Vote {
  readonly kind: 'vote';
  /** For a granted pre-vote the term asked for, else the voter's own. */
  readonly term: Term;
  readonly granted: boolean;
  readonly pre: boolean;
}

/**
 * Sent by a leader to a follower or learner to replicate entries, to probe, or (empty) to move the
 * commit.
 */
export interface Append {
  readonly kind: 'append';
  readonly term: Term;
  readonly prevIndex: LogIndex;
  readonly prevTerm: Term;
  readonly entries: readonly Entry[];
  readonly commitIndex: LogIndex;
}

/** Sent by a follower to a leader, after the entries it acknowledges are durable. */
export interface Appended {
  readonly kind: 'appended';
  readonly term: Term;
  readonly success: boolean;
  /** Success: the log matches the leader's up to here. Refusal: the prevIndex that was refused. */
  readonly index: LogIndex;
  /** Refusal: the follower's best guess of where the logs may agree, and the term it has there. */
  readonly hintIndex: LogIndex;
  readonly hintTerm: Term;
  /** What the follower has applied; `all` waits for it. */
  readonly appliedIndex: LogIndex;
}

/**
 * Sent by a leader to everyone: "I lead, in this term". Carries read confirmations and quiescence.
 */
export interface Heartbeat {
  readonly kind: 'heartbeat';
  readonly term: Term;
  /** Never beyond what the receiver is known to have matched. */
  readonly commitIndex: LogIndex;
  /** The newest read round that an answer to this heartbeat confirms; 0 when none waits. */
  readonly readRound: number;
  /**
   * True: everyone has everything; a receiver whose log ends at `commitIndex` stops its election
   * timer.
   */
  readonly quiesce: boolean;
}

/** Sent by a follower to a leader: "I still follow you in this term". */
export interface HeartbeatAck {
  readonly kind: 'heartbeat-ack';
  readonly term: Term;
  readonly readRound: number;
  readonly appliedIndex: LogIndex;
  /** Last index of the follower's log, so that the leader notices who is behind. */
  readonly lastIndex: LogIndex;
}

/** Sent by a leader to a follower whose next entry was compacted; one chunk of a snapshot. */
export interface InstallSnapshot {
  readonly kind: 'install-snapshot';
  readonly term: Term;
  readonly index: LogIndex;
  readonly snapshotTerm: Term;
  readonly configuration: Configuration;
  /** 0-based number of this chunk and how many there are. */
  readonly chunk: number;
  readonly chunks: number;
  readonly rows: readonly StateRow[];
}

/**
 * Sent by a follower to a leader for each chunk; `nextChunk === chunks` only when all of it is
 * durable.
 */
export interface SnapshotAck {
  readonly kind: 'snapshot-ack';
  readonly term: Term;
  readonly index: LogIndex;
  readonly nextChunk: number;
}

/** Sent by a leader to the voter that shall succeed it at once (thesis, section 3.10). */
export interface TimeoutNow {
  readonly kind: 'timeout-now';
  readonly term: Term;
}

export type RaftMessage =
  | RequestVote
  | Vote
  | Append
  | Appended
  | Heartbeat
  | HeartbeatAck
  | InstallSnapshot
  | SnapshotAck
  | TimeoutNow;
