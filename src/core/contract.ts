// The contract of the node machine: what a host (real or simulated) feeds in, and what it must do
// with what comes out. One input at a time, no input while another is processed, `takeReady` after
// every batch.
//
//            ┌───────────────── node.ts ──────────────────┐
//   Input ──►│ raft ×(Q+1) · data · control · placement   │──► Ready { persist, state, messages, replies }
//            └────────────────────────────────────────────┘
//
// The host starts `persist` and `state` and may send `messages` and `replies` at once: whatever
// depends on durability is held back inside until the host feeds `persisted`. Batches become
// durable in order.

import type { PeerEnvelope, PeerMessage } from './messages.ts';
import type { Settings } from './model/control-row.ts';
import type { ClusterId, ConnectionId, Incarnation, NodeId, StorageId } from './model/ids.ts';
import type { Bounds } from './model/limits.ts';
import type { Member } from './model/member.ts';
import type { Reply, Request } from './model/operation.ts';
import type { NodeEvent, PersistBatch, Recovered, StateBatch } from './model/records.ts';

export type Input =
  /**
   * `ticks` have passed since the last one; `wallMs` is the physical clock, for the hybrid clock
   * only.
   */
  | { readonly kind: 'tick'; readonly ticks: number; readonly wallMs: number }
  | { readonly kind: 'message'; readonly from: NodeId; readonly message: PeerMessage }
  | { readonly kind: 'request'; readonly connection: ConnectionId; readonly request: Request }
  /** Every persist batch up to `number` is durable. */
  | { readonly kind: 'persisted'; readonly number: number }
  /** Every state batch up to `number` is in the engine; `synced`: and survives a power cut. */
  | { readonly kind: 'state-saved'; readonly number: number; readonly synced: boolean }
  /** A frame of this incarnation arrived on a new connection, or the connection died. */
  | { readonly kind: 'peer-up'; readonly peer: NodeId; readonly incarnation: Incarnation }
  | { readonly kind: 'peer-down'; readonly peer: NodeId }
  /** A peer says that this node's storage was removed from the cluster. */
  | { readonly kind: 'removed'; readonly by: NodeId }
  /** The user asked the node to stop: hand leaderships over, refuse new requests. */
  | { readonly kind: 'drain' };

export interface Ready {
  readonly persist: PersistBatch | null;
  readonly state: StateBatch | null;
  readonly messages: readonly PeerEnvelope[];
  readonly replies: readonly { readonly connection: ConnectionId; readonly reply: Reply }[];
  /** Whom to talk to from now on; null: as before. */
  readonly addressBook: AddressBook | null;
  /** Role changes, snapshot installs and the like; for logs and people, never for control flow. */
  readonly events: readonly NodeEvent[];
}

/** Members that the host keeps links to, and removed ones that it tells so when they speak. */
export interface AddressBook {
  readonly members: readonly Member[];
  readonly removed: readonly Member[];
}

/** How a cluster begins; the same on every node and for ever, written by `dsys up`. */
export interface Bootstrap {
  readonly clusterId: ClusterId;
  readonly members: readonly Member[];
  readonly settings: Settings;
  /** What every member understands from the start (model/features.ts). */
  readonly featureLevel: number;
}

export interface NodeOptions {
  readonly self: NodeId;
  readonly storageId: StorageId;
  readonly incarnation: Incarnation;
  readonly bootstrap: Bootstrap;
  /**
   * Members as far as the host knows, this node included: whom to talk to until the control group
   * is heard. A node that `bootstrap` does not name with this storage id begins with no replica.
   */
  readonly members: readonly Member[];
  /** The greatest that this build understands. */
  readonly featureLevel?: number;
  readonly recovered: Recovered;
  readonly seed: string;
  /** In the place of the constants of limits.ts; the same on every node of a cluster. */
  readonly bounds?: Bounds;
  /**
   * 32-bit hash over the UTF-8 bytes of a key (murmur3); passed in, so that core needs no library.
   */
  readonly hash: (text: string) => number;
  readonly wallMs: number;
  /** What the host counted, for status. */
  readonly counters: () => Readonly<Record<string, number>>;
}
