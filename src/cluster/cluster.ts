// A cluster as its directory describes it: cluster.json, read and checked once per command.

import { DsysError } from '../errors.ts';
import { type ClusterFile, formatClusterFile, parseClusterFile } from '../wire/cluster-file.ts';
import { readTextIfAny, writeFileDurably } from './files.ts';
import { type ClusterPaths, clusterNames, clusterPaths, resolveCluster } from './home.ts';
import { blocksOf, type PortBlock, portsOfAddresses } from './ports.ts';
import { withMembersLock } from './start-lock.ts';

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

/** Every cluster of DSYS_HOME whose cluster.json can be understood, sorted by name. */
export function allClusters(): Cluster[] {
  return clusterNames().flatMap((name) => {
    const found = clusterOrDamage(name);
    return found instanceof DsysError ? [] : [found];
  });
}

/** Clusters of DSYS_HOME whose cluster.json is damaged: one must not hide the others. */
export function damagedClusters(): { readonly name: string; readonly error: DsysError }[] {
  return clusterNames().flatMap((name) => {
    const found = clusterOrDamage(name);
    return found instanceof DsysError ? [{ name, error: found }] : [];
  });
}

function clusterOrDamage(name: string): Cluster | DsysError {
  try {
    return readCluster(clusterPaths(name));
  } catch (cause) {
    if (cause instanceof DsysError) return cause;
    throw cause;
  }
}

/** The cluster in that directory; rejects when there is none. */
export function readCluster(paths: ClusterPaths): Cluster {
  const text = readTextIfAny(paths.clusterFile);
  if (text === null) throw missing(paths);
  const file = parseClusterFile(text, paths.clusterFile);
  const nodes = file.members.map((member) => member.node as string).sort(byNumber);
  return { paths, file, nodes };
}

/** Changes cluster.json, alone among all commands; the cluster as it is then. */
export function changeCluster(
  paths: ClusterPaths,
  change: (file: ClusterFile) => ClusterFile,
): Promise<Cluster> {
  return withMembersLock(paths, async () => {
    const { file } = readCluster(paths);
    const changed = change(file);
    if (changed !== file) writeFileDurably(paths.clusterFile, formatClusterFile(changed));
    return readCluster(paths);
  });
}

/** Ports that the clusters of DSYS_HOME keep for themselves. */
export function knownBlocks(): PortBlock[] {
  return allClusters().flatMap(({ file }) => blocksOf(file.basePort, portsOfMembers(file.members)));
}

export function portsOfMembers(members: ClusterFile['members']): number[] {
  return members.flatMap(({ addresses }) => portsOfAddresses(addresses));
}

/** `node2` before `node10`. (A collator does the same, and takes longer to load than most commands.) */
function byNumber(a: string, b: string): number {
  const [left, right] = [padded(a), padded(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function padded(name: string): string {
  return name.replace(/\d+/g, (digits) => digits.padStart(20, '0'));
}

function missing(paths: ClusterPaths): DsysError {
  return new DsysError({
    code: 'cluster-not-found',
    message: `there is no cluster "${paths.name}": ${paths.clusterFile} does not exist`,
    hint: `dsys up --name ${paths.name}`,
  });
}
