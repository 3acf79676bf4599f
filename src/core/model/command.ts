// What a log entry asks a state machine to do. Plain data: the same on the wire, on disk and in
// memory.

import type { DepartureKind } from './control-row.ts';
import type { GroupId, Incarnation, LogIndex, NodeId, StorageId } from './ids.ts';
import type { Member } from './member.ts';
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

/**
 * A node that is no replica of the group any more has no `one` write of it left, or is lost with
 * its disk: tombstones need not be kept for it.
 */
export interface OwnerReleasedCommand {
  readonly kind: 'owner-released';
  readonly node: NodeId;
}

/** Control group: a member started; its storage id must be the one that the group knows. */
export interface MemberStartedCommand {
  readonly kind: 'member-started';
  readonly node: NodeId;
  readonly storageId: StorageId;
  readonly incarnation: Incarnation;
  /** The greatest that its build understands (model/features.ts). */
  readonly featureLevel: number;
}

/** Control group: a new member, whose node may be started from now on. */
export interface MemberJoinedCommand {
  readonly kind: 'member-joined';
  readonly member: Member;
}

/**
 * Control group: nothing new is placed on the member, and every group lets go of it. `leaving`: it
 * runs and hands over; `lost`: its disk is not counted on any more.
 */
export interface MemberDepartingCommand {
  readonly kind: 'member-departing';
  readonly node: NodeId;
  readonly how: DepartureKind;
  /** Although fewer than `replicationFactor` members are left. */
  readonly force: boolean;
  /** The data directory that is meant: a late copy must not hit who has the name by then. */
  readonly storageId?: StorageId;
}

/** Control group: these groups have committed that the departing member is no replica of theirs. */
export interface GroupsReleasedCommand {
  readonly kind: 'groups-released';
  readonly node: NodeId;
  readonly groups: readonly GroupId[];
}

/** Control group: every group has released it, this one too. */
export interface MemberRemovedCommand {
  readonly kind: 'member-removed';
  readonly node: NodeId;
}

/** Control group; null: as it was. */
export interface SettingsChangedCommand {
  readonly kind: 'settings-changed';
  readonly replicationFactor: number | null;
  readonly deadNodeTimeoutMs: number | null;
}

/** Control group: every member understands this level; never falls. */
export interface FeatureLevelRaisedCommand {
  readonly kind: 'feature-level-raised';
  readonly level: number;
}

export type DataCommand = WriteCommand | MergeCommand | WatermarkCommand | OwnerReleasedCommand;
export type ControlCommand =
  | MemberStartedCommand
  | MemberJoinedCommand
  | MemberDepartingCommand
  | GroupsReleasedCommand
  | MemberRemovedCommand
  | SettingsChangedCommand
  | FeatureLevelRaisedCommand;
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
