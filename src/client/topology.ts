// Questions that the client asks for itself: who leads what, of the first node that is reached (in
// the frame of the first operation), and whether a node that fell silent is alive again.

import type { NodeId } from '../core/model/ids.ts';
import type { Topology } from '../core/model/operation.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Routes } from './routes.ts';

const askMs = 1000;

export class TopologyWatch {
  readonly #routes: Routes;
  readonly #dispatcher: () => Dispatcher;
  readonly #asking = new Set<NodeId>();

  constructor(options: { routes: Routes; dispatcher: () => Dispatcher }) {
    this.#routes = options.routes;
    this.#dispatcher = options.dispatcher;
  }

  /** Learns the topology, if nobody told it yet. */
  onUp(node: NodeId): void {
    if (!this.#routes.isLearned) this.#ask(node);
  }

  /**
   * Any answer makes the node usable again; without a question nobody would ever ask it anything.
   */
  onSlow(node: NodeId): void {
    this.#ask(node);
  }

  #ask(node: NodeId): void {
    if (this.#asking.has(node)) return;
    this.#asking.add(node);
    this.#dispatcher()
      .submit({
        operation: { kind: 'topology' },
        consistency: 'one',
        group: null,
        pin: node,
        timeoutMs: askMs,
      })
      .then(
        (result) => {
          this.#asking.delete(node);
          if (result.kind === 'topology' && !this.#routes.isLearned) this.#learn(result.topology);
        },
        () => this.#asking.delete(node),
      );
  }

  #learn(topology: Topology): void {
    this.#routes.learn(topology);
    this.#dispatcher().fleet.learn(
      topology.members.map(({ node, addresses, publicKey }) => ({
        node,
        address: addresses.client,
        publicKey,
      })),
    );
  }
}
