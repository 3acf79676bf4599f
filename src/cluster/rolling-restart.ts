// `dsys rolling-restart`: every node once, one after the other, the leader of the control group last.
// A node hands its leaderships over, drains, ends, starts, and has caught up before the next one's
// turn. The first failure stops it: then at most one node is down, and the rest is as it was.

import type { Db } from '../client/api.ts';
import { DsysError } from '../errors.ts';
import { CanaryWatch } from './canary-watch.ts';
import type { Cluster } from './cluster.ts';
import { withConnection } from './connection.ts';
import { recordEvent } from './events.ts';
import { groupViews } from './group-view.ts';
import { liveProcess } from './node-process.ts';
import { endNode } from './node-signals.ts';
import { notThere } from './placement-look.ts';
import { patientDeadlineMs, probeCluster } from './probe.ts';
import type { Progress } from './progress.ts';
import type { ClusterReport } from './report.ts';
import { bringUp } from './start.ts';
import type { Limit } from './start-nodes.ts';
import { waitUntil } from './wait-until.ts';

export interface RollingOptions {
  /** So many first, then a look, then `goOn`; 0: none. */
  readonly canary: number;
  /** An unhealthy cluster is waited for, not refused. */
  readonly waitHealthy: boolean;
  /** For each node. */
  readonly limit: Limit;
  /** Asked after the canaries; what it rejects with ends the command. */
  readonly goOn: (done: readonly string[]) => Promise<void>;
}

export interface RestartedNode {
  readonly node: string;
  readonly pid: number;
  /** From the first signal until it answered, and until it had caught up. */
  readonly downMs: number;
  readonly caughtUpMs: number;
}

/** Each look costs every node an answer about every group. */
const pollMs = 150;
const watchMs = 5000;
const statusMs = 1500;
/** So long may a cluster be ill before it counts: an election, a busy moment. */
const illMsMax = 3000;

export async function restartRolling(
  cluster: Cluster,
  options: RollingOptions,
  progress: Progress,
): Promise<readonly RestartedNode[]> {
  const done: RestartedNode[] = [];
  const nodes = await inOrder(cluster);
  try {
    for (const [index, node] of nodes.entries()) {
      if (options.canary > 0 && index === options.canary) {
        await watchCanaries(cluster, options, progress);
        await options.goOn(done.map((one) => one.node));
      }
      progress.count(`nodes restarted, ${node} next`, index, nodes.length);
      await expectHealthy(cluster, options);
      done.push(await restart(cluster, node, options.limit));
      const { downMs, caughtUpMs } = done.at(-1) ?? { downMs: 0, caughtUpMs: 0 };
      progress.done(`${node} restarted: down ${ms(downMs)}, caught up after ${ms(caughtUpMs)}`);
    }
  } catch (cause) {
    throw stopped(cause, done, nodes);
  }
  return done;
}

/** The leader of the control group last: it is moved once, and not from node to node. */
async function inOrder(cluster: Cluster): Promise<string[]> {
  const report = await withConnection(cluster, (db) =>
    probeCluster(cluster, db, patientDeadlineMs),
  );
  const { leader } = report.consensus.control;
  return [...cluster.nodes].sort((a, b) => Number(a === leader) - Number(b === leader));
}

async function restart(cluster: Cluster, node: string, limit: Limit): Promise<RestartedNode> {
  const startedAt = performance.now();
  assertNotInterrupted(limit);
  recordEvent(cluster.paths, { kind: 'rolling-restart', node });
  if (liveProcess(cluster.paths, node) !== null) await endNode(cluster, node, limit.timeoutMs);
  const pid = (await bringUp(cluster, [node], limit.timeoutMs)).get(node) ?? 0;
  const downMs = Math.round(performance.now() - startedAt);
  await withConnection(cluster, (db) => waitUntilCaughtUp({ cluster, db, node, limit }));
  return { node, pid, downMs, caughtUpMs: Math.round(performance.now() - startedAt) };
}

/**
 * Until the node has applied, in each of its groups, what was committed when it came back, and
 * nobody misses a copy or doubts the node.
 */
async function waitUntilCaughtUp(options: {
  readonly cluster: Cluster;
  readonly db: Db;
  readonly node: string;
  readonly limit: Limit;
}): Promise<void> {
  const { cluster, db, node, limit } = options;
  const goals = await committed(cluster, db);
  let missing: string[] = [];
  const ask = async (): Promise<true | null> => {
    const behind = await groupsBehind(db, node, goals);
    if (behind > 0) missing = [`${behind} groups of ${node} are behind`];
    else missing = unhealthy(await probeCluster(cluster, db, patientDeadlineMs));
    return missing.length === 0 || null;
  };
  if ((await waitUntil({ ...limit, everyMs: pollMs, ask })) !== null) return;
  throw notThere(limit, {
    message: `${node} has not caught up: ${missing.join(', ')}`,
    hint: 'dsys status shows the cluster; --timeout waits longer',
  });
}

