// `dsys up`: makes a cluster, or resumes one whose nodes are down; done when it is ready, never
// before. When it fails, no process that it started is left, and of a new cluster nothing at all.

import { randomInt } from 'node:crypto';
import type { Db } from '../client/api.ts';
import { DsysError } from '../errors.ts';
import { type Cluster, knownBlocks, readCluster } from './cluster.ts';
import { type ClusterConfig, readConfigFile } from './config-file.ts';
import { connectTo } from './connection.ts';
import { createCluster, type NewCluster, removeCluster } from './create.ts';
import { parseDuration } from './duration.ts';
import { recordEvent } from './events.ts';
import { chosenName, clusterNames, clusterPaths } from './home.ts';
import { liveProcess } from './node-process.ts';
import { assertNodeVersion } from './node-version.ts';
import { assertPortsFree, blockPorts, blockSize, chooseBlock } from './ports.ts';
import { reportOfAnswers } from './probe.ts';
import type { Progress } from './progress.ts';
import type { ClusterReport } from './report.ts';
import { portsOf } from './start.ts';
import { withStartLock } from './start-lock.ts';
import {
  killStarted,
  type Limit,
  type StartedNode,
  startNodes,
  takenOut,
  waitUntilListening,
  waitUntilReady,
} from './start-nodes.ts';

export type WaitFor = 'ready' | 'listening' | 'none';

/** What the user said; everything else is a default. */
export interface UpOptions {
  readonly name?: string | undefined;
  readonly nodes?: number | undefined;
  readonly basePort?: number | undefined;
  readonly replication?: number | undefined;
  readonly partitions?: number | undefined;
  readonly zones?: string | undefined;
  readonly deadNodeTimeoutMs?: number | undefined;
  readonly config?: string | undefined;
  readonly seed?: string | undefined;
  readonly wait: WaitFor;
  readonly limit: Limit;
}

export interface UpPlan {
  readonly name: string;
  /** null: the cluster exists and is resumed. */
  readonly create: NewCluster | null;
  /** Names of the nodes that will be started. */
  readonly start: readonly string[];
  readonly basePort: number;
  readonly nodes: number;
}

export interface UpResult {
  readonly plan: UpPlan;
  readonly pids: Readonly<Record<string, number>>;
  readonly elapsedMs: number;
  /** Nodes that the control group took out while they were down: they end as soon as they are told. */
  readonly takenOut: readonly string[];
  /** null with `--wait none` and `--wait listening`. */
  readonly report: ClusterReport | null;
}

const triesMax = 3;
const defaults = { nodes: 3, replication: 3, partitions: 64, deadNodeTimeoutMs: 600_000 };

/** What `up` would do. Rejects when it can not be done; changes nothing. */
export async function planUp(options: UpOptions): Promise<UpPlan> {
  assertNodeVersion();
  const config = (await readConfigFile(options.config)) ?? {};
  const named = options.config === undefined ? undefined : config.name;
  const name = (await chosenName(options.name ?? named)) ?? 'lab';
  const wanted = { ...config, ...given(options) };
  return clusterNames().includes(name)
    ? planResume(name, options, config)
    : planCreate(name, wanted, options);
}

/**
 * Does it. When another cluster took the chosen ports in the meantime, the next free block is
 * taken, unless the user asked for this one.
 */
export async function carryOut(
  plan: UpPlan,
  options: UpOptions,
  progress: Progress,
): Promise<UpResult> {
  let current = plan;
  for (let tries = 1; ; tries++) {
    try {
      return await tryUp(current, options, progress);
    } catch (cause) {
      const mayMove = plan.create !== null && options.basePort === undefined && tries < triesMax;
      if (!mayMove || !lostPortRace(cause)) throw cause;
      current = await planUp(options);
    }
  }
}

async function tryUp(plan: UpPlan, options: UpOptions, progress: Progress): Promise<UpResult> {
  const startedAt = performance.now();
  progress.done(portsLine(plan));
  const cluster =
    plan.create === null ? readCluster(clusterPaths(plan.name)) : await createCluster(plan.create);
  const attempt = { plan, cluster, progress, startedAt, ...options };
  return startAndWait(attempt);
}

