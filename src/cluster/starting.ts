// A cluster whose processes all run, but which may have been started only a moment ago, perhaps by a
// command that was ended before it saw the end.

import type { Cluster } from './cluster.ts';
import { withConnection } from './connection.ts';
import { probeCluster } from './probe.ts';
import type { ClusterReport } from './report.ts';
import { type Limit, notReady } from './start-nodes.ts';
import { waitUntil } from './wait-until.ts';

const pollMs = 25;
/** An older cluster without a leader has another trouble, and status shows it. */
const youngMsMax = 10_000;

/** Resolves when no node is starting and young nodes have leaders; rejects when time is over. */
export async function waitWhileStarting(cluster: Cluster, limit: Limit): Promise<void> {
  await withConnection(cluster, async (db) => {
    let missing: string[] = [];
    const ask = async (): Promise<true | null> => {
      missing = startingStill(await probeCluster(cluster, db));
      return missing.length === 0 || null;
    };
    if ((await waitUntil({ ...limit, everyMs: pollMs, ask })) === null)
      throw notReady(limit, missing);
  });
}

/** What a cluster that is coming up still lacks; nothing when it is not coming up. */
export function startingStill({ nodes, data }: ClusterReport): string[] {
  const starting = nodes.filter((node) => node.state === 'starting');
  const young = nodes.every(({ uptimeMs }) => uptimeMs !== null && uptimeMs < youngMsMax);
  const unavailable = young && data.unavailable > 0 && nodes.every(({ state }) => state === 'up');
  return [
    ...starting.map((node) => `${node.name} is starting`),
    ...(unavailable ? [`${data.unavailable} partitions without a leader`] : []),
  ];
}
