// The client library's connection to a cluster of DSYS_HOME, and what commands do with it.

import type { Db } from '../client/api.ts';
import type { Cluster } from './cluster.ts';
import { homeDirectory } from './home.ts';

/** Connects to the cluster. The library, and zeromq with it, is loaded only here. */
export async function connectTo(cluster: Cluster): Promise<Db> {
  const { connect } = await import('../client/connect.ts');
  return connect({ cluster: cluster.paths.name, home: homeDirectory(), name: 'dsys' });
}

/** Runs `work` with a connection that is closed afterwards, whatever happens. */
export async function withConnection<Result>(
  cluster: Cluster,
  work: (db: Db) => Promise<Result>,
): Promise<Result> {
  const db = await connectTo(cluster);
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}
