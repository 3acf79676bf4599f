// What a client must know before it can dial: read from DSYS_HOME (cluster.json and
// keys/client.json), or taken from the options for nodes on other hosts.

import { readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { ClusterId } from '../core/model/ids.ts';
import { clusterId } from '../core/model/ids.ts';
import { DsysError } from '../errors.ts';
import { type ClusterFile, parseClusterFile } from '../wire/cluster-file.ts';
import { parseKeyFile } from '../wire/key-file.ts';
import type { ConnectOptions, KeyPair, NodeAddress } from './api.ts';
import { invalid } from './validation.ts';

export interface ClusterAccess {
  readonly clusterId: ClusterId;
  readonly nodes: readonly NodeAddress[];
  readonly keys: KeyPair;
  /** null: to be learned from a node. */
  readonly partitions: number | null;
  /** Who is a member by now, as far as it can be known without a node; empty: nobody knows. */
  readonly nodesNow: () => readonly NodeAddress[];
}

export function clusterAccess(options: ConnectOptions): ClusterAccess {
  return options.addresses === undefined
    ? accessFromHome(options)
    : accessFromOptions(options, options.addresses);
}

function accessFromOptions(
  { keys, clusterId: id }: ConnectOptions,
  nodes: readonly NodeAddress[],
): ClusterAccess {
  if (nodes.length === 0) throw invalid('expected at least one address, found none');
  if (keys === undefined || id === undefined)
    throw invalid(
      'expected keys and clusterId beside addresses, as in keys/client.json and cluster.json',
    );
  return { clusterId: clusterId(id), nodes, keys, partitions: null, nodesNow: () => nodes };
}

function accessFromHome(options: ConnectOptions): ClusterAccess {
  const home = resolve(options.home ?? (process.env.DSYS_HOME || join(homedir(), '.dsys')));
  const name = options.cluster ?? chosenCluster(home);
  const clusterPath = join(home, name, 'cluster.json');
  const keyPath = join(home, name, 'keys', 'client.json');
  const cluster = parseClusterFile(readText(clusterPath, { home, name }), clusterPath);
  return {
    clusterId: cluster.clusterId,
    nodes: addressesIn(cluster),
    keys: options.keys ?? parseKeyFile(readKeys(keyPath), keyPath),
    partitions: cluster.settings.partitions,
    nodesNow: () => nodesAt(clusterPath, cluster.clusterId),
  };
}

function addressesIn({ members }: ClusterFile): readonly NodeAddress[] {
  return members.map(({ node, addresses, publicKey }) => ({
    node,
    address: addresses.client,
    publicKey,
  }));
}

/** Nobody, when the file is gone or no cluster of ours: then what was known is as good as anything. */
function nodesAt(path: string, id: ClusterId): readonly NodeAddress[] {
  const text = textIfAny(path);
  if (text === null) return [];
  try {
    const cluster = parseClusterFile(text, path);
    return cluster.clusterId === id ? addressesIn(cluster) : [];
  } catch (error) {
    if (error instanceof DsysError) return [];
    throw error;
  }
}

/** The environment's cluster, the last used one, or the only one. */
function chosenCluster(home: string): string {
  const named = process.env.DSYS_CLUSTER || textIfAny(join(home, 'current'))?.trim();
  if (named !== undefined && named !== '') return named;
  const names = clusterNames(home);
  const [only] = names;
  if (only !== undefined && names.length === 1) return only;
  throw notFound('no cluster is chosen', home);
}

function clusterNames(home: string): string[] {
  const entries = (() => {
    try {
      return readdirSync(home);
    } catch {
      return [];
    }
  })();
  return entries.filter((name) => textIfAny(join(home, name, 'cluster.json')) !== null).sort();
}

function readText(path: string, { home, name }: { home: string; name: string }): string {
  const text = textIfAny(path);
  if (text !== null) return text;
  throw notFound(`expected cluster ${name} with a readable file ${path}`, home);
}

function readKeys(path: string): string {
  const text = textIfAny(path);
  if (text !== null) return text;
  throw new DsysError({
    code: 'unauthorized',
    message: `expected the keys of this client in ${path}; the file cannot be read`,
    hint: 'restore it from a copy: nodes accept no other key',
    details: { path },
  });
}

function notFound(what: string, home: string): DsysError {
  const names = clusterNames(home);
  return new DsysError({
    code: 'cluster-not-found',
    message: `${what}; clusters in ${home}: ${names.join(', ') || 'none'}`,
    hint: names.length === 0 ? 'start one: dsys up' : "name it: connect({ cluster: 'lab' })",
    details: { home, clusters: names },
  });
}

/** null when the file cannot be read. */
function textIfAny(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
