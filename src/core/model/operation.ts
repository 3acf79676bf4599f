// What a client asks and what it is told: the words shared by the client library, the wire and the
// node.

import type { ControlRow } from './control-row.ts';
import type { ClientId, GroupId, Incarnation, LogIndex, NodeId, StorageId, Term } from './ids.ts';
import type { Member } from './member.ts';
import type { Timestamp, Version, VersionVector } from './version.ts';

export type Consistency = 'one' | 'quorum' | 'all';
export const consistencies: readonly Consistency[] = ['one', 'quorum', 'all'];

export type WriteOperation =
  | {
      readonly kind: 'put';
      readonly key: string;
      readonly value: Uint8Array;
      /** Log index that the key's version must have; 0 means absent; null means no condition. */
      readonly ifVersion: LogIndex | null;
      /** What the writer has seen (from a read), or null: everything that is there. */
      readonly context: VersionVector | null;
    }
  | {
      readonly kind: 'delete';
      readonly key: string;
      readonly ifVersion: LogIndex | null;
      readonly context: VersionVector | null;
    }
  /** Adds to a decimal safe integer; an absent key counts as 0. */
  | { readonly kind: 'increment'; readonly key: string; readonly delta: number };

export type ReadOperation =
  | { readonly kind: 'get'; readonly key: string }
  /** One page of one partition, in key order (UTF-16 code units), strictly after `after`. */
  | {
      readonly kind: 'scan';
      readonly group: GroupId;
      readonly prefix: string;
      readonly after: string | null;
      readonly limit: number;
    };

/** Answered by the node itself from what it knows now; never forwarded. */
export type NodeQuery =
  | { readonly kind: 'status' }
  | { readonly kind: 'topology' }
  /** State hash and applied index of every replica here, for convergence checks. */
  | { readonly kind: 'hashes' }
  /** The control group's row, as far as this node has applied it. */
  | { readonly kind: 'control' };

/** Changes of the cluster itself; executed by the leader of the control group. Repeatable. */
export type AdminOperation =
  | { readonly kind: 'join'; readonly member: Member }
  /** See MemberDepartingCommand. */
  | {
      readonly kind: 'leave';
      readonly node: NodeId;
      readonly how: 'leaving' | 'lost';
      /** Also when that leaves fewer members than the replication factor. */
      readonly force: boolean;
      /** The data directory that is meant; absent: whoever has the name. */
      readonly storageId?: StorageId;
    }
  /** null: as it is. */
  | {
      readonly kind: 'configure';
      readonly replicationFactor: number | null;
      readonly deadNodeTimeoutMs: number | null;
    };

export type Operation = WriteOperation | ReadOperation | NodeQuery | AdminOperation;

/**
 * Names a write for ever: a retry carries the same session, so that it is executed at most once.
 */
export interface SessionRef {
  readonly clientId: ClientId;
  /** From 1, +1 for each new write of this client, whatever its partition. */
  readonly seq: number;
  /** Every lower seq of this client has been answered; their results may be forgotten. */
  readonly firstUnanswered: number;
  /** Hybrid time at which the FIRST attempt was made. */
  readonly issuedAt: Timestamp;
}

/** Sent by a client to a node's client socket. */
export interface Request {
  /** Unique per connection, echoed in the reply. */
  readonly id: number;
  readonly operation: Operation;
  readonly consistency: Consistency;
  /** Milliseconds that the client will still wait; the node gives up then. */
  readonly timeoutMs: number;
  /** Present on writes. */
  readonly session: SessionRef | null;
  /** True: a node that does not lead the partition forwards instead of refusing (`--via`). */
  readonly forward: boolean;
}

export interface Reply {
  readonly id: number;
  readonly result: Result;
}

export interface ScanEntry {
  readonly key: string;
  readonly value: Uint8Array;
  readonly version: Version;
}

export type Result =
  | {
      readonly kind: 'written';
      readonly version: Version;
      /** Replicas that had the write when it was acknowledged, sorted. */
      readonly acks: readonly NodeId[];
      /** The new number, for increment only. */
      readonly number: number | null;
      readonly via: NodeId;
    }
  | {
      readonly kind: 'read';
      /** null when absent. */
      readonly value: Uint8Array | null;
      /** Of the value, or of the tombstone; null when nothing was ever there. */
      readonly version: Version | null;
      readonly via: NodeId;
    }
  | {
      readonly kind: 'scanned';
      readonly entries: readonly ScanEntry[];
      /** Pass as `after` for the next page; null at the end. */
      readonly next: string | null;
    }
  | { readonly kind: 'status'; readonly status: NodeStatus }
  | { readonly kind: 'topology'; readonly topology: Topology }
  | { readonly kind: 'hashes'; readonly hashes: readonly ReplicaHash[] }
  | { readonly kind: 'control'; readonly index: LogIndex; readonly row: ControlRow }
  /** An AdminOperation is committed; its effect on the data is still to come. */
  | { readonly kind: 'administered'; readonly index: LogIndex }
  | { readonly kind: 'refused'; readonly refusal: Refusal };

