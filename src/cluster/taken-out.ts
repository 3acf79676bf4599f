// Nodes that the control group has taken out of the cluster while they were down: given up as lost, or
// removed by a command that did not come to its end. They stay in cluster.json until the user decides;
// nothing starts them again for long, and nobody waits for them.

import { DsysError } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import { withRunningNodes } from './connection.ts';
import { liveProcess } from './node-process.ts';

const askMs = 500;

/** Rejects when one of them is known to be removed; when nobody runs who knows, it will be told. */
export async function assertNotTakenOut(cluster: Cluster, names: readonly string[]): Promise<void> {
  if (cluster.nodes.every((node) => liveProcess(cluster.paths, node) === null)) return;
  const ask = () => withRunningNodes(cluster, (db) => db.control({ timeoutMs: askMs }));
  const state = await ask().catch((cause: unknown) => {
    if (cause instanceof DsysError) return null;
    throw cause;
  });
  const removed = new Set(state?.row.removed.map(({ storageId }) => storageId));
  const { members } = cluster.file;
  const gone = members.find((one) => names.includes(one.node) && removed.has(one.storageId));
  if (gone === undefined) return;
  throw new DsysError({
    code: 'member-removed',
    message: `${gone.node} was taken out of the cluster: its disk holds nothing that counts any more`,
    hint: `a new disk under the name: dsys replace ${gone.node}; or be without: dsys leave ${gone.node}`,
    details: { node: gone.node },
  });
}
