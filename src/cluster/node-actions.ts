// kill, stop, start, restart, pause, resume: draws the targets, does it to all of them at once, and
// returns only when the operating system says that it is so, and after a resume when the other nodes
// know it too. What was done is recorded in the cluster's events.

import { randomInt } from 'node:crypto';
import { DsysError } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import { withRunningNodes } from './connection.ts';
import { recordEvent } from './events.ts';
import { nodePaths } from './home.ts';
import type { SignalName } from './node-process.ts';
import { endNode, killNode, pauseNode, resumeNode } from './node-signals.ts';
import { readPidRecord, recordedProcess } from './pid-file.ts';
import { probeCluster } from './probe.ts';
import type { ProcessCondition } from './process-table.ts';
import { waitUntilTrusted } from './rejoining.ts';
import { bringUp } from './start.ts';
import { assertNotTakenOut } from './taken-out.ts';
import { type Drawn, drawTargets, needsLeader } from './target.ts';

export type NodeAction = 'kill' | 'stop' | 'start' | 'restart' | 'pause' | 'resume';

export interface ActionRequest {
  readonly action: NodeAction;
  /** TARGET words. */
  readonly words: readonly string[];
  readonly seed?: string | undefined;
  readonly signal: SignalName;
  /** For what is waited for: an exit, or the first answer of a started node. */
  readonly timeoutMs: number;
}

export interface NodeOutcome {
  readonly name: string;
  /** Of the process that was acted on, or that was started; null when there was nothing to do. */
  readonly pid: number | null;
  /** False: it was so already. */
  readonly changed: boolean;
}

export interface ActionResult {
  readonly action: NodeAction;
  readonly nodes: readonly NodeOutcome[];
  /** Present when chance decided. */
  readonly seed: string | null;
  readonly leader: string | null;
}

/** Conditions of a process that the action changes; quantities are drawn from nodes in these. */
const actsOn: Readonly<Record<NodeAction, readonly ProcessCondition[]>> = {
  kill: ['running', 'paused'],
  stop: ['running', 'paused'],
  start: ['gone'],
  restart: ['running', 'paused', 'gone'],
  pause: ['running'],
  resume: ['paused'],
};

/** Does it to every target; rejects when one of them can not be acted on. */
export async function actOnNodes(cluster: Cluster, request: ActionRequest): Promise<ActionResult> {
  const { action, words } = request;
  const leader = needsLeader(words) ? await findLeader(cluster) : null;
  const conditions = new Map(cluster.nodes.map((node) => [node, conditionOf(cluster, node)]));
  const fits = (node: string): boolean => actsOn[action].includes(conditions.get(node) ?? 'gone');
  const drawn = drawTargets(
    words,
    { nodes: cluster.nodes, candidates: cluster.nodes.filter(fits), leader },
    request.seed ?? String(randomInt(2 ** 32)),
  );
  assertActable({ action, drawn, conditions });
  const changed = drawn.nodes.filter(fits);
  const pids = await perform(cluster, changed, request);
  for (const node of changed) {
    recordEvent(cluster.paths, { kind: action, node, detail: { pid: pids.get(node) ?? null } });
  }
  // It is done and recorded, whatever becomes of the waiting.
  if (action === 'resume') await waitUntilTrusted(cluster, changed);
  const nodes = drawn.nodes.map((name) => {
    return { name, pid: pids.get(name) ?? null, changed: changed.includes(name) };
  });
  return { action, nodes, seed: drawn.seed, leader };
}

async function perform(
  cluster: Cluster,
  nodes: readonly string[],
  { action, signal, timeoutMs }: ActionRequest,
): Promise<ReadonlyMap<string, number>> {
  if (action === 'start') {
    await assertNotTakenOut(cluster, nodes);
    return bringUp(cluster, nodes, timeoutMs);
  }
  if (action === 'restart') {
    const live = nodes.filter((node) => conditionOf(cluster, node) !== 'gone');
    await Promise.all(live.map((node) => endNode(cluster, node, timeoutMs)));
    return bringUp(cluster, nodes, timeoutMs);
  }
  const act = {
    kill: (node: string) => killNode(cluster, node, signal),
    stop: (node: string) => endNode(cluster, node, timeoutMs),
    pause: (node: string) => pauseNode(cluster, node),
    resume: (node: string) => resumeNode(cluster, node),
  }[action];
  return new Map(await Promise.all(nodes.map(async (node) => [node, await act(node)] as const)));
}

async function findLeader(cluster: Cluster): Promise<string | null> {
  const report = await withRunningNodes(cluster, (db) => probeCluster(cluster, db));
  return report.consensus.control.leader;
}

function conditionOf(cluster: Cluster, node: string): ProcessCondition {
  const record = readPidRecord(nodePaths(cluster.paths, node));
  return record === null ? 'gone' : recordedProcess(record).condition;
}

/**
 * A node that is asked for by name must be able to take it; a fault that hits nobody is a failure
 * too.
 */
function assertActable(options: {
  readonly action: NodeAction;
  readonly drawn: Drawn;
  readonly conditions: ReadonlyMap<string, ProcessCondition>;
}): void {
  const { action, drawn, conditions } = options;
  const isFault = action === 'kill' || action === 'pause' || action === 'resume';
  if (isFault && drawn.nodes.length === 0) throw nobody(action);
  if (!drawn.named) return;
  const gone = drawn.nodes.find((node) => conditions.get(node) === 'gone');
  if (isFault && gone !== undefined) throw notRunning(action, gone);
  const running = drawn.nodes.find((node) => conditions.get(node) !== 'gone');
  if (action !== 'start' || running === undefined) return;
  throw alreadyRunning(running, conditions.get(running) === 'paused');
}

function nobody(action: NodeAction): DsysError {
  return new DsysError({
    code: 'not-running',
    message: `there is no node to ${action} now`,
    hint: 'dsys status shows the state of each node',
  });
}

function notRunning(action: NodeAction, node: string): DsysError {
  return new DsysError({
    code: 'not-running',
    message: `${node} is not running, so there is nothing to ${action}`,
    hint: `start it: dsys start ${node}`,
    details: { node },
  });
}

function alreadyRunning(node: string, paused: boolean): DsysError {
  return new DsysError({
    code: 'still-running',
    message: paused ? `${node} is paused` : `${node} is running already`,
    hint: paused ? `wake it: dsys resume ${node}` : `dsys restart ${node} stops it first`,
    details: { node },
  });
}
