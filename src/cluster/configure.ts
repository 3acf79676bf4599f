// `dsys configure`: settings of a running cluster. The control group commits them; another number of
// copies then moves data, which can be waited for.

import { type Cluster, changeCluster } from './cluster.ts';
import { withConnection } from './connection.ts';
import { recordEvent } from './events.ts';
import { isAllInPlace, movesOf } from './moves.ts';
import { lookAtPlacement, notThere, waitForPlacement } from './placement-look.ts';
import type { Progress } from './progress.ts';
import type { Limit } from './start-nodes.ts';

export interface ConfigureRequest {
  readonly replication: number | undefined;
  readonly deadNodeTimeoutMs: number | undefined;
  readonly wait: 'ready' | 'none';
  readonly limit: Limit;
}

export interface Settings {
  readonly replicationFactor: number;
  readonly partitions: number;
  readonly deadNodeTimeoutMs: number;
}

export interface Configured {
  readonly before: Settings;
  readonly after: Settings;
  readonly changed: boolean;
  readonly epoch: number;
  readonly durationMs: number;
}

/** Changes what is given, and says what holds now; with nothing given it only looks. */
export async function configureCluster(
  cluster: Cluster,
  request: ConfigureRequest,
  progress: Progress,
): Promise<Configured> {
  const startedAt = performance.now();
  const { replication, deadNodeTimeoutMs, wait, limit } = request;
  return withConnection(cluster, async (db) => {
    const before = await lookAtPlacement(db);
    const asked = {
      ...(replication === undefined ? {} : { replicationFactor: replication }),
      ...(deadNodeTimeoutMs === undefined ? {} : { deadNodeTimeoutMs }),
    };
    const isAsked = Object.keys(asked).length > 0;
    let index = 0;
    if (isAsked) {
      ({ index } = await db.configure({ ...asked, timeoutMs: limit.timeoutMs }));
      await changeCluster(cluster.paths, (file) => {
        return { ...file, settings: { ...file.settings, ...asked } };
      });
      recordEvent(cluster.paths, { kind: 'configure', detail: asked });
    }
    const look = await waitForPlacement(db, limit, ({ index: seen, row, views }) => {
      if (seen < index) return false;
      const { replicas, left } = movesOf(row, views);
      if (isAsked) progress.count('replicas in place', replicas - left, replicas);
      return !isAsked || wait === 'none' || isAllInPlace(row, views);
    });
    if (look === null)
      throw notThere(limit, {
        message: 'the settings hold, but not every copy is in place, and it goes on',
        hint: 'wait on: dsys wait --for converged --timeout 5m',
      });
    const [was, is] = [settingsOf(before.row.settings), settingsOf(look.row.settings)];
    return {
      before: was,
      after: is,
      changed: JSON.stringify(was) !== JSON.stringify(is),
      epoch: look.row.epoch,
      durationMs: Math.round(performance.now() - startedAt),
    };
  });
}

function settingsOf({ replicationFactor, partitions, deadNodeTimeoutMs }: Settings): Settings {
  return { replicationFactor, partitions, deadNodeTimeoutMs };
}
