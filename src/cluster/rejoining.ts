// After a pause the others still suspect the node that was frozen, until they hear its refutation
// (core/membership). A pause is over when nobody who answers doubts the node any more: a command that
// ends it waits for that, with a limit, so that the next status tells what the command said.

import type { Cluster } from './cluster.ts';
import { withRunningNodes } from './connection.ts';
import type { NodeState } from './node-state.ts';
import { probeCluster } from './probe.ts';
import { waitUntil } from './wait-until.ts';

/** A refutation travels in milliseconds; on a busy machine the next probe, a second later, asks. */
const refutedMsMax = 3000;
const pollMs = 10;
const doubtful: readonly NodeState[] = ['starting', 'suspect', 'unreachable'];

/** Until no one of `nodes` is doubted any more, or the time is over: status tells which. */
export async function waitUntilTrusted(cluster: Cluster, nodes: readonly string[]): Promise<void> {
  return withRunningNodes(cluster, async (db) => {
    const ask = async (): Promise<true | null> => {
      const report = await probeCluster(cluster, db);
      const doubted = report.nodes.some(
        ({ name, state }) => nodes.includes(name) && doubtful.includes(state),
      );
      return doubted ? null : true;
    };
    await waitUntil({ ask, everyMs: pollMs, timeoutMs: refutedMsMax });
  });
}
