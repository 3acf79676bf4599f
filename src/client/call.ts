// One operation on its way: what was asked, what was tried, and what may be concluded when it ends.
// Invariant: `unresolved` counts attempts that were sent and of which nobody said that they had no
// effect; only when it is 0 may a write be called failed.

import type { GroupId, NodeId } from '../core/model/ids.ts';
import type {
  AdminOperation,
  Consistency,
  Operation,
  Refusal,
  Result,
  SessionRef,
} from '../core/model/operation.ts';
import type { DsysError } from '../errors.ts';
import type { Connection, Outgoing } from './connection.ts';

/** A result that is not a refusal. */
export type Success = Exclude<Result, { readonly kind: 'refused' }>;

export interface CallOptions {
  readonly operation: Operation;
  readonly consistency: Consistency;
  /** Of a scan; of everything with a key it is computed. */
  readonly group: GroupId | null;
  /** Only this node. */
  readonly pin: NodeId | null;
  readonly timeoutMs: number;
}

/** One sending of a call to one node. */
export interface Attempt extends Outgoing {
  readonly call: Call;
  readonly connection: Connection<Attempt>;
  readonly startedAt: number;
}

/** How a call ends, once. */
export interface Settle {
  readonly resolve: (result: Success) => void;
  readonly reject: (error: DsysError) => void;
}

export interface Call extends Omit<CallOptions, 'group'>, Settle {
  readonly startedAt: number;
  readonly deadline: number;
  /** null: any node may answer, or the number of partitions is not known yet. */
  group: GroupId | null;
  /** Given to a write when it is first placed, and kept for every retry. */
  session: SessionRef | null;
  /** null while it waits for a node or for its next try. */
  attempt: Attempt | null;
  /** Sent to nodes that fell silent; an answer may still come. */
  readonly earlier: Attempt[];
  unresolved: number;
  /** How often it was placed; turns the order of the nodes. */
  tries: number;
  /** Redirects followed without a pause, and pauses made. */
  redirects: number;
  pauses: number;
  /** Not before this moment. */
  retryAt: number;
  /** Since when every answer was that too few replicas are reachable. */
  refusedSince: number | null;
  /** Since when no node that could answer is reachable. */
  strandedSince: number | null;
  lastRefusal: Refusal | null;
  refusedBy: NodeId | null;
}

export type Verb =
  | 'put'
  | 'get'
  | 'del'
  | 'incr'
  | 'scan'
  | 'status'
  | 'topology'
  | 'hashes'
  | 'control'
  | AdminOperation['kind'];

const verbs: Readonly<Record<Operation['kind'], Verb>> = {
  put: 'put',
  delete: 'del',
  increment: 'incr',
  get: 'get',
  scan: 'scan',
  status: 'status',
  topology: 'topology',
  hashes: 'hashes',
  control: 'control',
  join: 'join',
  leave: 'leave',
  configure: 'configure',
};

export function verbOf({ operation }: Pick<CallOptions, 'operation'>): Verb {
  return verbs[operation.kind];
}

/** It has a session, which makes a second execution impossible. */
export function isWrite({ operation }: Pick<CallOptions, 'operation'>): boolean {
  return operation.kind === 'put' || operation.kind === 'delete' || operation.kind === 'increment';
}

/** A change of the cluster itself: executed twice, it is as if it was executed once. */
export function isAdministration({ operation }: Pick<CallOptions, 'operation'>): boolean {
  const { kind } = operation;
  return kind === 'join' || kind === 'leave' || kind === 'configure';
}

/** What becomes of it must be known: an attempt without an answer may have had an effect. */
export function isChange(call: Pick<CallOptions, 'operation'>): boolean {
  return isWrite(call) || isAdministration(call);
}

/** May it be sent again when it may have arrived? A `one` write would become a second write. */
export function isRepeatable(call: Pick<CallOptions, 'operation' | 'consistency'>): boolean {
  return !isWrite(call) || call.consistency !== 'one';
}

/** It may take effect, or have taken it: nobody said that it certainly did not. */
export function mayHaveEffect(call: Call): boolean {
  return isChange(call) && (call.unresolved > 0 || call.attempt?.sent === true);
}

/** Field by field: a spread with more fields behind it costs a sixth of a busy client's time. */
export function newCall(options: CallOptions, settle: Settle, now: number): Call {
  return {
    operation: options.operation,
    consistency: options.consistency,
    group: options.group,
    pin: options.pin,
    timeoutMs: options.timeoutMs,
    resolve: settle.resolve,
    reject: settle.reject,
    startedAt: now,
    deadline: now + options.timeoutMs,
    session: null,
    attempt: null,
    earlier: [],
    unresolved: 0,
    tries: 0,
    redirects: 0,
    pauses: 0,
    retryAt: 0,
    refusedSince: null,
    strandedSince: null,
    refusedBy: null,
    lastRefusal: null,
  };
}
