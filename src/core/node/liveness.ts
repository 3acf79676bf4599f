// Which peers this node can talk to right now, from two facts only: the connection (the host tells)
// and the time since the last message. It steers refusals and wakes quiet groups; it never changes
// who may vote.

import type { Incarnation, NodeId } from '../model/ids.ts';
import { compareIds } from '../model/ids.ts';
import { type Rhythm, rhythmOf } from './rhythm.ts';

interface Peer {
  connected: boolean;
  incarnation: Incarnation | null;
  silentTicks: number;
  /** It was silent for too long, and has not been heard since. */
  isSilent: boolean;
  /** For how long it has been reachable without a break. */
  wellTicks: number;
}

export class Liveness {
  readonly #self: NodeId;
  readonly #peers = new Map<NodeId, Peer>();

  constructor(self: NodeId, nodes: readonly NodeId[]) {
    this.#self = self;
    this.setNodes(nodes);
  }

  /** The pace of the greetings between this many nodes. */
  get rhythm(): Rhythm {
    return rhythmOf(this.#peers.size + 1);
  }

  /** What is known of those that stay, stays. Returns those that are gone. */
  setNodes(nodes: readonly NodeId[]): readonly NodeId[] {
    const before = new Map(this.#peers);
    this.#peers.clear();
    for (const node of [...nodes].sort(compareIds)) {
      if (node === this.#self) continue;
      this.#peers.set(node, before.get(node) ?? stranger());
    }
    return [...before.keys()].filter((node) => !this.#peers.has(node));
  }

  get self(): NodeId {
    return this.#self;
  }

  get peers(): readonly NodeId[] {
    return [...this.#peers.keys()];
  }

  /** True for this node itself, and for a connected peer heard lately (`silenceTicks`). */
  reachable(node: NodeId): boolean {
    if (node === this.#self) return true;
    const peer = this.#peers.get(node);
    return peer?.connected === true && !peer.isSilent;
  }

  connected(node: NodeId): boolean {
    return this.#peers.get(node)?.connected === true;
  }

  silentTicks(node: NodeId): number {
    return this.#peers.get(node)?.silentTicks ?? 0;
  }

  /** Ticks for which a peer has been reachable without a break; 0 for one that is not. */
  wellTicks(node: NodeId): number {
    return this.#peers.get(node)?.wellTicks ?? 0;
  }

  /** A message arrived; true when the peer had been given up as silent and so came back. */
  heard(node: NodeId): boolean {
    const peer = this.#peers.get(node);
    if (!peer) return false;
    const cameBack = peer.connected && peer.isSilent;
    peer.silentTicks = 0;
    peer.isSilent = false;
    return cameBack;
  }

  /**
   * True when the peer has restarted since this node last knew it: whatever it led, it leads no
   * more.
   */
  up(node: NodeId, incarnation: Incarnation): boolean {
    const peer = this.#peers.get(node);
    if (!peer) return false;
    const restarted = peer.incarnation !== null && peer.incarnation !== incarnation;
    if (restarted) peer.wellTicks = 0;
    peer.connected = true;
    peer.incarnation = incarnation;
    peer.silentTicks = 0;
    peer.isSilent = false;
    return restarted;
  }

  down(node: NodeId): void {
    const peer = this.#peers.get(node);
    if (!peer) return;
    peer.connected = false;
    peer.wellTicks = 0;
  }

  /**
   * Lets time pass; returns the connected peers that have just been silent for `silenceTicks`.
   */
  tick(ticks: number): readonly NodeId[] {
    const { silenceTicks } = this.rhythm;
    const fallen: NodeId[] = [];
    for (const [node, peer] of this.#peers) {
      peer.silentTicks += ticks;
      if (peer.connected && !peer.isSilent) peer.wellTicks += ticks;
      if (peer.isSilent || peer.silentTicks < silenceTicks) continue;
      peer.isSilent = true;
      peer.wellTicks = 0;
      if (peer.connected) fallen.push(node);
    }
    return fallen;
  }
}

function stranger(): Peer {
  return {
    connected: false,
    incarnation: null,
    silentTicks: 0,
    isSilent: false,
    wellTicks: 0,
  };
}
