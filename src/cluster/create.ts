// The birth of a cluster: directories, keys, cluster.json and an identity for each node.
// cluster.json is written last: while it is not there, there is no cluster, and a half made
// directory may be removed.

import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { clusterId } from '../core/model/ids.ts';
import type { Member } from '../core/model/member.ts';
import { DsysError } from '../errors.ts';
import { formatClusterFile, newClusterFile } from '../wire/cluster-file.ts';
import { type Cluster, readCluster } from './cluster.ts';
import { writeFileWhole } from './files.ts';
import type { ClusterPaths } from './home.ts';
import { makeDirectory, makeMember, writeKeys } from './new-member.ts';
import { nodePorts } from './ports.ts';

export interface NewCluster {
  readonly paths: ClusterPaths;
  readonly nodes: number;
  readonly basePort: number;
  readonly replication: number;
  readonly partitions: number;
  readonly deadNodeTimeoutMs: number;
  /** Given to the nodes in turn; empty: none has one. */
  readonly zones: readonly string[];
  readonly seed: string;
}

/** Makes everything that the nodes need to start. Leaves nothing behind when it fails. */
export async function createCluster(plan: NewCluster): Promise<Cluster> {
  claimDirectory(plan.paths);
  try {
    return await fillDirectory(plan);
  } catch (cause) {
    removeCluster(plan.paths);
    throw cause;
  }
}

/** Removes the directory of a cluster whose processes are gone. */
export function removeCluster(paths: ClusterPaths): void {
  rmSync(paths.root, { recursive: true, force: true, maxRetries: 3 });
}

function memberNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `node${index + 1}`);
}

/** Only one of two commands at once gets it. */
function claimDirectory(paths: ClusterPaths): void {
  const home = dirname(paths.root);
  try {
    makeDirectory(home);
    mkdirSync(paths.root, { mode: 0o700 });
  } catch (cause) {
    if (existsSync(paths.root)) throw leftover(paths);
    throw unusableHome(home, cause);
  }
}

async function fillDirectory(plan: NewCluster): Promise<Cluster> {
  const { paths, basePort } = plan;
  makeDirectory(paths.keys);
  const client = await writeKeys(paths, 'client');
  const id = clusterId(randomUUID());
  const members: Member[] = [];
  for (const [index, name] of memberNames(plan.nodes).entries()) {
    const port = nodePorts(basePort, index + 1).peer;
    const zone = plan.zones[index % plan.zones.length] ?? '';
    members.push(await makeMember(paths, id, { name, port, zone }));
  }
  const { replication: replicationFactor, partitions, deadNodeTimeoutMs } = plan;
  const file = newClusterFile({
    name: paths.name,
    clusterId: id,
    createdAt: new Date().toISOString(),
    seed: plan.seed,
    basePort,
    settings: { replicationFactor, partitions, resolver: 'lww', deadNodeTimeoutMs },
    clientPublicKey: client,
    members,
  });
  writeFileWhole(paths.clusterFile, formatClusterFile(file));
  return readCluster(paths);
}

function unusableHome(home: string, cause: unknown): DsysError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new DsysError({
    code: 'home-unusable',
    message: `no cluster can be made in ${home}: ${reason}`,
    hint: 'set DSYS_HOME to a directory that you may write; dsys doctor checks it',
    details: { home },
    cause,
  });
}

function leftover(paths: ClusterPaths): DsysError {
  return new DsysError({
    code: 'already-exists',
    message: `${paths.root} is there, but has no cluster.json: another command makes it, or was ended`,
    hint: `try again; if it stays, look at it and remove it, or choose another name: dsys up --name NAME`,
  });
}
