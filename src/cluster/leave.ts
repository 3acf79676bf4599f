// `dsys leave`: a node hands over everything that it holds and goes. The control group takes it out
// when every group has let go of it; only then does its process end and its directory go. What would
// lose data is refused with the reason; `--force` takes the risk that the reason names, and keeps the
// directory.

import type { Db } from '../client/api.ts';
import type { ControlRow } from '../core/model/control-row.ts';
import { nodeId } from '../core/model/ids.ts';
import { DsysError } from '../errors.ts';
import { withoutMember } from '../wire/cluster-file.ts';
import { type Cluster, changeCluster } from './cluster.ts';
import { withConnection } from './connection.ts';
import { recordEvent } from './events.ts';
import { removeNode, setAside } from './new-member.ts';
import { liveProcess, signalProcess, waitForCondition } from './node-process.ts';
import { recordedProcess } from './pid-file.ts';
import { notThere, waitForControl } from './placement-look.ts';
import { patientDeadlineMs, probeCluster } from './probe.ts';
import type { Progress } from './progress.ts';
import type { ClusterReport } from './report.ts';
import { takeMember } from './start-lock.ts';
import type { Limit } from './start-nodes.ts';
import { expectNode } from './target.ts';
import { waitUntil } from './wait-until.ts';

export interface LeaveOptions {
  readonly node: string;
  readonly force: boolean;
  readonly limit: Limit;
}

export interface Left {
  readonly node: string;
  readonly how: 'leaving' | 'lost';
  /** Groups that let go of it. */
  readonly moved: number;
  readonly epoch: number;
  /** Where its directory is kept; null: it held nothing that anybody needs, and is removed. */
  readonly kept: string | null;
  readonly durationMs: number;
}

/** It ends by itself as soon as it hears that it is out, perhaps before we hear it. */
const endsByItselfMs = 5000;
const killLimitMs = 5000;
const controlMs = 2000;
/** A leadership changes hands in far less; a replica that was down catches up in about as much. */
const calmMs = 5000;
const pollMs = 100;

export async function leaveCluster(
  cluster: Cluster,
  options: LeaveOptions,
  progress: Progress,
): Promise<Left> {
  const startedAt = performance.now();
  const node = expectNode(options.node, cluster.nodes);
  const letGo = takeMember(cluster.paths, node);
  try {
    const left = await withConnection(cluster, async (db) => {
      const how = await howToLeave(cluster, db, { node, force: options.force });
      const done = await depart({ ...options, cluster, db, node, how, progress });
      const kept = await forget(cluster, node, how === 'lost' || options.force);
      return { ...done, how, kept };
    });
    recordEvent(cluster.paths, { kind: 'left', node, detail: left });
    return { node, ...left, durationMs: Math.round(performance.now() - startedAt) };
  } finally {
    letGo();
  }
}

export interface DepartRequest {
  readonly cluster: Cluster;
  readonly db: Db;
  readonly node: string;
  readonly how: 'leaving' | 'lost';
  readonly force: boolean;
  readonly limit: Limit;
  readonly progress: Progress;
}

/** Until the control group has taken the node out; at once when it is out already. */
export async function depart(
  request: DepartRequest,
): Promise<{ readonly moved: number; readonly epoch: number }> {
  const { cluster, db, node, how, force, limit, progress } = request;
  const storage = storageOf(cluster, node);
  const first = await db.control({ timeoutMs: controlMs });
  if (!isMember(first.row, node, storage)) return { moved: 0, epoch: first.row.epoch };
  progress.begin(`asking the control group to let ${node} go`);
  const meant = storage === null ? {} : { storageId: storage };
  await db.leave(node, { how, force, ...meant, timeoutMs: Math.min(limit.timeoutMs, 30_000) });
  recordEvent(cluster.paths, { kind: 'leave', node, detail: { how, force } });
  let total = 0;
  let left = 0;
  const watch = new ProcessWatch(cluster, node);
  const look = await waitForControl(db, limit, ({ row }) => {
    const departure = row.departures.find((one) => one.node === node);
    left = departure?.groups.length ?? 0;
    total = Math.max(total, left);
    progress.count(`groups have let go of ${node}`, total - left, total);
    if (how === 'leaving' && departure !== undefined) watch.assertRuns();
    return !isMember(row, node, storage);
  });
  if (look !== null) {
    progress.done(`${node} is out: ${total} groups have let go of it`);
    return { moved: total, epoch: look.row.epoch };
  }
  throw notThere(limit, {
    message: `${total - left} of ${total} groups have let go of ${node}, and it goes on`,
    hint: `wait on: dsys leave ${node} --timeout 5m; dsys status shows how far it is`,
  });
}

/** The same name on another storage is another member. */
function isMember(row: ControlRow, node: string, storage: string | null): boolean {
  return row.members.some(
    (member) => member.node === node && (storage === null || member.storageId === storage),
  );
}

export function storageOf({ file }: Cluster, node: string): string | null {
  return file.members.find((member) => member.node === node)?.storageId ?? null;
}

