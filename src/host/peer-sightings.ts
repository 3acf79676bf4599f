// Decides when a peer counts as up: our connection to it stands AND a frame of it has arrived
// since. Also turns away who is not the member it says it is: a data directory that the cluster
// does not know.

import type { Incarnation, NodeId, StorageId } from '../core/model/ids.ts';
import type { Member } from '../core/model/operation.ts';

export type Sighting =
  /** Up already: nothing new. */
  | { readonly kind: 'known' }
  /** Newly up, or restarted. */
  | { readonly kind: 'up' }
  /** We hear it, but can not speak to it yet. */
  | { readonly kind: 'one-way' }
  | { readonly kind: 'stranger'; readonly detail: string };

interface Peer {
  readonly storageId: StorageId;
  connected: boolean;
  /** Incarnation that the node was told is up; null while it is not. */
  upAs: Incarnation | null;
  /** The greatest that was heard; outlives connections. */
  latest: Incarnation | null;
}

export class PeerSightings {
  readonly #peers = new Map<NodeId, Peer>();

  constructor(members: readonly Member[]) {
    for (const { node, storageId } of members) {
      this.#peers.set(node, { storageId, connected: false, upAs: null, latest: null });
    }
  }

  onConnected(node: NodeId): void {
    const peer = this.#peers.get(node);
    if (peer) peer.connected = true;
  }

  onDisconnected(node: NodeId): void {
    const peer = this.#peers.get(node);
    if (!peer) return;
    peer.connected = false;
    peer.upAs = null;
  }

  onFrame(frame: { sender: NodeId; storageId: StorageId; incarnation: Incarnation }): Sighting {
    const peer = this.#peers.get(frame.sender);
    if (!peer) return { kind: 'stranger', detail: `${frame.sender} is not a member` };
    if (peer.storageId !== frame.storageId) {
      const detail = `${frame.sender} has storage ${frame.storageId}, expected ${peer.storageId}`;
      return { kind: 'stranger', detail };
    }
    // Queued before a restart, or from an older copy of the directory: no vote of it may count.
    if (peer.latest !== null && frame.incarnation < peer.latest) {
      return { kind: 'stranger', detail: `${frame.sender} speaks from an earlier incarnation` };
    }
    peer.latest = frame.incarnation;
    if (!peer.connected) return { kind: 'one-way' };
    if (peer.upAs === frame.incarnation) return { kind: 'known' };
    peer.upAs = frame.incarnation;
    return { kind: 'up' };
  }
}