/** Why a node did not do it. `effect` is what the client may conclude about its write. */
export interface Refusal {
  readonly reason: /** Ask `leader`, or wait when it is null. Effect none. */
    | 'not-leader'
    /** No quorum of the partition is reachable from here. Effect none. */
    | 'unavailable'
    /** Over a bound of limits.ts; try later. Effect none. */
    | 'overloaded'
    /** ifVersion did not match; `version` is the current index. Effect none. */
    | 'condition-failed'
    /** increment of something that is not a safe integer. Effect none. */
    | 'not-a-number'
    /** The session of a retried write is gone: it may have been executed. Effect unknown. */
    | 'session-expired'
    /** The deadline passed after the proposal. Effect unknown for writes, none for reads. */
    | 'timeout'
    /** `all`: committed at quorum, but `missing` did not apply it. Effect committed. */
    | 'not-at-all'
    /** The request itself is wrong: key, value, combination. Effect none. */
    | 'invalid'
    /** Clock of the client is too far ahead. Effect none. */
    | 'clock-ahead'
    /** The node is stopping. Effect none. */
    | 'stopping'
    /** join: a member of that name, or that storage, is there. Effect none. */
    | 'member-exists'
    /** leave: no such member. Effect none. */
    | 'member-unknown'
    /** leave: data would have fewer copies than it should; or the node that is called lost lives. */
    | 'member-needed'
    /** A member does not understand what this would need yet. Effect none. */
    | 'feature-missing';
  readonly effect: 'none' | 'unknown' | 'committed';
  readonly message: string;
  readonly leader: NodeId | null;
  /**
   * Replicas of the partition, and those of them reachable from the answering node (itself
   * included), sorted.
   */
  readonly replicas: readonly NodeId[];
  readonly reachable: readonly NodeId[];
  readonly missing: readonly NodeId[];
  /** The version written (`not-at-all`) or found (`condition-failed`). */
  readonly version: Version | null;
}

/** What a client needs to route: which node leads which group, as the answering node believes. */
export interface Topology {
  readonly members: readonly Member[];
  readonly partitions: number;
  /** Index is the group id; 0 is the control group. */
  readonly groups: readonly {
    readonly replicas: readonly NodeId[];
    readonly leader: NodeId | null;
  }[];
}

export interface ReplicaHash {
  readonly group: GroupId;
  readonly appliedIndex: LogIndex;
  /** 16 hexadecimal digits over all rows of the state, independent of the order of insertion. */
  readonly hash: string;
}

export interface GroupStatus {
  readonly group: GroupId;
  readonly role: 'leader' | 'follower' | 'candidate' | 'pre-candidate' | 'learner';
  readonly term: Term;
  readonly leader: NodeId | null;
  readonly lastIndex: LogIndex;
  readonly commitIndex: LogIndex;
  readonly appliedIndex: LogIndex;
  readonly voters: readonly NodeId[];
  readonly learners: readonly NodeId[];
  readonly keys: number;
}

/**
 * What a member believes of another (core/membership). `unknown`: not met since this node started;
 * `left`: not a member any more.
 */
export type BeliefState = 'unknown' | 'alive' | 'suspect' | 'dead' | 'left';

export interface PeerStatus {
  readonly node: NodeId;
  readonly connected: boolean;
  readonly silentMs: number;
  readonly belief: BeliefState;
  /**
   * phi accrual of the peer's heartbeats: −log10 of the chance that a healthy peer is silent for so
   * long, by the normal distribution of its intervals so far; 0 before the first.
   */
  readonly phi: number;
}

export interface NodeStatus {
  readonly node: NodeId;
  readonly incarnation: Incarnation;
  readonly uptimeMs: number;
  readonly groups: readonly GroupStatus[];
  readonly peers: readonly PeerStatus[];
  readonly keys: number;
  readonly leads: number;
  readonly pendingOneWrites: number;
  readonly conflicts: number;
  /** How far the node doubts its own timing (Lifeguard): 0 is health, 8 the most. */
  readonly localHealth: number;
  /** Dropped frames and the like, by reason. */
  readonly counters: Readonly<Record<string, number>>;
}