async function howToLeave(
  cluster: Cluster,
  db: Db,
  { node, force }: { readonly node: string; readonly force: boolean },
): Promise<'leaving' | 'lost'> {
  const { row } = await db.control({ timeoutMs: controlMs });
  const runs = isRunning(cluster, node);
  // Out already, or on its way: the command is repeated to see it end.
  if (!isMember(row, node, storageOf(cluster, node))) return runs ? 'leaving' : 'lost';
  const begun = row.departures.find((departure) => departure.node === node);
  if (begun !== undefined && !force) return begun.how;
  const leaving = new Set<string>(row.departures.map((departure) => departure.node));
  const staying = row.members.filter((member) => member.node !== node && !leaving.has(member.node));
  if (staying.length === 0) throw lastMember(cluster, node);
  const report = await lookWhenCalm(cluster, db);
  if (!runs && !force) throw isDown(node);
  if (report.data.unavailable > 0) throw undecidable(report, node);
  if (!force && report.data.underReplicated > 0) throw underReplicated(report, node);
  const { replicationFactor } = row.settings;
  if (!force && staying.length < replicationFactor)
    throw tooFew({ node, staying: staying.length, replicationFactor });
  return runs ? 'leaving' : 'lost';
}

/**
 * While every node runs, what seems to be missing is on its way: a leadership that changes hands, a
 * replica that catches up after the last change. Only what stays missing is refused for.
 */
async function lookWhenCalm(cluster: Cluster, db: Db): Promise<ClusterReport> {
  const look = () => probeCluster(cluster, db, patientDeadlineMs);
  const isWhole = ({ data }: ClusterReport) => data.unavailable + data.underReplicated === 0;
  let report = await look();
  const ask = async (): Promise<true | null> => {
    if (isWhole(report) || !cluster.nodes.every((node) => isRunning(cluster, node))) return true;
    report = await look();
    return null;
  };
  await waitUntil({ ask, everyMs: pollMs, timeoutMs: calmMs });
  return report;
}

function isRunning({ paths }: Cluster, node: string): boolean {
  const record = liveProcess(paths, node);
  return record !== null && recordedProcess(record).condition === 'running';
}

/** Ends what may still run, takes it out of cluster.json, and removes its directory or keeps it. */
async function forget(cluster: Cluster, node: string, keep: boolean): Promise<string | null> {
  const { paths } = cluster;
  const record = liveProcess(paths, node);
  if (record !== null && !(await waitForCondition(record, 'gone', endsByItselfMs))) {
    signalProcess(record, 'SIGKILL');
    await waitForCondition(record, 'gone', killLimitMs);
  }
  await changeCluster(paths, (file) =>
    withoutMember(file, { node: nodeId(node), at: new Date().toISOString() }),
  );
  const kept = keep ? setAside(paths, node, 'left') : null;
  removeNode(paths, node);
  return kept;
}

/** Notices when a node that hands over is gone for longer than its removal takes to be seen. */
class ProcessWatch {
  readonly #cluster: Cluster;
  readonly #node: string;
  #goneSince: number | null = null;

  constructor(cluster: Cluster, node: string) {
    this.#cluster = cluster;
    this.#node = node;
  }

  assertRuns(): void {
    const runs = liveProcess(this.#cluster.paths, this.#node) !== null;
    const now = performance.now();
    this.#goneSince = runs ? null : (this.#goneSince ?? now);
    if (this.#goneSince === null || now - this.#goneSince < endsByItselfMs) return;
    const node = this.#node;
    throw new DsysError({
      code: 'not-running',
      message: `${node} ended while it was handing over`,
      hint:
        `start it, and it goes on: dsys start ${node}; ` +
        `or do without what only it has: dsys leave ${node} --force`,
      details: { node },
    });
  }
}

function isDown(node: string): DsysError {
  return new DsysError({
    code: 'not-running',
    message: `${node} does not run, so it can not hand over; writes at "one" that only it has would be lost`,
    hint:
      `start it: dsys start ${node}; if its disk is lost: dsys replace ${node}; ` +
      `or do without: dsys leave ${node} --force`,
    details: { node, reason: 'not-running' },
  });
}

function lastMember(cluster: Cluster, node: string): DsysError {
  return new DsysError({
    code: 'member-needed',
    message: `${node} is the last member: with it all data would go`,
    hint: `stop it: dsys down; or remove the cluster: dsys rm ${cluster.paths.name}`,
    details: { node, reason: 'last-member' },
  });
}

function undecidable({ data }: ClusterReport, node: string): DsysError {
  return new DsysError({
    code: 'unavailable',
    message: `${data.unavailable} partitions have no majority, so nothing can be decided about them`,
    hint: 'start the nodes that are down: dsys start all',
    details: { node, unavailable: data.unavailable },
  });
}

function underReplicated({ data }: ClusterReport, node: string): DsysError {
  return new DsysError({
    code: 'member-needed',
    message:
      `${data.underReplicated} partitions have fewer live copies than they should: ` +
      `${node} may have one of the last`,
    hint:
      'wait until they are whole: dsys start all, dsys wait --for converged; ' +
      'or take the risk: --force',
    details: { node, reason: 'under-replicated', underReplicated: data.underReplicated },
  });
}

function tooFew(facts: {
  readonly node: string;
  readonly staying: number;
  readonly replicationFactor: number;
}): DsysError {
  const { node, staying, replicationFactor } = facts;
  return new DsysError({
    code: 'member-needed',
    message: `without ${node} there are ${staying} nodes for ${replicationFactor} copies of each partition`,
    hint:
      `let another join first (dsys join), ask for fewer copies ` +
      `(dsys configure --replication ${staying}), or --force`,
    details: { ...facts, reason: 'too-few' },
  });
}
