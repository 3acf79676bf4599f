// What the library offers, as types: options, results, and the database object. Durations are
// milliseconds. Every rejection is a DsysError; its `outcome` says whether a failed write may still
// take effect.

import type { ControlRow } from '../core/model/control-row.ts';
import type { Member } from '../core/model/member.ts';
import type { Consistency, NodeStatus, ReplicaHash, Topology } from '../core/model/operation.ts';
import type { Version, VersionVector } from '../core/model/version.ts';
import type { DsysError } from '../errors.ts';

export interface KeyPair {
  /** Z85, 40 characters. */
  readonly publicKey: string;
  readonly secretKey: string;
}

/** Where one node listens for clients. */
export interface NodeAddress {
  readonly node: string;
  /** `tcp://127.0.0.1:7401` */
  readonly address: string;
  /** Z85 public key of the node. */
  readonly publicKey: string;
}

export interface ConnectOptions {
  /** A cluster in DSYS_HOME. Default: DSYS_CLUSTER, the last used one, or the only one. */
  readonly cluster?: string;
  /** Instead of the environment's DSYS_HOME (default `~/.dsys`). */
  readonly home?: string;
  /**
   * Nodes on other hosts; then nothing is read from DSYS_HOME, and `keys` and `clusterId` are
   * needed.
   */
  readonly addresses?: readonly NodeAddress[];
  readonly keys?: KeyPair;
  readonly clusterId?: string;
  /** Shown before the random part of this client's id. */
  readonly name?: string;
}

export interface ReadOptions {
  /** Default `quorum`. */
  readonly consistency?: Consistency;
  /** Covers everything, retries included. Default 1000 for reads, 2000 for writes. */
  readonly timeoutMs?: number;
  /** Only through this node, which forwards where it must. */
  readonly via?: string;
}

export interface IncrementOptions extends ReadOptions {}

export interface DeleteOptions extends ReadOptions {
  /** Log index that the key's version must have; 0: the key must be absent. */
  readonly ifVersion?: number;
  /** `version.vector` of what was read: the write then replaces exactly that. */
  readonly context?: VersionVector;
}

export interface PutOptions extends DeleteOptions {}

export interface ScanOptions extends ReadOptions {
  readonly prefix?: string;
  /** At most so many entries; default all. */
  readonly limit?: number;
}

export interface WriteResult {
  readonly version: Version;
  /** Replicas that had the write when it was acknowledged. */
  readonly acks: readonly string[];
  /** The node that answered. */
  readonly via: string;
}

export interface IncrementResult extends WriteResult {
  readonly value: number;
}

export interface ReadResult {
  readonly found: boolean;
  readonly value: Uint8Array | null;
  /** The value as text; null when absent or not valid UTF-8. */
  readonly text: string | null;
  /** Of the value or of its tombstone; null when nothing was ever there. */
  readonly version: Version | null;
  readonly via: string;
}

export interface Entry {
  readonly key: string;
  readonly value: Uint8Array;
  readonly text: string | null;
  readonly version: Version;
}

/** What one node said about itself, or why it did not. */
export type NodeAnswer<What> =
  | { readonly node: string; readonly ok: true; readonly answer: What; readonly tookMs: number }
  | { readonly node: string; readonly ok: false; readonly error: DsysError };

export interface QueryOptions {
  /** For each node; default 250. */
  readonly timeoutMs?: number;
}

/** What the control group has agreed on, as of one applied index. */
export interface ControlState {
  readonly index: number;
  readonly row: ControlRow;
  /** The node that answered. */
  readonly from: string;
}

export interface AdministerOptions {
  /** Covers everything, retries included. Default 5000. */
  readonly timeoutMs?: number;
}

export interface LeaveOptions extends AdministerOptions {
  /** `leaving` (default): it runs and hands over; `lost`: its disk is not counted on any more. */
  readonly how?: 'leaving' | 'lost';
  /** Also when that leaves fewer members than the replication factor. */
  readonly force?: boolean;
  /** Only if the member has this data directory; else `node-not-found`: it is out already. */
  readonly storageId?: string;
}

export interface ConfigureOptions extends AdministerOptions {
  readonly replicationFactor?: number;
  readonly deadNodeTimeoutMs?: number;
}

/**
 * A connection to a cluster. Thousands of operations may be in flight; what is concurrent is
 * batched.
 */
export interface Db {
  put(key: string, value: string | Uint8Array, options?: PutOptions): Promise<WriteResult>;
  get(key: string, options?: ReadOptions): Promise<ReadResult>;
  del(key: string, options?: DeleteOptions): Promise<WriteResult>;
  /** Adds to a whole number; an absent key counts as 0. */
  incr(key: string, delta?: number, options?: IncrementOptions): Promise<IncrementResult>;
  /** In key order over all partitions; each page is read at its own moment. */
  scan(options?: ScanOptions): AsyncIterable<Entry>;
  /** Asks every node; a silent node costs no more than the deadline. */
  status(options?: QueryOptions): Promise<NodeAnswer<NodeStatus>[]>;
  /** State hashes of every replica of every node. */
  hashes(options?: QueryOptions): Promise<NodeAnswer<readonly ReplicaHash[]>[]>;
  /** As one reachable node believes. */
  topology(options?: QueryOptions): Promise<Topology>;
  /** Members, settings and desired placement: the newest that any node that answers has applied. */
  control(options?: QueryOptions): Promise<ControlState>;
  /**
   * The three changes of a cluster. Each resolves when the control group has committed it, to the
   * index of that; its effect on the data is still to come (`control`, `status`). Repeatable.
   */
  join(member: Member, options?: AdministerOptions): Promise<{ readonly index: number }>;
  leave(node: string, options?: LeaveOptions): Promise<{ readonly index: number }>;
  configure(options: ConfigureOptions): Promise<{ readonly index: number }>;
  /** Rejects what is still waiting; afterwards nothing here keeps the process alive. */
  close(): Promise<void>;
}
