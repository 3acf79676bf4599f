// How frames reach other nodes and clients. Frames are opaque bytes here; wire/ makes and checks
// them. Delivery is at most once and, per peer and lane, in order; loss is normal and never an
// error.

import type { ConnectionId, Lane, NodeId } from '../core/model/ids.ts';
import type { Member } from '../core/model/member.ts';

export interface TransportEvents {
  /** A frame from a peer's socket. `connection` names the sending socket, for logs. */
  onPeerFrame(frame: Uint8Array, connection: string): void;
  onClientFrame(frame: Uint8Array, connection: ConnectionId): void;
  /** Our own connection to the peer's raft socket is established (authenticated) or was lost. */
  onPeerConnected(peer: NodeId): void;
  onPeerDisconnected(peer: NodeId): void;
  /**
   * Something was dropped or refused: a wrong key, a full queue; counted and logged by the host.
   */
  onDrop(reason: string, detail: string): void;
}

export interface Transport {
  /** Binds the three server sockets and dials every peer. Rejects with `port-busy`. */
  start(events: TransportEvents): Promise<void>;
  /**
   * Whom to talk to from now on, this node included; before `start` or after, as often as wanted.
   * Dials who is new; hangs up on who is gone, or has another key or address, and dials again; a
   * connection that stood is reported as lost before this returns. Of others, and under keys that
   * a member no longer has, nothing is heard. Where this node listens does not change.
   */
  setMembers(members: readonly Member[]): void;
  /**
   * Never waits: a frame for a peer that is not connected or out of credit is dropped and counted.
   */
  sendToPeer(options: { peer: NodeId; lane: Lane; frame: Uint8Array }): void;
  sendToClient(options: { connection: ConnectionId; frame: Uint8Array }): void;
  close(): Promise<void>;
}
