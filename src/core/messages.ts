// Everything that one node may say to another. A frame carries many of these; the frame itself
// names the cluster, the sender, its storage and its incarnation (wire/frame.ts).

import type { MembershipMessage } from './membership/messages.ts';
import type { TentativeWrite } from './model/command.ts';
import type { GroupId, Incarnation, Lane, LogIndex, NodeId, StorageId } from './model/ids.ts';
import type { Reply, Request } from './model/operation.ts';
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
}

/** What the failure detectors of two nodes say to each other. */
export interface MembershipNews {
  readonly kind: 'membership';
  readonly message: MembershipMessage;
}

export type PeerMessage =
  | GroupMessage
  | Alive
  | Forward
  | Forwarded
  | ProposeMerge
  | ProposeWatermark
  | AnnounceStart
  | MembershipNews;

export interface PeerEnvelope {
  readonly to: NodeId;
  readonly lane: Lane;
  readonly message: PeerMessage;
}
