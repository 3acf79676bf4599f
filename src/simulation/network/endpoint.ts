// One node's end of the network in memory: the same promises as the real transport, kept
// synchronously. Guarantee: a frame reaches only the endpoint that was connected when it was sent,
// in order per lane unless its fate breaks that. Keys and addresses are compared, not used.

import type { ConnectionId, Lane, NodeId } from '../../core/model/ids.ts';
import { limits } from '../../core/model/limits.ts';
import type { Member } from '../../core/model/member.ts';
import type { Transport, TransportEvents } from '../../ports/transport.ts';
import type { Fabric, FabricClient, FabricEndpoint, Place } from './fabric.ts';

/** The way to one peer on one lane. */
interface Route {
  /** Who answered our dial, and may be sent to. */
  connected: FabricEndpoint | null;
  /** As whom it was dialled. */
  dialled: Member | null;
  /** Bytes under way, by lane. */
  readonly underWay: Record<Lane, number>;
}

export class Endpoint implements Transport, FabricEndpoint {
  readonly self: NodeId;
  #members: ReadonlyMap<NodeId, Member>;
  #place: Place | null = null;
  readonly #fabric: Fabric;
  readonly #routes = new Map<NodeId, Route>();
  readonly #clients = new Map<ConnectionId, FabricClient>();
  #events: TransportEvents | null = null;

  constructor(options: { self: NodeId; members: readonly Member[]; fabric: Fabric }) {
    this.self = options.self;
    this.#members = byName(options.members);
    this.#fabric = options.fabric;
  }

  get isUp(): boolean {
    return this.#events !== null;
  }

  get place(): Place | null {
    return this.#place;
  }

  start(events: TransportEvents): Promise<void> {
    this.#events = events;
    this.#place = this.#members.get(this.self) ?? null;
    const replaced = this.#fabric.endpoint(this.self);
    this.#fabric.enter(this);
    for (const other of this.#fabric.endpoints()) {
      if (other === this) continue;
      if (replaced !== undefined) other.noticeLoss(replaced);
      other.dial(this);
      this.dial(other);
    }
    return Promise.resolve();
  }

  setMembers(members: readonly Member[]): void {
    this.#members = byName(members);
    if (!this.isUp) return;
    for (const [node, route] of this.#routes) {
      if (route.connected === null || isReachedAlike(route.dialled, this.#members.get(node)))
        continue;
      route.connected = null;
      this.#events?.onPeerDisconnected(node);
    }
    for (const other of this.#fabric.endpoints()) {
      if (other === this) continue;
      this.dial(other);
      other.dial(this);
    }
  }

  sendToPeer({ peer, lane, frame }: { peer: NodeId; lane: Lane; frame: Uint8Array }): void {
    const route = this.#route(peer);
    const { connected: to, underWay } = route;
    const bytes = frame.length;
    if (to === null) this.#drop('not-connected', peer);
    else if (bytes > limits.frameBytesMax) this.#drop('frame-too-big', peer);
    else if (underWay[lane] + bytes > limits.peerCreditBytes) this.#drop('over-credit', peer);
    else {
      underWay[lane] += bytes;
      const settle = () => {
        underWay[lane] -= bytes;
      };
      const packet = { from: this.self, to: peer, lane, bytes };
      this.#fabric.carry(packet, () => to.onPeerFrame(frame, this), settle);
    }
  }

  sendToClient({ connection, frame }: { connection: ConnectionId; frame: Uint8Array }): void {
    const client = this.#clients.get(connection);
    if (client === undefined || client.closed) this.#drop('not-connected', connection);
    else this.#fabric.schedule(() => client.onReply(frame), client.delayTicks);
  }

  close(): Promise<void> {
    this.vanish();
    for (const other of this.#fabric.endpoints()) other.noticeLoss(this);
    return Promise.resolve();
  }

  /** Gone without a word, as when the power goes: the others keep their connections to it. */
  vanish(): void {
    this.#events = null;
    for (const route of this.#routes.values()) route.connected = null;
    this.#fabric.leave(this);
  }

  dial(other: FabricEndpoint): void {
    if (!this.#members.has(other.self)) return;
    this.#fabric.schedule(() => {
      if (!this.isUp || !other.isUp || this.#fabric.endpoint(other.self) !== other) return;
      if (!this.#fabric.canDial(this.self, other.self)) return;
      const member = this.#members.get(other.self);
      if (!isReachedAlike(other.place, member)) return;
      if (!other.admits(this)) {
        this.#drop('unauthorized', other.self);
        return;
      }
      const route = this.#route(other.self);
      if (route.connected === other) return;
      route.connected = other;
      route.dialled = member ?? null;
      this.#events?.onPeerConnected(other.self);
    });
  }

  admits({ self, place }: FabricEndpoint): boolean {
    const member = this.#members.get(self);
    return member !== undefined && member.publicKey === place?.publicKey;
  }

  noticeLoss(other: FabricEndpoint): void {
    this.#fabric.schedule(() => {
      const route = this.#route(other.self);
      if (route.connected !== other) return;
      route.connected = null;
      this.#events?.onPeerDisconnected(other.self);
    });
  }

  onPeerFrame(frame: Uint8Array, from: FabricEndpoint): void {
    const newest = this.#fabric.endpoint(from.self);
    if (!this.admits(from)) this.#drop('unauthorized', from.self);
    else if (newest !== undefined && newest !== from) this.#drop('superseded', from.self);
    else this.#events?.onPeerFrame(frame, from.self);
  }

  onStrangeFrame(frame: Uint8Array, from: NodeId): void {
    this.#events?.onPeerFrame(frame, `stranger as ${from}`);
  }

  onClientFrame(frame: Uint8Array, client: FabricClient): void {
    this.#clients.set(client.connection, client);
    this.#events?.onClientFrame(frame, client.connection);
  }

  #route(peer: NodeId): Route {
    let route = this.#routes.get(peer);
    if (route === undefined) {
      route = { connected: null, dialled: null, underWay: { raft: 0, bulk: 0 } };
      this.#routes.set(peer, route);
    }
    return route;
  }

  #drop(reason: string, detail: string): void {
    this.#events?.onDrop(reason, detail);
  }
}

function byName(members: readonly Member[]): ReadonlyMap<NodeId, Member> {
  return new Map(members.map((member) => [member.node, member]));
}

/** A dial of the one ends at the other. */
function isReachedAlike(a: Place | null, b: Place | undefined): boolean {
  if (a === null || b === undefined || a.publicKey !== b.publicKey) return false;
  return a.addresses.peer === b.addresses.peer && a.addresses.bulk === b.addresses.bulk;
}
