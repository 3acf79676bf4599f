// Between the network and the host of one machine: while the process stands still, what arrives
// waits here in order, as it would in the sockets' buffers.

import type { ConnectionId, NodeId } from '../../core/model/ids.ts';
import type { TransportEvents } from '../../ports/transport.ts';

export class Gate implements TransportEvents {
  readonly #inner: TransportEvents;
  #held: (() => void)[] | null = null;

  constructor(inner: TransportEvents) {
    this.#inner = inner;
  }

  close(): void {
    this.#held ??= [];
  }

  /** Lets everything that waited through, at once. */
  open(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const pass of held) pass();
  }

  onPeerFrame(frame: Uint8Array, connection: string): void {
    if (this.#held === null) this.#inner.onPeerFrame(frame, connection);
    else this.#held.push(() => this.#inner.onPeerFrame(frame, connection));
  }

  onClientFrame(frame: Uint8Array, connection: ConnectionId): void {
    if (this.#held === null) this.#inner.onClientFrame(frame, connection);
    else this.#held.push(() => this.#inner.onClientFrame(frame, connection));
  }

  onPeerConnected(peer: NodeId): void {
    if (this.#held === null) this.#inner.onPeerConnected(peer);
    else this.#held.push(() => this.#inner.onPeerConnected(peer));
  }

  onPeerDisconnected(peer: NodeId): void {
    if (this.#held === null) this.#inner.onPeerDisconnected(peer);
    else this.#held.push(() => this.#inner.onPeerDisconnected(peer));
  }

  onDrop(reason: string, detail: string): void {
    if (this.#held === null) this.#inner.onDrop(reason, detail);
    else this.#held.push(() => this.#inner.onDrop(reason, detail));
  }
}
