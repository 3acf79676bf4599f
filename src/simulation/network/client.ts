// A client of the network in memory: frames to one node and back. A frame for a node that is down
// is lost.

import type { ConnectionId, NodeId } from '../../core/model/ids.ts';
import { connectionId } from '../../core/model/ids.ts';
import type { Fabric, FabricClient } from './fabric.ts';

export interface ClientOptions {
  /** Unique in its network. */
  readonly name: string;
  readonly node: NodeId;
  readonly onFrame: (frame: Uint8Array) => void;
  /** Ticks that each frame takes; drawn anew for each. At once, unless given. */
  readonly delay?: () => number;
}

export class SimulatedClient implements FabricClient {
  readonly connection: ConnectionId;
  readonly #options: ClientOptions;
  readonly #fabric: Fabric;
  #closed = false;

  constructor(options: ClientOptions, fabric: Fabric) {
    this.connection = connectionId(options.name);
    this.#options = options;
    this.#fabric = fabric;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get delayTicks(): number {
    return this.#options.delay?.() ?? 0;
  }

  send(frame: Uint8Array): void {
    if (this.#closed) return;
    const arrive = () => this.#fabric.endpoint(this.#options.node)?.onClientFrame(frame, this);
    this.#fabric.schedule(arrive, this.delayTicks);
  }

  close(): void {
    this.#closed = true;
  }

  onReply(frame: Uint8Array): void {
    if (!this.#closed) this.#options.onFrame(frame);
  }
}
