// The contract of the membership machine: what its owner feeds in and must do with what comes out.
// It believes and tells; it decides nothing about votes or ownership.

import type { Incarnation, MemberIncarnation, NodeId } from '../model/ids.ts';
import type { BeliefState } from '../model/operation.ts';
import type { Random } from '../model/random.ts';
import type { MembershipMessage } from './messages.ts';
import type { Timing } from './timing.ts';

export type MembershipInput =
  /** Time in which this process was awake and listening. */
  | { readonly kind: 'tick'; readonly ticks: number }
  /** The process stood still for longer than it meant to: nothing it has not heard is evidence. */
  | { readonly kind: 'stall'; readonly lateTicks: number }
  | { readonly kind: 'message'; readonly from: NodeId; readonly message: MembershipMessage }
  /** Who is a member now, this one included. */
  | {
      readonly kind: 'members';
      readonly members: readonly NodeId[];
      /** Of them, those that have another disk than before. */
      readonly renewed?: readonly NodeId[];
    }
  /** A member of this start was met on a new connection. */
  | { readonly kind: 'connected'; readonly node: NodeId; readonly start: Incarnation }
  /** The connection to a member was lost: a reason to look at once. */
  | { readonly kind: 'disconnected'; readonly node: NodeId }
  /** A heartbeat of a member arrived; counts for phi only. */
  | { readonly kind: 'heard'; readonly node: NodeId };

export interface MembershipEnvelope {
  readonly to: NodeId;
  readonly message: MembershipMessage;
}

export interface BeliefChange {
  readonly node: NodeId;
  readonly before: BeliefState;
  readonly state: BeliefState;
  readonly incarnation: MemberIncarnation;
  /** Who said so first, as far as this member knows. */
  readonly by: NodeId;
}

export interface MembershipOutput {
  readonly messages: readonly MembershipEnvelope[];
  /** In the order in which they happened. */
  readonly changes: readonly BeliefChange[];
}

export interface BeliefView {
  readonly node: NodeId;
  readonly state: BeliefState;
  readonly incarnation: MemberIncarnation;
  /** phi accrual of its heartbeats (membership/phi.ts); 0 before the first. */
  readonly phi: number;
}

export interface MembershipOptions {
  readonly self: NodeId;
  readonly start: Incarnation;
  /** This one included. */
  readonly members: readonly NodeId[];
  readonly random: Random;
  readonly timing?: Timing;
}
