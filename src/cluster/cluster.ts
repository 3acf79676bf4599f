// A cluster as its directory describes it: cluster.json, read and checked once per command.

import { DsysError } from '../errors.ts';
import { type ClusterFile, parseClusterFile } from '../wire/cluster-file.ts';
import { readTextIfAny } from './files.ts';
import { type ClusterPaths, clusterNames, clusterPaths, resolveCluster } from './home.ts';

export interface Cluster {
  readonly paths: ClusterPaths;
  readonly file: ClusterFile;
  /** Names of all members, in order. */
  readonly nodes: readonly string[];
}

/** The cluster that the user means; rejects with `cluster-not-found`. */
export async function openCluster(name: string | undefined): Promise<Cluster> {
  return readCluster(await resolveCluster(name));
}

/** Every cluster of DSYS_HOME, sorted by name. */
export function allClusters(): Cluster[] {
  return clusterNames().map((name) => readCluster(clusterPaths(name)));
}

/** The cluster in that directory; rejects when there is none. */
export function readCluster(paths: ClusterPaths): Cluster {
  const text = readTextIfAny(paths.clusterFile);
  if (text === null) throw missing(paths);
  const file = parseClusterFile(text, paths.clusterFile);
  return { paths, file, nodes: file.members.map((member) => member.node) };
}

function missing(paths: ClusterPaths): DsysError {
  return new DsysError({
    code: 'cluster-not-found',
    message: `there is no cluster "${paths.name}": ${paths.clusterFile} does not exist`,
    hint: `dsys up --name ${paths.name}`,
  });
}
