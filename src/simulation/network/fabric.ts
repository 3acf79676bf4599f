// What the parts of the network in memory know of each other: interfaces only.

import type { ConnectionId, Lane, NodeId } from '../../core/model/ids.ts';

export interface Packet {
  readonly from: NodeId;
  readonly to: NodeId;
  readonly lane: Lane;
  readonly bytes: number;
}

/** What becomes of a packet between nodes: 0 copies lose it, 2 duplicate it. */
export interface Fate {
  readonly copies: number;
  readonly delayTicks: number;
}

/** The middle: everything that is under way. */
export interface Fabric {
  /** Happens after what is under way now; has no fate. */
  schedule(arrive: () => void): void;
  /** Sends a packet through fate, delay and cuts; `settle` runs once, whatever its fate. */
  carry(packet: Packet, arrive: () => void, settle: () => void): void;
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
  /** Connects to a peer that is up, after what is under way. */
  dial(other: FabricEndpoint): void;
  /** A connection to `other`, if there is one, breaks, after what is under way. */
  noticeLoss(other: FabricEndpoint): void;
  onPeerFrame(frame: Uint8Array, from: FabricEndpoint): void;
  onClientFrame(frame: Uint8Array, client: FabricClient): void;
}

export interface FabricClient {
  readonly connection: ConnectionId;
  readonly closed: boolean;
  onReply(frame: Uint8Array): void;
}
