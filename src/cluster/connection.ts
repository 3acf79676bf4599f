// The client library's connection to a cluster of DSYS_HOME, and what commands do with it.

import { join } from 'node:path';
import type { ConnectOptions, Db } from '../client/api.ts';
import { parseKeyFile } from '../wire/key-file.ts';
import type { Cluster } from './cluster.ts';
import { readTextIfAny } from './files.ts';
import { homeDirectory } from './home.ts';
import { liveProcess } from './node-process.ts';
import { recordedProcess } from './pid-file.ts';

/** Connects to the cluster. The library, and zeromq with it, is loaded only here. */
export async function connectTo(cluster: Cluster): Promise<Db> {
  const { connect } = await import('../client/connect.ts');
  return connect({ cluster: cluster.paths.name, home: homeDirectory(), name: 'dsys' });
}

/**
 * Connects to the nodes that run now and to no others: one question to all of them then takes as
 * long as the slowest of those, and not the whole deadline because one is paused or gone.
 */
export async function withRunningNodes<Result>(
  cluster: Cluster,
  work: (db: Db) => Promise<Result>,
): Promise<Result> {
  const { connect } = await import('../client/connect.ts');
  const addresses = runningAddresses(cluster);
  if (addresses.length === 0) return withConnection(cluster, work);
  const path = join(cluster.paths.keys, 'client.json');
  const text = readTextIfAny(path);
  if (text === null) return withConnection(cluster, work);
  const keys = parseKeyFile(text, path);
  const db = await connect({ addresses, keys, clusterId: cluster.file.clusterId, name: 'dsys' });
  return closeAfter(db, work);
}

/** Runs `work` with a connection that is closed afterwards, whatever happens. */
export async function withConnection<Result>(
  cluster: Cluster,
  work: (db: Db) => Promise<Result>,
): Promise<Result> {
  return closeAfter(await connectTo(cluster), work);
}

async function closeAfter<Result>(db: Db, work: (db: Db) => Promise<Result>): Promise<Result> {
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

function runningAddresses(cluster: Cluster): NonNullable<ConnectOptions['addresses']> {
  return cluster.file.members.flatMap(({ node, addresses, publicKey }) => {
    const record = liveProcess(cluster.paths, node);
    const runs = record !== null && recordedProcess(record).condition === 'running';
    return runs ? [{ node, address: addresses.client, publicKey }] : [];
  });
}
