// The names by which the parts of a cluster know each other. Every id is a branded type, so that a
// term cannot be passed where an index belongs; the functions are the only way to make one from a
// plain value.

declare const brand: unique symbol;
type Brand<Plain, Name> = Plain & { readonly [brand]: Name };

/** Name of a node for people and in every protocol message: `node1`. Unique within its cluster. */
export type NodeId = Brand<string, 'NodeId'>;
/** One Raft group: 0 is the control group, 1..Q are the partitions. */
export type GroupId = Brand<number, 'GroupId'>;
/** A Raft term (Ongaro & Ousterhout 2014, section 5.1); 0 before the first election. */
export type Term = Brand<number, 'Term'>;
/** A position in a group's log, from 1; 0 means "before the first entry". */
export type LogIndex = Brand<number, 'LogIndex'>;
/** A count of ticks; one tick lasts `limits.tickMs`. */
export type Tick = Brand<number, 'Tick'>;
/** One client of the library; unique over all processes and time. */
export type ClientId = Brand<string, 'ClientId'>;
/** UUID of a cluster; in every frame. */
export type ClusterId = Brand<string, 'ClusterId'>;
/** UUID made together with a data directory. A wiped directory gets another one. */
export type StorageId = Brand<string, 'StorageId'>;
/** How many times a node has started on its data directory; persisted before it is used. */
export type Incarnation = Brand<number, 'Incarnation'>;
/**
 * The incarnation number of SWIM, section 4.2: who speaks for a member in the group. Its high part
 * is the number of the member's start, so that a restarted member outranks every rumour about its
 * past; the low part (20 bits) counts refutations.
 */
export type MemberIncarnation = Brand<number, 'MemberIncarnation'>;
/**
 * The writer part of a dot: `node1#3` (node and incarnation), `node4@0b7a2c91#1` (of a directory that
 * came later), or `log` for writes ordered by the log itself.
 */
export type Origin = Brand<string, 'Origin'>;

/** One client connection as the host knows it; opaque. */
export type ConnectionId = Brand<string, 'ConnectionId'>;
/** Raft traffic and probes must never wait behind a snapshot: two lanes, two sockets. */
export type Lane = 'raft' | 'bulk';

export const nodeId = (name: string): NodeId => name as NodeId;
export const groupId = (number: number): GroupId => number as GroupId;
export const term = (number: number): Term => number as Term;
export const logIndex = (number: number): LogIndex => number as LogIndex;
export const tick = (number: number): Tick => number as Tick;
export const clientId = (text: string): ClientId => text as ClientId;
export const clusterId = (uuid: string): ClusterId => uuid as ClusterId;
export const storageId = (uuid: string): StorageId => uuid as StorageId;
export const connectionId = (text: string): ConnectionId => text as ConnectionId;
export const incarnation = (number: number): Incarnation => number as Incarnation;
export const memberIncarnation = (number: number): MemberIncarnation => number as MemberIncarnation;

/** The group that stores members, placement and settings. */
export const controlGroup: GroupId = groupId(0);

/**
 * Origin of the `one` writes of a node in one incarnation; a new incarnation never reuses a dot.
 * Incarnations are counted by data directory: one that came later under the name (null: it was there
 * at the birth of the cluster) begins anew, so it has its own origins.
 */
export function originOf(
  node: NodeId,
  inc: Incarnation,
  cameLater: StorageId | null = null,
): Origin {
  const disk = cameLater === null ? '' : `@${cameLater.slice(0, originStorageChars)}`;
  return `${node}${disk}#${inc}` as Origin;
}

/** Enough to tell the few directories of one name apart. */
const originStorageChars = 8;

/** Origin of every write that a partition's log ordered; its counter is the log index. */
export const logOrigin = 'log' as Origin;

/** Orders ids by code unit, so that no decision depends on the order of insertion. */
export function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
