// `dsys wait`: until a cluster is as wanted. Converged means: every node answers, every replica is
// where it should be, and all replicas of every group have the same state hash at the same applied
// index.

import type { Db, NodeAnswer } from '../client/api.ts';
import type { ReplicaHash } from '../core/model/operation.ts';
import { DsysError } from '../errors.ts';
import { type Cluster, readCluster } from './cluster.ts';
import { withConnection } from './connection.ts';
import { isAllInPlace, movesOf } from './moves.ts';
import { lookAtPlacement } from './placement-look.ts';
import { probeCluster } from './probe.ts';
import { waitUntil } from './wait-until.ts';

export const waitGoals = ['leader', 'all-up', 'converged'] as const;
export type WaitGoal = (typeof waitGoals)[number];

const pollMs = 25;
const hashesDeadlineMs = 2000;

/** Resolves to the milliseconds that it took; rejects with `not-ready` and what is missing. */
export async function waitForGoal(
  cluster: Cluster,
  goal: WaitGoal,
  timeoutMs: number,
): Promise<number> {
  const startedAt = performance.now();
  return withConnection(cluster, async (db) => {
    let missing = '';
    const ask = async (): Promise<true | null> => {
      // Members may come and go while we wait.
      missing = await missingFor[goal](readCluster(cluster.paths), db);
      return missing === '' || null;
    };
    if ((await waitUntil({ ask, everyMs: pollMs, timeoutMs })) !== null) {
      return performance.now() - startedAt;
    }
    throw new DsysError({
      code: 'not-ready',
      message: `not ${goal} after ${timeoutMs / 1000} s: ${missing}`,
      hint: 'dsys status shows the cluster; --timeout waits longer',
      details: { goal, missing },
    });
  });
}

type Missing = (cluster: Cluster, db: Db) => Promise<string>;

/** What the goal still lacks; empty when it is reached. */
const missingFor: Readonly<Record<WaitGoal, Missing>> = {
  leader: async (cluster, db) => {
    const { consensus, data } = await probeCluster(cluster, db);
    if (consensus.control.leader === null) return 'the control group has no leader';
    return data.unavailable === 0 ? '' : `${data.unavailable} partitions are unavailable`;
  },
  'all-up': async (cluster, db) => {
    const { nodes } = await probeCluster(cluster, db);
    const others = nodes.filter((node) => node.state !== 'up');
    return others.map((node) => `${node.name} is ${node.state}`).join(', ');
  },
  converged: async (cluster, db) => {
    const down = await missingFor['all-up'](cluster, db);
    if (down !== '') return down;
    const moving = await stillMoving(db);
    return moving === '' ? disagreement(await db.hashes({ timeoutMs: hashesDeadlineMs })) : moving;
  },
};

/** Replicas that are not where they should be; empty when all are. */
async function stillMoving(db: Db): Promise<string> {
  const { row, views } = await lookAtPlacement(db);
  if (isAllInPlace(row, views)) return '';
  const { left, surplus } = movesOf(row, views);
  return `${left} replicas are still to come, ${surplus} to go`;
}

/** The first difference between replicas; empty when there is none. */
export function disagreement(answers: readonly NodeAnswer<readonly ReplicaHash[]>[]): string {
  const seen = new Map<number, { readonly node: string; readonly point: string }>();
  for (const answer of answers) {
    if (!answer.ok) return `${answer.node} did not tell its hashes`;
    for (const { group, appliedIndex, hash } of answer.answer) {
      const point = `${appliedIndex}/${hash}`;
      const other = seen.get(group);
      if (other === undefined) seen.set(group, { node: answer.node, point });
      else if (other.point !== point)
        return `group ${group} differs on ${other.node} and ${answer.node}`;
    }
  }
  return '';
}