interface Attempt extends UpOptions {
  readonly plan: UpPlan;
  readonly cluster: Cluster;
  readonly progress: Progress;
  readonly startedAt: number;
}

async function startAndWait(attempt: Attempt): Promise<UpResult> {
  const { plan, cluster, progress } = attempt;
  const started: StartedNode[] = [];
  try {
    progress.begin(`starting ${nodesText(plan.start.length)}`);
    started.push(...(await startNodes(cluster, plan.start)));
    const pids = Object.fromEntries(started.map(({ name, record }) => [name, record.pid]));
    const shown = Object.values(pids).join(' ');
    progress.done(timed(`${nodesText(started.length)} spawned (pids ${shown})`, attempt));
    recordEvent(cluster.paths, { kind: plan.create ? 'up' : 'resume', detail: { pids } });
    const report = await waitFor(attempt, started);
    const elapsedMs = performance.now() - attempt.startedAt;
    // One of them may not have been told yet.
    const without = report?.membership.removed ?? takenOut(cluster, started);
    return { plan, pids, elapsedMs, takenOut: without, report };
  } catch (cause) {
    await killStarted(started);
    if (plan.create !== null) await removeUnused(cluster);
    throw cause;
  }
}

/**
 * Another command may have found the cluster as soon as it was made, and have started its nodes
 * before us: then it is that one's.
 */
async function removeUnused(cluster: Cluster): Promise<void> {
  const { paths, nodes } = cluster;
  const remove = async (): Promise<void> => {
    if (nodes.every((node) => liveProcess(paths, node) === null)) removeCluster(paths);
  };
  // A full disk has no room for a lock; it must not keep the cluster either.
  await withStartLock(paths, remove).catch(remove);
}

async function waitFor(
  attempt: Attempt,
  started: readonly StartedNode[],
): Promise<ClusterReport | null> {
  const { cluster, limit, progress } = attempt;
  if (attempt.wait === 'none') return null;
  progress.begin('waiting until the nodes listen');
  await waitUntilListening(cluster, started, limit);
  if (attempt.wait === 'listening') return null;
  progress.begin('waiting for leaders');
  const db = await connectTo(cluster);
  try {
    return await waitForLeaders(attempt, started, db);
  } finally {
    await db.close();
  }
}

async function waitForLeaders(
  attempt: Attempt,
  started: readonly StartedNode[],
  db: Db,
): Promise<ClusterReport> {
  const { cluster, limit, progress } = attempt;
  const answers = await waitUntilReady(cluster, { db, started, limit });
  const report = await reportOfAnswers(cluster, db, answers);
  const { control, partitions } = report.consensus;
  const led = partitions.filter((partition) => partition.leader !== null).length;
  progress.done(
    timed(`leader ${control.leader} (term ${control.term}), ${led} partitions led`, attempt),
  );
  return report;
}

async function planResume(
  name: string,
  options: UpOptions,
  config: ClusterConfig,
): Promise<UpPlan> {
  const cluster = readCluster(clusterPaths(name));
  assertSameShape(cluster, options, config);
  const { basePort } = cluster.file;
  const start = cluster.nodes.filter((node) => liveProcess(cluster.paths, node) === null);
  await assertPortsFree(start.flatMap((node) => portsOf(cluster, node)));
  return { name, create: null, start, basePort, nodes: cluster.nodes.length };
}

async function planCreate(
  name: string,
  wanted: ClusterConfig,
  options: UpOptions,
): Promise<UpPlan> {
  const nodes = wanted.nodes ?? defaults.nodes;
  const replication = wanted.replication ?? Math.min(defaults.replication, nodes);
  if (replication > nodes) throw tooFewNodes(nodes, replication);
  const basePort = await freeBlock(nodes, wanted.basePort);
  const create = {
    paths: clusterPaths(name),
    nodes,
    basePort,
    replication,
    partitions: wanted.partitions ?? defaults.partitions,
    deadNodeTimeoutMs: deadNodeTimeoutOf(options, wanted),
    zones: zonesOf(wanted),
    seed: options.seed ?? String(randomInt(2 ** 32)),
  };
  const start = Array.from({ length: nodes }, (_, index) => `node${index + 1}`);
  return { name, create, start, basePort, nodes };
}

