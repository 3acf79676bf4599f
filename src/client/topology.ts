// Asks the first node that is reached who leads what; the question travels in the frame of the first
// operation.

import type { NodeId } from '../core/model/ids.ts';
import type { Topology } from '../core/model/operation.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Routes } from './routes.ts';

const askMs = 1000;

/** Does nothing once the topology is known. When it fails, the next node that comes up is asked. */
export function learnTopology(options: {
  dispatcher: Dispatcher;
  routes: Routes;
  node: NodeId;
}): void {
  const { dispatcher, routes, node } = options;
  if (routes.isLearned) return;
  dispatcher
    .submit({
      operation: { kind: 'topology' },
      consistency: 'one',
      group: null,
      pin: node,
      timeoutMs: askMs,
    })
    .then(
      (result) => {
        if (result.kind === 'topology') applyTopology(options, result.topology);
      },
      () => undefined,
    );
}

function applyTopology(
  { dispatcher, routes }: { dispatcher: Dispatcher; routes: Routes },
  topology: Topology,
): void {
  routes.learn(topology);
  dispatcher.fleet.learn(
    topology.members.map(({ node, addresses, publicKey }) => ({
      node,
      address: addresses.client,
      publicKey,
    })),
  );
}