/** Commit index of each group now, as its leader says. */
async function committed(cluster: Cluster, db: Db): Promise<readonly number[]> {
  const answers = await db.status({ timeoutMs: statusMs });
  const statuses = answers.flatMap((answer) => (answer.ok ? [answer.answer] : []));
  const groups = cluster.file.settings.partitions + 1;
  return groupViews(statuses, groups).map((view) => view.commitIndex);
}

async function groupsBehind(db: Db, node: string, goals: readonly number[]): Promise<number> {
  const answers = await db.status({ timeoutMs: statusMs });
  const own = answers.find((answer) => answer.node === node);
  if (own === undefined || !own.ok) return goals.length;
  return own.answer.groups.filter(({ group, appliedIndex }) => appliedIndex < (goals[group] ?? 0))
    .length;
}

/** What is not as it should be; empty when everything is. */
export function unhealthy({ nodes, data, consensus }: ClusterReport): string[] {
  const others = nodes.filter((node) => node.state !== 'up');
  return [
    ...others.map((node) => `${node.name} is ${node.state}`),
    ...(consensus.control.leader === null ? ['the control group has no leader'] : []),
    ...(data.unavailable > 0 ? [`${data.unavailable} partitions are unavailable`] : []),
    ...(data.underReplicated > 0 ? [`${data.underReplicated} partitions lack a copy`] : []),
  ];
}

async function expectHealthy(cluster: Cluster, options: RollingOptions): Promise<void> {
  const { waitHealthy, limit } = options;
  let missing: string[] = [];
  await withConnection(cluster, async (db) => {
    const ask = async (): Promise<true | null> => {
      missing = unhealthy(await probeCluster(cluster, db, patientDeadlineMs));
      return missing.length === 0 || null;
    };
    const timeoutMs = waitHealthy ? limit.timeoutMs : illMsMax;
    await waitUntil({ ...limit, timeoutMs, everyMs: pollMs, ask });
  });
  assertNotInterrupted(limit);
  if (missing.length === 0) return;
  throw new DsysError({
    code: 'not-ready',
    message: `the cluster is not healthy: ${missing.join(', ')}`,
    hint: waitHealthy
      ? 'dsys status shows the cluster; --timeout waits longer'
      : 'put it right (dsys start all, dsys wait --for converged), or wait for it: --wait-healthy',
    details: { missing },
  });
}

/** Some seconds in which nothing may happen to the nodes that have been restarted. */
async function watchCanaries(
  cluster: Cluster,
  options: RollingOptions,
  progress: Progress,
): Promise<void> {
  progress.begin(`watching for ${watchMs / 1000} s`);
  await withConnection(cluster, async (db) => {
    let missing: string[] = [];
    const watch = new CanaryWatch({ watchMs, illMsMax }, performance.now());
    const ask = async (): Promise<'well' | 'ill' | null> => {
      missing = unhealthy(await probeCluster(cluster, db, patientDeadlineMs));
      return watch.onLook(missing.length === 0, performance.now());
    };
    const timeoutMs = watchMs + 2 * illMsMax;
    const end = await waitUntil({ ...options.limit, timeoutMs, everyMs: pollMs, ask });
    assertNotInterrupted(options.limit);
    if (end === 'well') return;
    throw new DsysError({
      code: 'not-ready',
      message: `after the canary the cluster is not healthy: ${missing.join(', ')}`,
      hint: 'dsys status and dsys logs show why',
      details: { missing },
    });
  });
  progress.done(`healthy for ${watchMs / 1000} s`);
}

function assertNotInterrupted({ signal }: Limit): void {
  if (signal?.aborted) throw new DsysError({ code: 'interrupted', message: 'interrupted' });
}

/** The cause, with what was done and what was not. */
function stopped(
  cause: unknown,
  done: readonly RestartedNode[],
  nodes: readonly string[],
): unknown {
  if (!(cause instanceof DsysError)) return cause;
  const restarted = done.map((one) => one.node);
  const [at = null, ...untouched] = nodes.slice(done.length);
  const { code, message, hint, details } = cause;
  const so = restarted.length === 0 ? 'no node' : restarted.join(', ');
  const rest = untouched.length === 0 ? '' : `; not touched: ${untouched.join(', ')}`;
  return new DsysError({
    code,
    message: `stopped at ${at}: ${message} (restarted: ${so}${rest})`,
    hint,
    details: { ...details, restarted, stoppedAt: at, untouched },
    cause,
  });
}

function ms(number: number): string {
  return number < 1000 ? `${number} ms` : `${(number / 1000).toFixed(1)} s`;
}
