// Starts single nodes of a cluster that exists, and returns when each of them answers. One that
// does not come up is told with its last lines, and no process that was started here is left
// behind.

import { DsysError } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import { connectTo } from './connection.ts';
import { assertPortsFree, portsOfAddresses } from './ports.ts';
import { liveStatuses } from './readiness.ts';
import { killStarted, type StartedNode, startNodes, waitUntilListening } from './start-nodes.ts';
import { waitUntil } from './wait-until.ts';

const answerMs = 100;
const pollMs = 10;

/** Starts them and waits until they answer; pids by name. */
export async function bringUp(
  cluster: Cluster,
  names: readonly string[],
  timeoutMs: number,
): Promise<ReadonlyMap<string, number>> {
  await assertPortsFree(names.flatMap((name) => portsOf(cluster, name)));
  const started: StartedNode[] = [];
  try {
    started.push(...(await startNodes(cluster, names)));
    await waitUntilListening(cluster, started, { timeoutMs });
    await waitUntilAnswering(cluster, names, timeoutMs);
  } catch (cause) {
    await killStarted(started);
    throw cause;
  }
  return new Map(started.map(({ name, record }) => [name, record.pid]));
}

/** The three ports of a member. */
export function portsOf(cluster: Cluster, name: string): number[] {
  const member = cluster.file.members.find(({ node }) => node === name);
  return member === undefined ? [] : portsOfAddresses(member.addresses);
}

async function waitUntilAnswering(
  cluster: Cluster,
  names: readonly string[],
  timeoutMs: number,
): Promise<void> {
  if (names.length === 0) return;
  const db = await connectTo(cluster);
  const answered = new Set<string>();
  try {
    const ask = async (): Promise<true | null> => {
      for (const status of await liveStatuses(db, answerMs)) answered.add(status.node);
      return names.every((name) => answered.has(name)) || null;
    };
    if ((await waitUntil({ ask, everyMs: pollMs, timeoutMs })) !== null) return;
  } finally {
    await db.close();
  }
  const silent = names.filter((name) => !answered.has(name)).join(', ');
  throw new DsysError({
    code: 'not-ready',
    message: `${silent} did not answer within ${timeoutMs / 1000} s`,
    hint: `dsys logs ${silent.replace(/,/g, '')} shows what it does`,
  });
}
