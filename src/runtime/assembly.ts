// Puts a node together from its directory: files, identity, disk, sockets, machine, host.
// Everything that can be wrong with the directory is found here, before the node says a word to
// anyone.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { NodeId } from '../core/model/ids.ts';
import { nodeId } from '../core/model/ids.ts';
import type { Member } from '../core/model/member.ts';
import { Node } from '../core/node.ts';
import { DsysError } from '../errors.ts';
import { PeerSightings } from '../host/peer-sightings.ts';
import { memberRemoved } from '../host/removal.ts';
import type { ClusterFile } from '../wire/cluster-file.ts';
import { bootstrapOf, parseClusterFile } from '../wire/cluster-file.ts';
import { parseKeyFile } from '../wire/key-file.ts';
import { hashText } from '../wire/key-hash.ts';
import { systemClock } from './clock.ts';
import { Counters } from './counters.ts';
import { openIdentity } from './identity.ts';
import { Loop } from './loop.ts';
import { NodeLog } from './node-log.ts';
import { openFileStorage } from './storage/storage.ts';
import { openZeroMqTransport } from './transport/transport.ts';

export interface AssemblyOptions {
  /** The cluster's directory, with cluster.json in it. */
  readonly home: string;
  /** The node's name in that cluster. */
  readonly name: string;
  readonly onFlushed: () => void;
  readonly onFatal: (error: unknown) => void;
}

export interface Assembled {
  readonly loop: Loop;
  readonly log: NodeLog;
}

export async function assemble(options: AssemblyOptions): Promise<Assembled> {
  const cluster = await readCluster(options.home);
  const self = nodeId(options.name);
  const member = memberOf(cluster, self);
  const directory = join(options.home, self);
  const log = new NodeLog({
    self,
    eventsPath: join(options.home, 'events.jsonl'),
    wallMs: systemClock.wallMs,
    write: (line) => process.stdout.write(line),
  });
  const { clusterId, members } = cluster;
  const { storageId } = member;
  const { incarnation } = await openIdentity(directory, { clusterId, node: self, storageId });
  const storage = await openFileStorage({ directory, onWarning: (text) => log.line(text) });
  const recovered = await storage.recover();
  const counters = new Counters({
    log: (line) => log.line(line),
    nowMs: systemClock.monotonicMs,
  });
  const node = new Node({
    self,
    storageId,
    incarnation,
    bootstrap: bootstrapOf(cluster),
    members,
    recovered,
    seed: `${cluster.seed}/${incarnation}`,
    hash: hashText,
    wallMs: systemClock.wallMs(),
    counters: () => counters.all(),
  });
  const keysPath = join(options.home, 'keys', `${self}.json`);
  const keys = parseKeyFile(await readText(keysPath), keysPath);
  const { clientPublicKey } = cluster;
  const transport = openZeroMqTransport({ self, members, ...keys, clientPublicKey });
  const loop = new Loop({
    node,
    storage,
    transport,
    clock: systemClock,
    trace: log,
    counters,
    sightings: new PeerSightings(members),
    identity: { clusterId, self, storageId, incarnation },
    onFlushed: options.onFlushed,
    onFatal: options.onFatal,
  });
  return { loop, log };
}

async function readCluster(home: string): Promise<ClusterFile> {
  const path = join(home, 'cluster.json');
  return parseClusterFile(await readText(path), path);
}

function memberOf(cluster: ClusterFile, self: NodeId): Member {
  const member = cluster.members.find(({ node }) => node === self);
  if (member) return member;
  if (cluster.removed.some(({ node }) => node === self)) throw memberRemoved(self);
  const names = cluster.members.map(({ node }) => node).join(', ');
  throw new DsysError({
    code: 'node-not-found',
    message: `cluster ${cluster.name} has no node ${self}; it has ${names}`,
    hint: 'dsys status lists the nodes',
  });
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new DsysError({
      code: 'config-invalid',
      message: `expected a readable file at ${path}: ${String(cause)}`,
      hint: 'dsys doctor checks the directories of a cluster',
      cause,
    });
  }
}
