// The course of `dsys up`: plan, then do it, then say how to go on; or, in the foreground, stay
// until Ctrl-C.

import type { Cluster } from '../../src/cluster/cluster.ts';
import type { UpOptions, UpPlan, UpResult } from '../../src/cluster/up.ts';
import { exitCodes } from '../../src/errors.ts';
import { durationText } from '../../src/terminal/quantities.ts';
import { takenOutLine } from '../../src/terminal/status-view.ts';
import type { Output, Shown } from './output.ts';
import { nothing } from './output.ts';
import { shownStatus } from './status.ts';

export interface UpRequest {
  readonly options: UpOptions;
  readonly foreground: boolean;
  readonly dryRun: boolean;
  readonly output: Output;
  readonly signal: AbortSignal;
}

const stopLimitMs = 10_000;

export async function runUp(request: UpRequest): Promise<Shown> {
  const { carryOut, planUp } = await import('../../src/cluster/up.ts');
  const plan = await planUp(request.options);
  if (request.dryRun) return shownPlan(plan);
  const { clusterPaths, useCluster } = await import('../../src/cluster/home.ts');
  const { readCluster } = await import('../../src/cluster/cluster.ts');
  if (plan.start.length === 0) return shownRunning(readCluster(clusterPaths(plan.name)), request);
  const phases = await request.output.phases();
  try {
    const result = await carryOut(plan, request.options, phases);
    useCluster(plan.name);
    if (!request.foreground) return shownResult(result);
    return await stay(readCluster(clusterPaths(plan.name)), shownResult(result), request);
  } finally {
    phases.stop();
  }
}

/** Prints that the cluster is ready, waits for Ctrl-C, stops the cluster. */
async function stay(cluster: Cluster, ready: Shown, { output, signal }: UpRequest): Promise<Shown> {
  await output.finish(ready);
  output.note('Ctrl-C stops the cluster');
  const alive = setInterval(() => {}, 60_000);
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  clearInterval(alive);
  const { stopNodes } = await import('../../src/cluster/down.ts');
  await stopNodes(cluster, [], stopLimitMs);
  output.note(`cluster ${cluster.paths.name} is stopped; its data is kept`);
  process.exitCode = exitCodes.interrupted;
  return nothing;
}

/**
 * Everything runs already: that is what the user wanted. Nodes that another command, perhaps one
 * that was ended, has only just started are waited for.
 */
async function shownRunning(cluster: Cluster, { options }: UpRequest): Promise<Shown> {
  if (options.wait === 'ready') {
    const { waitWhileStarting } = await import('../../src/cluster/starting.ts');
    await waitWhileStarting(cluster, options.limit);
  }
  const shown = await shownStatus(cluster, {});
  return { ...shown, json: { ...shown.json, created: false, started: [], elapsedMs: 0 } };
}

function shownPlan(plan: UpPlan): Shown {
  const { name, nodes, basePort, start } = plan;
  const action = plan.create === null ? 'resume' : 'create';
  return {
    json: { cluster: { name, nodes }, action, basePort, start },
    text: () => [
      `would ${action} cluster ${name}: ${nodes} nodes, ports from ${basePort}`,
      start.length === 0 ? 'every node runs already' : `would start ${start.join(' ')}`,
    ],
    names: start,
  };
}

function shownResult({ plan, pids, elapsedMs, takenOut, report }: UpResult): Shown {
  const { name } = plan;
  const start = plan.start.filter((node) => !takenOut.includes(node));
  const state = report === null ? 'started' : 'ready';
  return {
    json: {
      ...(report ?? { cluster: { name, nodes: plan.nodes } }),
      created: plan.create !== null,
      ready: report !== null,
      started: start.map((node) => ({ name: node, pid: pids[node] ?? null })),
      basePort: plan.basePort,
      elapsedMs: Math.round(elapsedMs),
    },
    text: () => [
      `Cluster ${name} is ${state} in ${durationText(elapsedMs)}`,
      ...takenOut.map(takenOutLine),
      `  write     dsys put user:1001 '{"name":"Alice"}' --consistency quorum`,
      '  break it  dsys kill leader       watch  dsys status --watch       stop  dsys down',
    ],
    names: start,
  };
}
