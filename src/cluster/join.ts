// `dsys join`: a new node comes in. The order makes a broken off join repeatable: name, keys and
// storage are on the disk before anybody hears of them; the control group commits the member; then
// cluster.json has it; then its process is started. Ready is: it answers, and votes in every group
// that it should hold.

import type { Db } from '../client/api.ts';
import type { Member } from '../core/model/member.ts';
import { DsysError } from '../errors.ts';
import { type ClusterFile, withMember } from '../wire/cluster-file.ts';
import { type Cluster, changeCluster } from './cluster.ts';
import { withConnection } from './connection.ts';
import { recordEvent } from './events.ts';
import { type Draft, draftJoin } from './member-draft.ts';
import { isInPlace, type NodeMoves, nodeMoves } from './moves.ts';
import { markJoined, removeNode } from './new-member.ts';
import { liveProcess } from './node-process.ts';
import { notThere, waitForPlacement } from './placement-look.ts';
import type { Progress } from './progress.ts';
import { bringUp } from './start.ts';
import type { Limit } from './start-nodes.ts';

export interface JoinOptions {
  readonly name: string | null;
  readonly zone: string;
  readonly wait: 'ready' | 'none';
  readonly limit: Limit;
}

export interface Joined {
  readonly node: string;
  readonly pid: number;
  readonly address: string;
  readonly zone: string;
  readonly storageId: string;
  /** Replicas of partitions that it has taken over. */
  readonly moved: number;
  readonly total: number;
  /** Of the placement; null when it was not waited for. */
  readonly epoch: number | null;
  /** Where an older directory of that name went. */
  readonly kept: string | null;
  readonly durationMs: number;
}

const startLimitMs = 30_000;

export async function joinNode(
  cluster: Cluster,
  options: JoinOptions,
  progress: Progress,
): Promise<Joined> {
  const startedAt = performance.now();
  const draft = await draftJoin(cluster.paths, options.name, options.zone);
  try {
    const joined = await withConnection(cluster, (db) =>
      admit({ cluster, db, draft, ...options, progress }),
    );
    return { ...joined, durationMs: Math.round(performance.now() - startedAt) };
  } finally {
    draft.letGo();
  }
}

export interface Admission {
  readonly cluster: Cluster;
  readonly db: Db;
  readonly draft: Draft;
  readonly wait: 'ready' | 'none';
  readonly limit: Limit;
  readonly progress: Progress;
}

type Change = (file: ClusterFile, member: Member) => ClusterFile;

/** From the draft to a member that holds what it should. */
export async function admit(
  admission: Admission,
  change: Change = withMember,
): Promise<Omit<Joined, 'durationMs'>> {
  const { draft, db, progress } = admission;
  const { name, member, kept } = draft;
  progress.begin(`asking the control group to take ${name} in`);
  await propose(admission);
  const cluster = await changeCluster(admission.cluster.paths, (file) =>
    isThere(file, member) ? file : change(file, member),
  );
  recordEvent(cluster.paths, { kind: 'join', node: name, detail: { storageId: member.storageId } });
  progress.done(`${name} is a member (${member.addresses.client})`);
  progress.begin(`starting ${name}`);
  const running = liveProcess(cluster.paths, name)?.pid;
  const pid = running ?? (await bringUp(cluster, [name], startLimitMs)).get(name) ?? 0;
  if (running === undefined) progress.done(`${name} started (pid ${pid})`);
  const { zone, storageId, addresses } = member;
  const facts = { node: name, pid, address: addresses.client, zone, storageId, kept };
  if (admission.wait === 'none') {
    markJoined(cluster.paths, name);
    return { ...facts, moved: 0, total: 0, epoch: null };
  }
  const { moves, epoch } = await waitInPlace({ ...admission, cluster }, db);
  markJoined(cluster.paths, name);
  const { moved, total } = moves;
  recordEvent(cluster.paths, { kind: 'joined', node: name, detail: { moved, epoch } });
  progress.done(`${moved} of ${total} replicas moved to ${name}`);
  return { ...facts, moved, total, epoch };
}

function isThere({ members }: ClusterFile, { node, storageId }: Member): boolean {
  return members.some((member) => member.node === node && member.storageId === storageId);
}

/** What certainly came to nothing leaves nothing behind. */
async function propose({ cluster, db, draft, limit }: Admission): Promise<void> {
  try {
    await db.join(draft.member, { timeoutMs: Math.min(limit.timeoutMs, startLimitMs) });
  } catch (cause) {
    const failed = cause instanceof DsysError && cause.outcome === 'failed';
    const isMember = cluster.nodes.includes(draft.name);
    if (failed && draft.isNew && !isMember) removeNode(cluster.paths, draft.name);
    throw cause;
  }
}

async function waitInPlace(
  { cluster, draft, limit, progress }: Admission,
  db: Db,
): Promise<{ readonly moves: NodeMoves; readonly epoch: number }> {
  const { name } = draft;
  let moves: NodeMoves = { node: name, moved: 0, total: 0 };
  let told = -1;
  const look = await waitForPlacement(db, limit, ({ row, views }) => {
    moves = nodeMoves(row, views, name);
    const { moved, total } = moves;
    progress.count(`replicas moved to ${name}`, moved, total);
    const quarter = Math.floor((4 * moved) / Math.max(1, total));
    if (quarter > told) recordEvent(cluster.paths, { kind: 'moves', node: name, detail: moves });
    told = Math.max(told, quarter);
    return isInPlace(row, views, name);
  });
  if (look !== null) return { moves, epoch: look.row.epoch };
  const { moved, total } = moves;
  throw notThere(limit, {
    message: `${name} has ${moved} of its ${total} replicas, and goes on`,
    hint: `wait on: dsys join ${name} --timeout 5m, or dsys wait --for converged`,
  });
}
