// The rows of applied state, the same in a snapshot, in the storage engine and in a transfer. A
// state machine turns itself into rows and is restored from them; what is in no row does not
// survive.

import type { ControlRow } from './control-row.ts';
import type { Configuration } from './entry.ts';
import type { ClientId, GroupId, Incarnation, LogIndex, NodeId, Origin, Term } from './ids.ts';
import type { Dot, Timestamp, Version } from './version.ts';

/** A key's current value; a null value is a tombstone. */
export interface ItemRow {
  readonly kind: 'item';
  readonly key: string;
  readonly value: Uint8Array | null;
  readonly version: Version;
  /** The write that the value comes from; null: the log's own, whose counter is version.index. */
  readonly dot: Dot | null;
}

/** What one write of a session came to; enough to repeat the answer. */
export type SessionResult =
  | { readonly kind: 'written'; readonly version: Version; readonly number: number | null }
  | {
      readonly kind: 'refused';
      readonly reason: 'condition-failed' | 'not-a-number';
      readonly version: Version | null;
    };

/**
 * Exactly-once memory of one client in one group. `order` ranks sessions by last use, for eviction.
 */
export interface SessionRow {
  readonly kind: 'session';
  readonly clientId: ClientId;
  readonly order: number;
  /** Log time; decides when the session is idle. */
  readonly lastUsed: Timestamp;
  /** The greatest `issuedAt` of its writes, in the client's time: the fence when it is evicted. */
  readonly lastIssued: Timestamp;
  /** A write issued at or before this may have been executed in an earlier life of the session. */
  readonly horizon: Timestamp;
  /** Results of every seq below this were forgotten: answered, or over the bound. */
  readonly answeredBelow: number;
  /** Sorted by seq. */
  readonly results: readonly { readonly seq: number; readonly result: SessionResult }[];
}

/** A write that lost a last-write-wins merge, kept for `dsys conflicts`. */
export interface ConflictRow {
  readonly kind: 'conflict';
  readonly number: number;
  readonly key: string;
  readonly loser: {
    readonly value: Uint8Array | null;
    readonly dot: Dot | null;
    readonly hlc: Timestamp;
  };
  readonly winner: { readonly dot: Dot | null; readonly hlc: Timestamp };
  readonly index: LogIndex;
}

/** The one row of a data group that holds what is not per key or client. */
export interface MachineRow {
  readonly kind: 'machine';
  readonly hlc: Timestamp;
  /** Dots merged so far, per origin: all up to `upTo`, and the listed ones above it. */
  readonly merged: readonly {
    readonly origin: Origin;
    readonly upTo: number;
    readonly above: readonly number[];
  }[];
  readonly watermarks: readonly {
    readonly node: NodeId;
    readonly incarnation: Incarnation;
    readonly index: LogIndex;
  }[];
  /**
   * No write issued at or before this may be executed without its session: it may have been
   * evicted.
   */
  readonly expiredBefore: Timestamp;
  readonly nextOrder: number;
  readonly nextConflict: number;
  /**
   * Replicas that were removed and may still have `one` writes of theirs, sorted: tombstones wait
   * for their watermarks too.
   */
  readonly departed: readonly NodeId[];
}

export type StateRow = ItemRow | SessionRow | ConflictRow | MachineRow | ControlRow;

/** Names a row that is gone. */
export type RemovedRow =
  | { readonly kind: 'item'; readonly key: string }
  | { readonly kind: 'session'; readonly clientId: ClientId }
  | { readonly kind: 'conflict'; readonly number: number };

/** The point of the log that the rows of a group reflect. */
export interface AppliedPoint {
  readonly index: LogIndex;
  readonly term: Term;
  /** The configuration in force at `index`. */
  readonly configuration: Configuration;
}

/** The whole state of a group at one point of its log (Raft paper, section 7). */
export interface Snapshot {
  readonly point: AppliedPoint;
  /** Chunks of at most `limits.snapshotChunkBytes`; at least one, possibly empty. */
  readonly chunks: readonly (readonly StateRow[])[];
}

/** Changes of one group since the last batch; written atomically together with `point`. */
export interface GroupChanges {
  readonly group: GroupId;
  readonly point: AppliedPoint;
  /** True: drop every row of the group first (a snapshot was installed). */
  readonly clear: boolean;
  readonly rows: readonly StateRow[];
  readonly removed: readonly RemovedRow[];
}
