// What a log entry asks a state machine to do. Plain data: the same on the wire, on disk and in
// memory.

import type { Incarnation, LogIndex, NodeId, StorageId } from './ids.ts';
import type { SessionRef, WriteOperation } from './operation.ts';
import type { Dot, Timestamp, VersionVector } from './version.ts';

/**
 * A client's quorum write, executed exactly once per session seq. `hlc` is the leader's reading at
 * proposal.
 */
export interface WriteCommand {
  readonly kind: 'write';
  readonly operation: WriteOperation;
  readonly session: SessionRef;
  readonly hlc: Timestamp;
}

/** A `one` write on its way into the log (Bayou's tentative write; DESIGN 2 and 8). */
export interface MergeCommand {
  readonly kind: 'merge';
  readonly write: TentativeWrite;
}

/**
 * Sent by a replica about itself: it has applied everything up to `index`, and every `one` write
 * that it accepted before that point has been merged. Tombstones at or below every replica's mark
 * may be purged.
 */
export interface WatermarkCommand {
  readonly kind: 'watermark';
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  readonly index: LogIndex;
}

/** Control group: a member started; its storage id must be the one that the group knows. */
export interface MemberStartedCommand {
  readonly kind: 'member-started';
  readonly node: NodeId;
  readonly storageId: StorageId;
  readonly incarnation: Incarnation;
}

export type DataCommand = WriteCommand | MergeCommand | WatermarkCommand;
export type ControlCommand = MemberStartedCommand;
export type Command = DataCommand | ControlCommand;

/** A write acknowledged at `one`: durable in its owner's journal, not yet ordered by the log. */
export interface TentativeWrite {
  readonly dot: Dot;
  readonly key: string;
  /** null deletes. */
  readonly value: Uint8Array | null;
  /** What the owner had seen of this key, its own earlier tentative writes included. */
  readonly context: VersionVector;
  readonly hlc: Timestamp;
  /** The owner's applied index when it accepted the write; bounds the purge of tombstones. */
  readonly appliedAt: LogIndex;
}
