// What `dsys ls` and `dsys doctor` know of each cluster without asking a node: its shape and its
// processes.

import { allClusters } from './cluster.ts';
import { usedCluster } from './home.ts';
import { liveProcess } from './node-process.ts';

export interface ListedCluster {
  readonly name: string;
  readonly id: string;
  readonly nodes: number;
  /** Nodes that have a process now. */
  readonly running: number;
  readonly basePort: number;
  readonly createdAt: string;
  readonly directory: string;
  /** Later commands mean this one. */
  readonly used: boolean;
}

export function clusterList(): ListedCluster[] {
  const used = usedCluster();
  return allClusters().map(({ paths, file, nodes }) => ({
    name: paths.name,
    id: file.clusterId,
    nodes: nodes.length,
    running: nodes.filter((node) => liveProcess(paths, node) !== null).length,
    basePort: file.basePort,
    createdAt: file.createdAt,
    directory: paths.root,
    used: paths.name === used,
  }));
}
