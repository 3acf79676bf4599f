// Starts nodes and waits for them: first until each listens, by its own word in its log, then until
// the cluster is ready. A node that ends meanwhile is told at once, with its reason and its last
// lines.

import { statSync } from 'node:fs';
import type { Db } from '../client/api.ts';
import type { NodeStatus } from '../core/model/operation.ts';
import { DsysError } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import { Tail } from './follow.ts';
import { nodePaths } from './home.ts';
import { lastLines } from './logs.ts';
import { liveProcess, signalProcess, spawnNode, waitForCondition } from './node-process.ts';
import { type ExitRecord, type PidRecord, readExitRecord, recordedProcess } from './pid-file.ts';
import { liveStatuses, Readiness } from './readiness.ts';
import { withStartLock } from './start-lock.ts';
import { waitUntil } from './wait-until.ts';

export interface StartedNode {
  readonly name: string;
  readonly record: PidRecord;
  /** What the log gained since the start. */
  readonly tail: Tail;
}

const pollMs = 10;
/** A live node answers a status query much sooner. */
const answerMs = 100;
const shownLines = 8;
const killLimitMs = 5000;

/** Spawns all of them at once; when one cannot be spawned, the others are ended again. */
export function startNodes(cluster: Cluster, names: readonly string[]): Promise<StartedNode[]> {
  return withStartLock(cluster.paths, () => spawnAll(cluster, names));
}

async function spawnAll(cluster: Cluster, names: readonly string[]): Promise<StartedNode[]> {
  const running = names.filter((name) => liveProcess(cluster.paths, name) !== null);
  if (running.length > 0) throw startedMeanwhile(running);
  const spawned = await Promise.allSettled(names.map((name) => startNode(cluster, name)));
  const started = spawned.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = spawned.find((one) => one.status === 'rejected');
  if (failed === undefined) return started;
  await killStarted(started);
  throw failed.reason;
}

async function startNode(cluster: Cluster, name: string): Promise<StartedNode> {
  const path = nodePaths(cluster.paths, name).log;
  const offset = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  const record = await spawnNode(cluster.paths, name);
  return { name, record, tail: new Tail({ name, path }, offset) };
}

/**
 * Resolves when every one of them says that it has started; rejects when one ends or the time is
 * over.
 */
export async function waitUntilListening(
  cluster: Cluster,
  nodes: readonly StartedNode[],
  limit: Limit,
): Promise<void> {
  const pending = new Set(nodes);
  const done = await waitUntil({
    ...limit,
    everyMs: pollMs,
    ask: () => {
      assertAlive(cluster, nodes);
      for (const node of pending)
        if (saysStarted(node) || isTakenOut(cluster, node)) pending.delete(node);
      return pending.size === 0 || null;
    },
  });
  if (done !== null) return;
  const names = [...pending].map((node) => node.name);
  throw notReady(limit, [`${names.join(', ')} not listening`]);
}

/**
 * Resolves when the whole cluster is ready, without those of whom it turns out that the control group
 * has taken them out, with what the nodes answered; rejects when a started node ends or the time is
 * over.
 */
export async function waitUntilReady(
  cluster: Cluster,
  options: { readonly db: Db; readonly started: readonly StartedNode[]; readonly limit: Limit },
): Promise<readonly NodeStatus[]> {
  const { db, started, limit } = options;
  const { partitions } = cluster.file.settings;
  const readiness = new Readiness({ nodes: cluster.nodes, partitions });
  let missing: string[] = [];
  const ready = await waitUntil({
    ...limit,
    everyMs: pollMs,
    ask: async () => {
      assertAlive(cluster, started);
      const answers = await liveStatuses(db, answerMs);
      missing = readiness.missing(answers, takenOut(cluster, started));
      return missing.length === 0 ? answers : null;
    },
  });
  if (ready === null) throw notReady(limit, missing);
  return ready;
}

export interface Limit {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Ends exactly these processes and waits until they are gone. */
export async function killStarted(nodes: readonly StartedNode[]): Promise<void> {
  for (const { record } of nodes) signalProcess(record, 'SIGKILL');
  await Promise.all(nodes.map(({ record }) => waitForCondition(record, 'gone', killLimitMs)));
}

function saysStarted({ record, tail }: StartedNode): boolean {
  const own = `"pid":${record.pid}`;
  for (const { line } of tail.newLines()) {
    if (line.includes(' node-started ') && line.includes(own)) return true;
  }
  return false;
}

/** Those that have ended because they are no members any more. */
export function takenOut(cluster: Cluster, nodes: readonly StartedNode[]): string[] {
  return nodes.filter((node) => isTakenOut(cluster, node)).map(({ name }) => name);
}

function isTakenOut(cluster: Cluster, node: StartedNode): boolean {
  return isGone(node) && exitOf(cluster, node)?.code === 'member-removed';
}

function isGone({ record }: StartedNode): boolean {
  return recordedProcess(record).condition === 'gone';
}

/** What this very process said when it ended. */
function exitOf({ paths }: Cluster, { name, record }: StartedNode): ExitRecord | null {
  const told = readExitRecord(nodePaths(paths, name));
  return told?.pid === record.pid ? told : null;
}

function assertAlive(cluster: Cluster, nodes: readonly StartedNode[]): void {
  const ended = nodes.find((node) => isGone(node) && !isTakenOut(cluster, node));
  if (ended !== undefined) throw startFailed(cluster, ended);
}

function startedMeanwhile(names: readonly string[]): DsysError {
  return new DsysError({
    code: 'still-running',
    message: `another command has just started ${names.join(', ')}`,
    hint: 'nothing is left to do here; see dsys status',
    details: { nodes: names },
  });
}

function startFailed(cluster: Cluster, node: StartedNode): DsysError {
  const { name } = node;
  const paths = nodePaths(cluster.paths, name);
  const exit = exitOf(cluster, node);
  const lines = lastLines(paths.log, shownLines);
  const reason = exit === null ? 'its process ended without a word' : exit.message;
  const shown = lines.map((line) => `\n    ${line}`).join('');
  return new DsysError({
    code: 'start-failed',
    message: `${name} did not start: ${reason}\n  last lines of ${paths.log}:${shown}`,
    hint: exit?.hint || 'dsys doctor checks this machine',
    details: { node: name, exit, log: paths.log, lastLines: lines },
  });
}

/** The time is over, or the user pressed Ctrl-C. */
export function notReady(limit: Limit, missing: readonly string[]): DsysError {
  if (limit.signal?.aborted) return new DsysError({ code: 'interrupted', message: 'interrupted' });
  const shown = missing.slice(0, 4).join('; ');
  return new DsysError({
    code: 'not-ready',
    message: `not ready after ${limit.timeoutMs / 1000} s: ${shown}`,
    hint: 'give it more time (--timeout 60s); dsys doctor checks this machine',
    details: { missing },
  });
}
