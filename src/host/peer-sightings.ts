// Decides when a peer counts as up: our connection to it stands AND a frame of it has arrived
// since. Also turns away who is not the member it says it is: a data directory that the cluster
// does not know, or that it has removed.

import type { Incarnation, NodeId, StorageId } from '../core/model/ids.ts';
import { limits } from '../core/model/limits.ts';
import type { Member } from '../core/model/member.ts';

export type Sighting =
  /** Up already: nothing new. */
  | { readonly kind: 'known' }
  /** Newly up, or restarted. */
  | { readonly kind: 'up' }
  /** We hear it, but can not speak to it yet. */
  | { readonly kind: 'one-way' }
  /** It was a member. `tell`: it should be told so now; the host is its only way to learn it. */
  | { readonly kind: 'removed'; readonly detail: string; readonly tell: boolean }
  | { readonly kind: 'stranger'; readonly detail: string };

interface Peer {
  readonly storageId: StorageId;
  connected: boolean;
  /** Incarnation that the node was told is up; null while it is not. */
  upAs: Incarnation | null;
  /** The greatest that was heard; outlives connections. */
  latest: Incarnation | null;
}

/** Who was removed is told at most once in this time, for as long as it speaks. */
const tellTicks = 1000 / limits.tickMs;

export class PeerSightings {
  #peers: ReadonlyMap<NodeId, Peer> = new Map();
  /** When each of those that were removed was told last. */
  #toldAt: ReadonlyMap<StorageId, number> = new Map();
  #now = 0;
  /** Names that we are connected to, whoever is behind them. */
  readonly #connected = new Set<NodeId>();

  constructor(members: readonly Member[]) {
    this.setMembers(members, []);
  }

  /** Of who stays with the same data directory, everything is still known. */
  setMembers(members: readonly Member[], removed: readonly Member[]): void {
    this.#peers = new Map(members.map((member) => [member.node, this.#peerOf(member)]));
    const toldAt = ({ storageId }: Member) => this.#toldAt.get(storageId) ?? -tellTicks;
    this.#toldAt = new Map(removed.map((member) => [member.storageId, toldAt(member)]));
  }

  onTicks(ticks: number): void {
    this.#now += ticks;
  }

  onConnected(node: NodeId): void {
    this.#connected.add(node);
    const peer = this.#peers.get(node);
    if (peer) peer.connected = true;
  }

  /** False: it is no member, and the node knows nothing of it. */
  onDisconnected(node: NodeId): boolean {
    this.#connected.delete(node);
    const peer = this.#peers.get(node);
    if (!peer) return false;
    peer.connected = false;
    peer.upAs = null;
    return true;
  }

  onFrame(frame: { sender: NodeId; storageId: StorageId; incarnation: Incarnation }): Sighting {
    const peer = this.#peers.get(frame.sender);
    if (peer?.storageId !== frame.storageId) return this.#turnAway(frame);
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

  /** A frame of who is no member; a link to a name leads to its member, not to who had it before. */
  #turnAway({ sender, storageId }: { sender: NodeId; storageId: StorageId }): Sighting {
    const toldAt = this.#toldAt.get(storageId);
    const peer = this.#peers.get(sender);
    if (toldAt !== undefined) {
      const tell = peer === undefined && this.#now - toldAt >= tellTicks;
      if (tell) this.#toldAt = new Map(this.#toldAt).set(storageId, this.#now);
      return { kind: 'removed', detail: `${sender} with storage ${storageId} was removed`, tell };
    }
    if (!peer) return { kind: 'stranger', detail: `${sender} is not a member` };
    const detail = `${sender} has storage ${storageId}, expected ${peer.storageId}`;
    return { kind: 'stranger', detail };
  }

  #peerOf({ node, storageId }: Member): Peer {
    const known = this.#peers.get(node);
    if (known?.storageId === storageId) return known;
    return { storageId, connected: this.#connected.has(node), upAs: null, latest: null };
  }
}
