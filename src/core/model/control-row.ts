// The row of the control group: who is a member, what is to be where, and the settings of the
// cluster.

import type { GroupId, Incarnation, NodeId } from './ids.ts';
import type { Member } from './member.ts';

/** The one row of the control group. */
export interface ControlRow {
  readonly kind: 'control';
  /** Sorted by name; those on their way out too. */
  readonly members: readonly Member[];
  /**
   * Of the last start of each member that has started; of each removed name, what the incarnations
   * of its next data directory count from. Sorted by name.
   */
  readonly incarnations: readonly {
    readonly node: NodeId;
    readonly incarnation: Incarnation;
    readonly featureLevel: number;
  }[];
  /** Members on their way out, sorted by name. */
  readonly departures: readonly Departure[];
  /** The last members that were removed, oldest first: who comes back is told. */
  readonly removed: readonly Member[];
  /** What the members may say to each other (model/features.ts). */
  readonly featureLevel: number;
  readonly settings: Settings;
  /** Grows with every change of the desired placement. */
  readonly epoch: number;
  /** Index is the group id; the first node is the preferred leader. */
  readonly placement: readonly (readonly NodeId[])[];
}

/** It hands over; or its disk is gone. */
export type DepartureKind = 'leaving' | 'lost';

export interface Departure {
  readonly node: NodeId;
  readonly how: DepartureKind;
  /** Of the first placement without it: a group that has seen this one will not take it in again. */
  readonly epoch: number;
  /** Groups that have not released it yet, sorted. */
  readonly groups: readonly GroupId[];
}

export interface Settings {
  readonly replicationFactor: number;
  readonly partitions: number;
  readonly resolver: 'lww' | 'siblings';
  /** A member that is dead for longer is taken for lost, if enough others are there. */
  readonly deadNodeTimeoutMs: number;
}
