// `dsys down`: stops nodes and keeps their data. `dsys rm`: removes a cluster for good. Both find
// processes by their pid files alone where cluster.json is damaged.

import { readdirSync } from 'node:fs';
import { DsysError } from '../errors.ts';
import { type Cluster, readCluster } from './cluster.ts';
import { removeCluster } from './create.ts';
import { recordEvent } from './events.ts';
import { type ClusterPaths, resolveCluster } from './home.ts';
import { liveProcess } from './node-process.ts';
import { endNode } from './node-signals.ts';
import { expectNode } from './target.ts';

export interface DownResult {
  readonly stopped: readonly string[];
  /** Were not running. */
  readonly already: readonly string[];
}

/** As much of a cluster as its processes can be found with. */
export interface Stoppable extends Pick<Cluster, 'paths' | 'nodes'> {
  /** What is wrong with cluster.json; null: nothing. */
  readonly damage: string | null;
}

/** The cluster that the user means; with a damaged cluster.json, the nodes that have a process. */
export async function openStoppable(name: string | undefined): Promise<Stoppable> {
  const paths = await resolveCluster(name);
  try {
    return { ...readCluster(paths), damage: null };
  } catch (cause) {
    if (!(cause instanceof DsysError) || cause.code !== 'config-invalid') throw cause;
    return { paths, nodes: runningNodes(paths), damage: cause.message };
  }
}

/**
 * Stops these nodes (all when none is named) at once; a node that does not stop in time is an
 * error.
 */
export async function stopNodes(
  cluster: Pick<Cluster, 'paths' | 'nodes'>,
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
  const running = runningNodes(paths);
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

/** Nodes that have a process, by the directories that there are. */
function runningNodes(paths: ClusterPaths): string[] {
  return readdirSync(paths.root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && liveProcess(paths, entry.name) !== null)
    .map((entry) => entry.name)
    .sort();
}
