// One node's end of the network in memory: the same promises as the real transport, kept
// synchronously. Guarantee: a frame reaches only the endpoint that was connected when it was sent,
// in order per lane.

import type { ConnectionId, Lane, NodeId } from '../../core/model/ids.ts';
import { limits } from '../../core/model/limits.ts';
import type { Transport, TransportEvents } from '../../ports/transport.ts';
import type { Fabric, FabricClient, FabricEndpoint } from './fabric.ts';

export class Endpoint implements Transport, FabricEndpoint {
  readonly self: NodeId;
  readonly #members: readonly NodeId[];
  readonly #fabric: Fabric;
  /** Who answered our dial, and may be sent to. */
  readonly #connected = new Map<NodeId, FabricEndpoint>();
  readonly #clients = new Map<ConnectionId, FabricClient>();
  /** Bytes under way, by peer and lane. */
  readonly #credit = new Map<string, number>();
  #events: TransportEvents | null = null;

  constructor(options: { self: NodeId; members: readonly NodeId[]; fabric: Fabric }) {
    this.self = options.self;
    this.#members = options.members;
    this.#fabric = options.fabric;
  }

  get isUp(): boolean {
    return this.#events !== null;
  }

  start(events: TransportEvents): Promise<void> {
    this.#events = events;
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

  sendToPeer({ peer, lane, frame }: { peer: NodeId; lane: Lane; frame: Uint8Array }): void {
    const to = this.#connected.get(peer);
    const route = `${peer} ${lane}`;
    const credit = this.#credit.get(route) ?? 0;
    if (to === undefined) this.#drop('not-connected', peer);
    else if (frame.length > limits.frameBytesMax) this.#drop('frame-too-big', peer);
    else if (credit + frame.length > limits.peerCreditBytes) this.#drop('over-credit', peer);
    else {
      this.#credit.set(route, credit + frame.length);
      const packet = { from: this.self, to: peer, lane, bytes: frame.length };
      this.#fabric.carry(
        packet,
        () => to.onPeerFrame(frame, this),
        () => this.#credit.set(route, (this.#credit.get(route) ?? 0) - frame.length),
      );
    }
  }

  sendToClient({ connection, frame }: { connection: ConnectionId; frame: Uint8Array }): void {
    const client = this.#clients.get(connection);
    if (client === undefined || client.closed) this.#drop('not-connected', connection);
    else this.#fabric.schedule(() => client.onReply(frame));
  }

  close(): Promise<void> {
    this.#events = null;
    this.#connected.clear();
    this.#fabric.leave(this);
    for (const other of this.#fabric.endpoints()) other.noticeLoss(this);
    return Promise.resolve();
  }

  dial(other: FabricEndpoint): void {
    if (!this.#members.includes(other.self)) return;
    this.#fabric.schedule(() => {
      if (!this.isUp || !other.isUp || this.#fabric.endpoint(other.self) !== other) return;
      this.#connected.set(other.self, other);
      this.#events?.onPeerConnected(other.self);
    });
  }

  noticeLoss(other: FabricEndpoint): void {
    this.#fabric.schedule(() => {
      if (this.#connected.get(other.self) !== other) return;
      this.#connected.delete(other.self);
      this.#events?.onPeerDisconnected(other.self);
    });
  }

  onPeerFrame(frame: Uint8Array, from: FabricEndpoint): void {
    const newest = this.#fabric.endpoint(from.self);
    if (newest !== undefined && newest !== from) this.#drop('superseded', from.self);
    else this.#events?.onPeerFrame(frame, from.self);
  }

  onClientFrame(frame: Uint8Array, client: FabricClient): void {
    this.#clients.set(client.connection, client);
    this.#events?.onClientFrame(frame, client.connection);
  }

  #drop(reason: string, detail: string): void {
    this.#events?.onDrop(reason, detail);
  }
}