/** The block that the user wants, if it is free, or else the first free one. */
async function freeBlock(nodes: number, wanted: number | undefined): Promise<number> {
  if (wanted === undefined) return chooseBlock(nodes, knownBlocks());
  await assertPortsFree(blockPorts(wanted, nodes));
  return wanted;
}

function deadNodeTimeoutOf(options: UpOptions, { deadNodeTimeout }: ClusterConfig): number {
  if (options.deadNodeTimeoutMs !== undefined) return options.deadNodeTimeoutMs;
  return deadNodeTimeout === undefined
    ? defaults.deadNodeTimeoutMs
    : parseDuration(deadNodeTimeout);
}

function zonesOf({ zones = '' }: ClusterConfig): string[] {
  return zones === '' ? [] : zones.split(',').map((zone) => zone.trim());
}

function given(options: UpOptions): ClusterConfig {
  const { nodes, basePort, replication, partitions, zones } = options;
  const entries = Object.entries({ nodes, basePort, replication, partitions, zones });
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/**
 * What the user says in the command must be so now. A file may also say how the cluster was born: it
 * is not rewritten when nodes come and go.
 */
function assertSameShape(cluster: Cluster, asked: UpOptions, config: ClusterConfig): void {
  const { name, settings, basePort, birth } = cluster.file;
  const nodes = asked.nodes ?? besides(config.nodes, birth.members.length);
  if (nodes !== undefined && nodes !== cluster.nodes.length)
    throw wrongSize(name, cluster.nodes.length, nodes);
  const born = birth.settings;
  const { replication = besides(config.replication, born.replicationFactor) } = asked;
  const pairs = [
    ['replication', replication, settings.replicationFactor],
    ['partitions', asked.partitions ?? config.partitions, settings.partitions],
    ['base-port', asked.basePort ?? config.basePort, basePort],
  ] as const;
  for (const [flag, number, has] of pairs) {
    if (number !== undefined && number !== has) throw otherShape(name, `--${flag} ${has}`, number);
  }
}

function besides(number: number | undefined, born: number): number | undefined {
  return number === born ? undefined : number;
}

/** A node found one of its ports taken, although it was free when we looked. */
function lostPortRace(cause: unknown): boolean {
  if (!(cause instanceof DsysError) || cause.code !== 'start-failed') return false;
  const { exit } = cause.details;
  return typeof exit === 'object' && exit !== null && 'code' in exit && exit.code === 'port-busy';
}

/** When some nodes run already, only the ports of the others were looked at. */
function portsLine({ basePort, nodes, start }: UpPlan): string {
  if (start.length < nodes) return `ports of ${start.join(', ')} free`;
  return `ports ${basePort}–${basePort + blockSize(nodes) - 1} free`;
}

function nodesText(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`;
}

function timed(text: string, attempt: Attempt): string {
  const seconds = ((performance.now() - attempt.startedAt) / 1000).toFixed(1);
  return `${text.padEnd(46)} ${seconds} s`;
}

function tooFewNodes(nodes: number, replication: number): DsysError {
  return new DsysError({
    code: 'invalid-argument',
    message: `${replication} replicas need as many nodes; there would be ${nodes}`,
    hint: `dsys up --nodes ${replication}, or --replication ${nodes}`,
  });
}

function wrongSize(name: string, found: number, asked: number): DsysError {
  return new DsysError({
    code: 'wrong-size',
    message: `cluster ${name} has ${found} nodes; --nodes ${asked} was asked`,
    hint:
      `resume it as it is: dsys up --name ${name}; change it: dsys join, dsys leave NODE; ` +
      `or make another: dsys up --nodes ${asked} --name NAME`,
    details: { cluster: name, nodes: found, asked },
  });
}

function otherShape(name: string, has: string, asked: number): DsysError {
  return new DsysError({
    code: 'already-exists',
    message: `cluster ${name} was made with ${has}; ${asked} was asked`,
    hint:
      `resume it as it is: dsys up --name ${name}; change it: dsys configure; ` +
      `or make another: dsys up --name NAME`,
    details: { cluster: name },
  });
}
