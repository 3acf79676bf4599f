// A client of the network in memory: frames to one node and back. A frame for a node that is down
// is lost.

import type { ConnectionId, NodeId } from '../../core/model/ids.ts';
import { connectionId } from '../../core/model/ids.ts';
import type { Fabric, FabricClient } from './fabric.ts';

export class SimulatedClient implements FabricClient {
  readonly connection: ConnectionId;
  readonly #node: NodeId;
  readonly #fabric: Fabric;
  readonly #onFrame: (frame: Uint8Array) => void;
  #closed = false;

  constructor(options: {
    name: string;
    node: NodeId;
    fabric: Fabric;
    onFrame: (frame: Uint8Array) => void;
  }) {
    this.connection = connectionId(options.name);
    this.#node = options.node;
    this.#fabric = options.fabric;
    this.#onFrame = options.onFrame;
  }

  get closed(): boolean {
    return this.#closed;
  }

  send(frame: Uint8Array): void {
    if (this.#closed) return;
    const to = this.#fabric.endpoint(this.#node);
    this.#fabric.schedule(() => to?.onClientFrame(frame, this));
  }

  close(): void {
    this.#closed = true;
  }

  onReply(frame: Uint8Array): void {
    if (!this.#closed) this.#onFrame(frame);
  }
}
