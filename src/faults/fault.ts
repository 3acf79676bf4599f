// The faults that dsys can make, as data: what, to whom, when, for how long. The simulator and the
// live transport play the same faults, so nothing here knows which of the two worlds it is in.
// Times are ticks of `limits.tickMs`; a fault that lasts ends by itself after `for` ticks.

import type { NodeId, Tick } from '../core/model/ids.ts';

interface Begins {
  readonly at: Tick;
}

interface Lasts extends Begins {
  /** Ticks; at least 1. */
  readonly for: number;
}

interface AtNode {
  readonly node: NodeId;
}

/** One direction of one link; a fault of both directions is two faults. */
interface OnLink {
  readonly from: NodeId;
  readonly to: NodeId;
}

/** The process dies (kill -9); what it had written is kept. Started again at the end. */
export interface Kill extends Lasts, AtNode {
  readonly kind: 'kill';
}

/** The machine loses its power: what was not synced is lost. Started again at the end. */
export interface PowerCut extends Lasts, AtNode {
  readonly kind: 'power-cut';
  /** Bytes of the log write under way that reached the disk: a torn write, or a whole one. */
  readonly tornBytes: number;
  /** Of the state batches that were not synced, the oldest that survive. */
  readonly stateBatches: number;
}

/** The process is asked to stop (it hands leaderships over), and started again at the end. */
export interface Restart extends Lasts, AtNode {
  readonly kind: 'restart';
}

/** The process stands still (SIGSTOP): its connections stay up, frames for it wait. */
export interface Pause extends Lasts, AtNode {
  readonly kind: 'pause';
}

/** How a link is cut. */
interface Cuts {
  /** True: connections break and both ends are told; false: frames vanish in silence. */
  readonly breaks: boolean;
}

/** Nodes of different groups can not reach each other. Who is in no group, forms one more. */
export interface Partition extends Lasts, Cuts {
  readonly kind: 'partition';
  readonly groups: readonly (readonly NodeId[])[];
  /** True: only what the first group sends to the others is lost; connections can not break. */
  readonly oneWay: boolean;
}

/** The node reaches no peer and no peer reaches it; clients still do. */
export interface Isolate extends Lasts, AtNode, Cuts {
  readonly kind: 'isolate';
}

/** Frames take longer: `delay`, and up to `jitter` more, drawn for each. */
export interface Slow extends Lasts, OnLink {
  readonly kind: 'slow';
  readonly delay: number;
  readonly jitter: number;
}

/** A share of the frames is lost. */
export interface Flaky extends Lasts, OnLink {
  readonly kind: 'flaky';
  /** 0..1 */
  readonly share: number;
}

/** A share of the frames arrives twice. */
export interface Dup extends Lasts, OnLink {
  readonly kind: 'dup';
  readonly share: number;
}

/** A share of the frames is overtaken by later ones, by up to `window` ticks. */
export interface Reorder extends Lasts, OnLink {
  readonly kind: 'reorder';
  readonly share: number;
  readonly window: number;
}

/** The wall clock of the node is off by `ms`. */
export interface Skew extends Lasts, AtNode {
  readonly kind: 'skew';
  readonly ms: number;
}

/** The wall clock of the node jumps by `ms`, and stays there. */
export interface ClockJump extends Begins, AtNode {
  readonly kind: 'clock-jump';
  readonly ms: number;
}

/** Every write takes `delay` ticks longer. */
export interface DiskSlow extends Lasts, AtNode {
  readonly kind: 'disk-slow';
  readonly delay: number;
}

/** Writes fail with `disk-full`, which ends the node. Started again at the end. */
export interface DiskFull extends Lasts, AtNode {
  readonly kind: 'disk-full';
}

/** Writes fail with `disk-failed`, which ends the node. Started again at the end. */
export interface DiskFailing extends Lasts, AtNode {
  readonly kind: 'disk-failing';
}

/** The node dies, and a bit of what it had synced flips. Its start must be refused at the end. */
export interface BitFlip extends Lasts, AtNode {
  readonly kind: 'bit-flip';
  readonly where: 'log' | 'state';
  /** Which block or row, and which bit of it; both modulo what is there. */
  readonly block: number;
  readonly bit: number;
}

/** The node dies, and its data directory is emptied. Its start must be refused at the end. */
export interface Wipe extends Lasts, AtNode {
  readonly kind: 'wipe';
}

/** A good frame arrives in the name of the peer `from`, which did not send it. */
export interface ForeignFrame extends Begins, OnLink {
  readonly kind: 'foreign-frame';
  /** Of another cluster; or of this one, but of a data directory that it does not know. */
  readonly stranger: 'cluster' | 'storage';
}

/** Bytes arrive that are no frame: noise, or a frame of `from` with some of its bits flipped. */
export interface GarbageFrame extends Begins, OnLink {
  readonly kind: 'garbage-frame';
  readonly content: 'noise' | 'flipped';
}

/** A machine that was not there becomes a member; refused while one of that name is. */
export interface Join extends Begins, AtNode {
  readonly kind: 'join';
  readonly zone: string;
}

/** A member hands over what it holds, and goes. */
export interface Leave extends Begins, AtNode {
  readonly kind: 'leave';
  /** Although the data will have fewer copies than it should. */
  readonly force: boolean;
}

/**
 * The machine of a member is lost with its disk (unless it is down: then it is only called lost);
 * it is removed, and joins again under its name with an empty directory.
 */
export interface Replace extends Begins, AtNode {
  readonly kind: 'replace';
}

/** The settings of the cluster change; null: this one stays. */
export interface Configure extends Begins {
  readonly kind: 'configure';
  readonly replicationFactor: number | null;
  readonly deadNodeTimeoutMs: number | null;
}

/** A machine that is no member any more is started again, on the disk that it had. */
export interface Revive extends Begins, AtNode {
  readonly kind: 'revive';
}

export type Fault =
  | Kill
  | PowerCut
  | Restart
  | Pause
  | Partition
  | Isolate
  | Slow
  | Flaky
  | Dup
  | Reorder
  | Skew
  | ClockJump
  | DiskSlow
  | DiskFull
  | DiskFailing
  | BitFlip
  | Wipe
  | ForeignFrame
  | GarbageFrame
  | MembershipFault;

/** What an operator does to the cluster, and not the world to a machine. */
export type MembershipFault = Join | Leave | Replace | Configure | Revive;

export type FaultKind = Fault['kind'];

export const faultKinds = [
  'kill',
  'power-cut',
  'restart',
  'pause',
  'partition',
  'isolate',
  'slow',
  'flaky',
  'dup',
  'reorder',
  'skew',
  'clock-jump',
  'disk-slow',
  'disk-full',
  'disk-failing',
  'bit-flip',
  'wipe',
  'foreign-frame',
  'garbage-frame',
  'join',
  'leave',
  'replace',
  'configure',
  'revive',
] as const satisfies readonly FaultKind[];

export const membershipFaultKinds = [
  'join',
  'leave',
  'replace',
  'configure',
  'revive',
] as const satisfies readonly MembershipFault['kind'][];

export function isMembershipFault(fault: Fault): fault is MembershipFault {
  return (membershipFaultKinds as readonly FaultKind[]).includes(fault.kind);
}

/** Ticks from `at` to the end of the fault; 0 for one that is a moment. */
export function durationOf(fault: Fault): number {
  return 'for' in fault ? fault.for : 0;
}
