// What the parts of the network in memory know of each other: interfaces only.

import type { ConnectionId, Lane, NodeId } from '../../core/model/ids.ts';
import type { Member } from '../../core/model/member.ts';

export interface Packet {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly lane: Lane;
  readonly bytes: number;
}

/** What becomes of a packet between nodes: 0 copies lose it, 2 duplicate it. */
export interface Fate {
  readonly copies: number;
  /** Frames behind this one wait for it: the order of the lane is kept. */
  readonly delayTicks: number;
  /** Beyond that, this one alone is late, and may be overtaken: the order is broken. */
  readonly lateTicks: number;
}

/** The middle: everything that is under way. */
export interface Fabric {
  /** Happens after what is under way now, or `delayTicks` later; has no fate. */
  schedule(arrive: () => void, delayTicks?: number): void;
  /** Sends a packet through fate, delay and cuts; `settle` runs once, whatever its fate. */
  carry(packet: Packet, arrive: () => void, settle: () => void): void;
  /** False while connections between the two are broken: neither can dial the other. */
  canDial(from: NodeId, to: NodeId): boolean;
  /** The newest endpoint of a name that is up. */
  endpoint(node: NodeId): FabricEndpoint | undefined;
  /** All that are up, in the order of their names. */
  endpoints(): readonly FabricEndpoint[];
  /** This endpoint now answers to its name. */
  enter(endpoint: FabricEndpoint): void;
  /** Gone, unless a newer one took the name. */
  leave(endpoint: FabricEndpoint): void;
}

export interface FabricEndpoint {
  readonly self: NodeId;
  readonly isUp: boolean;
  /** Where it listens and which key it has; null: it never was up, or is no member. */
  readonly place: Place | null;
  /** True: a member of that name has the key that `other` has. */
  admits(other: FabricEndpoint): boolean;
  /** Connects to a peer that is up, where it is expected, and admits us; after what is under way. */
  dial(other: FabricEndpoint): void;
  /** A connection to `other`, if there is one, breaks, after what is under way. */
  noticeLoss(other: FabricEndpoint): void;
  onPeerFrame(frame: Uint8Array, from: FabricEndpoint): void;
  /** A frame that no endpoint sent, on a connection that looks like that of `from`. */
  onStrangeFrame(frame: Uint8Array, from: NodeId): void;
  onClientFrame(frame: Uint8Array, client: FabricClient): void;
}

/** What a dial must find at the other end. */
export type Place = Pick<Member, 'addresses' | 'publicKey'>;

export interface FabricClient {
  readonly connection: ConnectionId;
  readonly closed: boolean;
  /** Ticks that the next frame takes, in either direction. */
  readonly delayTicks: number;
  onReply(frame: Uint8Array): void;
}
