// Where everything of a user lives: DSYS_HOME (default ~/.dsys), one directory a cluster, one
// directory a node. Also which cluster a command means: --name, DSYS_CLUSTER, ./dsys.yaml, the last
// used one, the only one.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { DsysError } from '../errors.ts';
import { readConfigFile } from './config-file.ts';
import { didYouMean } from './did-you-mean.ts';
import { writeFileDurably } from './files.ts';

export interface ClusterPaths {
  readonly name: string;
  readonly root: string;
  readonly clusterFile: string;
  readonly keys: string;
  readonly events: string;
}

export interface NodePaths {
  readonly root: string;
  readonly identity: string;
  readonly wal: string;
  readonly state: string;
  readonly log: string;
  readonly pid: string;
  readonly exit: string;
  readonly lastAction: string;
}

/** The file that remembers the last used cluster; no cluster may have its name. */
const usedFile = 'current';

/** The directory of all clusters; it may not exist yet. */
export function homeDirectory(): string {
  return resolve(process.env.DSYS_HOME || join(homedir(), '.dsys'));
}

export function clusterPaths(name: string): ClusterPaths {
  const root = join(homeDirectory(), assertClusterName(name));
  return {
    name,
    root,
    clusterFile: join(root, 'cluster.json'),
    keys: join(root, 'keys'),
    events: join(root, 'events.jsonl'),
  };
}

export function nodePaths(cluster: ClusterPaths, node: string): NodePaths {
  const root = join(cluster.root, node);
  const at = (file: string): string => join(root, file);
  return {
    root,
    identity: at('identity.json'),
    wal: at('wal'),
    state: at('state'),
    log: at('node.log'),
    pid: at('pid'),
    exit: at('exit.json'),
    lastAction: at('last-action.json'),
  };
}

/** Names of all clusters in DSYS_HOME, sorted. */
export function clusterNames(): string[] {
  return entriesOf(homeDirectory())
    .filter((name) => existsSync(join(homeDirectory(), name, 'cluster.json')))
    .sort();
}

/** The cluster that a command means; rejects a name that is not there. */
export async function resolveCluster(name: string | undefined): Promise<ClusterPaths> {
  const chosen = await chosenName(name);
  const names = clusterNames();
  if (chosen !== null && names.includes(chosen)) return clusterPaths(chosen);
  if (chosen === null && names.length === 1 && names[0] !== undefined)
    return clusterPaths(names[0]);
  throw clusterNotFound(chosen, names);
}

/**
 * What --name, DSYS_CLUSTER, ./dsys.yaml and `dsys use` say, in this order; null when none says
 * anything.
 */
export async function chosenName(name: string | undefined): Promise<string | null> {
  const named = name ?? (process.env.DSYS_CLUSTER || null);
  return named ?? (await readConfigFile())?.name ?? usedCluster();
}

/** Remembers the cluster for later commands. */
export function useCluster(name: string): void {
  writeFileDurably(join(homeDirectory(), usedFile), `${name}\n`);
}

/** The cluster that was used last, when it still exists. */
export function usedCluster(): string | null {
  try {
    const name = readFileSync(join(homeDirectory(), usedFile), 'utf8').trim();
    return clusterNames().includes(name) ? name : null;
  } catch {
    return null;
  }
}

function clusterNotFound(chosen: string | null, names: readonly string[]): DsysError {
  const there = names.length === 0 ? 'there is none' : `there are: ${names.join(', ')}`;
  const similar = chosen === null ? null : didYouMean(chosen, names);
  return new DsysError({
    code: 'cluster-not-found',
    message:
      chosen === null
        ? `no cluster is chosen; ${there} in ${homeDirectory()}`
        : `cluster "${chosen}" is not in ${homeDirectory()}; ${there}`,
    hint: notFoundHint(similar, names),
    details: { cluster: chosen, clusters: names },
  });
}

function notFoundHint(similar: string | null, names: readonly string[]): string {
  if (similar !== null) return `did you mean ${similar}? dsys use ${similar}`;
  return names.length === 0 ? 'start one: dsys up --nodes 3' : 'choose one: dsys use NAME';
}

function assertClusterName(name: string): string {
  if (/^[a-z0-9][a-z0-9_-]{0,31}$/i.test(name) && name !== usedFile) return name;
  throw new DsysError({
    code: 'invalid-argument',
    message: `a cluster name has 1 to 32 letters, digits, "-" or "_"; found ${JSON.stringify(name)}`,
    hint: 'choose another name: dsys up --name lab',
  });
}

function entriesOf(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
