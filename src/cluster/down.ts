// `dsys down`: stops nodes and keeps their data. `dsys rm`: removes a cluster for good.

import { readdirSync } from 'node:fs';
import { DsysError } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import { removeCluster } from './create.ts';
import { recordEvent } from './events.ts';
import type { ClusterPaths } from './home.ts';
import { liveProcess } from './node-process.ts';
import { endNode } from './node-signals.ts';
import { expectNode } from './target.ts';

export interface DownResult {
  readonly stopped: readonly string[];
  /** Were not running. */
  readonly already: readonly string[];
}

/**
 * Stops these nodes (all when none is named) at once; a node that does not stop in time is an
 * error.
 */
export async function stopNodes(
  cluster: Cluster,
  words: readonly string[],
  timeoutMs: number,
): Promise<DownResult> {
  const names =
    words.length === 0 ? cluster.nodes : words.map((word) => expectNode(word, cluster.nodes));
  const stopped = names.filter((node) => liveProcess(cluster.paths, node) !== null);
  const ends = await Promise.allSettled(stopped.map((node) => endNode(cluster, node, timeoutMs)));
  recordEvent(cluster.paths, { kind: 'down', detail: { nodes: stopped } });
  const failed = ends.find((end) => end.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return { stopped, already: names.filter((node) => !stopped.includes(node)) };
}

/**
 * Removes every file of the cluster; its processes must be gone. Its nodes are found by their
 * directories, so that a cluster whose cluster.json is damaged can be removed too.
 */
export function dropCluster(paths: ClusterPaths): void {
  const directories = readdirSync(paths.root, { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  const names = directories.map((entry) => entry.name).sort();
  const running = names.filter((node) => liveProcess(paths, node) !== null);
  const { name } = paths;
  if (running.length > 0) {
    throw new DsysError({
      code: 'still-running',
      message: `cluster ${name} is running: ${running.join(', ')}`,
      hint: `stop it first: dsys down --name ${name}`,
      details: { cluster: name, running },
    });
  }
  removeCluster(paths);
}
