// A run as data: everything that a simulated run depends on. The same plan gives the same run, bit
// for bit; taking a fault or an operation out shifts none of the others. Plain JSON.
//
//   seed ─► drawPlan ─► Plan ─► simulate ─► Outcome
//                        ▲ shrinking takes faults and operations out

import type { Settings } from '../core/model/control-row.ts';
import type { NodeId, Tick } from '../core/model/ids.ts';
import type { Bounds } from '../core/model/limits.ts';
import type { Consistency } from '../core/model/operation.ts';
import type { Fault, FaultKind } from '../faults/fault.ts';

export interface Plan {
  readonly schema: 1;
  readonly seed: string;
  readonly nodes: number;
  /** The storm lasts so long; then everything heals, and the cluster must come to rest. */
  readonly ticks: number;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly resolver: Settings['resolver'];
  /** A member that is dead for longer is taken for lost. */
  readonly deadNodeTimeoutMs: number;
  /** What every member is known to understand at the birth (core/model/features.ts). */
  readonly featureLevel: number;
  /** What differs from core/model/limits.ts: small bounds make rare paths frequent. */
  readonly limits: Partial<Bounds>;
  readonly network: NetworkWeather;
  readonly disk: DiskWeather;
  readonly pace: Pace;
  /** How likely each kind of fault was when the faults were drawn; for people. */
  readonly mix: Readonly<Partial<Record<FaultKind, number>>>;
  readonly faults: readonly PlannedFault[];
  readonly operations: readonly PlannedOperation[];
}

/** How the network is while no fault makes it worse. */
export interface NetworkWeather {
  /** A frame takes between these, in ticks. */
  readonly delayMin: number;
  readonly delayMax: number;
  /** Shares of frames, 0..1. */
  readonly loss: number;
  readonly dup: number;
  readonly reorder: number;
}

/** How long a write takes while no fault makes it worse, in ticks. */
export interface DiskWeather {
  readonly delayMin: number;
  readonly delayMax: number;
}

/** How the processes get the processor. */
export interface Pace {
  /** Share of the turns, 0..1, in which a process that has work is not let to it. */
  readonly lazy: number;
}

export interface PlannedFault {
  /** Unique in its plan; names the fault's own stream of chance. */
  readonly id: number;
  /** At which turn of its first tick it strikes: 0 before anything moves, higher amid the messages. */
  readonly turn: number;
  readonly fault: Fault;
}

export type OperationKind = 'read' | 'write' | 'cas' | 'append' | 'delete' | 'increment' | 'scan';

export interface PlannedOperation {
  /** Unique in its plan; names the operation's own stream of chance. */
  readonly id: number;
  /** Issued then, or as soon as the client is free. */
  readonly at: Tick;
  /** From 1; one client has one session. */
  readonly client: number;
  /** Where the first attempt goes. */
  readonly via: NodeId | 'leader';
  readonly kind: OperationKind;
  /** Of a scan: the prefix. */
  readonly key: string;
  /** What write, cas and append carry, and the delta of an increment; null for the others. */
  readonly value: string | null;
  readonly consistency: Consistency;
  /** Attempts after the first; each carries the same session. */
  readonly retries: number;
  /** The client waits so long for an answer of one attempt before it tries again or gives up. */
  readonly deadlineTicks: number;
}
