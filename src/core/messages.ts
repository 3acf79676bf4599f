// Everything that one node may say to another. A frame carries many of these; the frame itself
// names the cluster, the sender, its storage and its incarnation (wire/frame.ts).

import type { MembershipMessage } from './membership/messages.ts';
import type { TentativeWrite } from './model/command.ts';
import type { GroupId, Incarnation, Lane, LogIndex, NodeId, StorageId, Term } from './model/ids.ts';
import type { Member } from './model/member.ts';
import type { Reply, Request } from './model/operation.ts';
import type { Dot } from './model/version.ts';
import type { RaftMessage } from './raft/messages.ts';

/** A message of one Raft group. */
export interface GroupMessage {
  readonly kind: 'group';
  readonly group: GroupId;
  readonly message: RaftMessage;
}

/** Sent by every node to every peer each heartbeat period: stands for all of its quiet groups. */
export interface Alive {
  readonly kind: 'alive';
}

/**
 * Sent by a node that a client chose (`--via`) to the leader of the partition. `id` is the sender's
 * own.
 */
export interface Forward {
  readonly kind: 'forward';
  readonly request: Request;
}

/** Sent back by the node that executed a forwarded request. */
export interface Forwarded {
  readonly kind: 'forwarded';
  readonly reply: Reply;
}

/** Sent by the owner of a `one` write to the partition's leader until the dot is seen applied. */
export interface ProposeMerge {
  readonly kind: 'propose-merge';
  readonly group: GroupId;
  readonly writes: readonly TentativeWrite[];
}

/** Sent by a replica to the leader: its watermark for the purge of tombstones. */
export interface ProposeWatermark {
  readonly kind: 'propose-watermark';
  readonly group: GroupId;
  readonly incarnation: Incarnation;
  readonly index: LogIndex;
}

/** Sent by a starting node to the leader of the control group, until it sees itself registered. */
export interface AnnounceStart {
  readonly kind: 'announce-start';
  /** Of the sender's data directory, as itself knows it; the control group compares. */
  readonly storageId: StorageId;
  readonly incarnation: Incarnation;
  readonly featureLevel: number;
}

/** What the failure detectors of two nodes say to each other. */
export interface MembershipNews {
  readonly kind: 'membership';
  readonly message: MembershipMessage;
}

/**
 * Sent by a node to each peer that it meets, and to all when its control group changes it: whom it
 * takes for members. The reader believes the greatest `index`; it gives nobody a vote.
 */
export interface AddressBook {
  readonly kind: 'address-book';
  /** Applied index of the control group that this is the state of. */
  readonly index: LogIndex;
  readonly members: readonly Member[];
  readonly removed: readonly Member[];
}

/**
 * Sent by a replica that no leader speaks to, or that the desired placement does not name, to the
 * nodes that may lead the group.
 */
export interface AskStanding {
  readonly kind: 'ask-standing';
  readonly group: GroupId;
  /** Unique for the sender's life; the answer must be to the last one. */
  readonly question: number;
}

/** Sent back by a leader whose committed configuration, of the entry at `index`, lacks the asker. */
export interface NotAMember {
  readonly kind: 'not-a-member';
  readonly group: GroupId;
  readonly question: number;
  readonly index: LogIndex;
  /** Of the leader: the asker's next life must not follow anyone of an earlier one. */
  readonly term: Term;
}

/**
 * Sent to the leader by a node that is no replica of the group any more: which of its `one` writes
 * are not known to be merged. Repeated until it is released.
 */
export interface AskRelease {
  readonly kind: 'ask-release';
  readonly group: GroupId;
  readonly pending: readonly Dot[];
}

/**
 * Sent back by the leader: what is merged, and whether the group needs nothing of it any more. Also
 * sent unasked, and not released, to who departed and is still waited for: it may not know that it
 * ever was a replica.
 */
export interface Released {
  readonly kind: 'released';
  readonly group: GroupId;
  readonly merged: readonly Dot[];
  readonly released: boolean;
}

/** Sent by leaders of groups to the leader of the control group, until they see it noted. */
export interface ReportReleased {
  readonly kind: 'report-released';
  readonly node: NodeId;
  /** Of the departure that is meant: the name may be another disk's, and departing, by then. */
  readonly epoch: number;
  readonly groups: readonly GroupId[];
}

export type PeerMessage =
  | GroupMessage
  | Alive
  | Forward
  | Forwarded
  | ProposeMerge
  | ProposeWatermark
  | AnnounceStart
  | MembershipNews
  | AddressBook
  | AskStanding
  | NotAMember
  | AskRelease
  | Released
  | ReportReleased;

export interface PeerEnvelope {
  readonly to: NodeId;
  readonly lane: Lane;
  readonly message: PeerMessage;
}
