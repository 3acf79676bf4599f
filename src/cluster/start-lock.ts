// Locks between commands. One at a time starts processes of a cluster: two would each spawn a node,
// and the record of the first would be lost with its process left running. One at a time changes
// cluster.json. And a member that one command brings in or takes out is that command's until it ends.
// A lock whose holder is gone counts for nothing.

import { existsSync, linkSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DsysError } from '../errors.ts';
import { readJsonObjectIfAny, writeFileWhole } from './files.ts';
import type { ClusterPaths } from './home.ts';
import { recordedProcess } from './pid-file.ts';
import { processFacts } from './process-table.ts';
import { waitUntil } from './wait-until.ts';

const pollMs = 10;
/** Spawning takes a fraction of a second. */
const waitMs = 10_000;

/** Runs `work` alone among all commands that start nodes; waits for another that is at it. */
export function withStartLock<Result>(
  cluster: ClusterPaths,
  work: () => Promise<Result>,
): Promise<Result> {
  return withLock(cluster, { file: 'start.lock', doing: 'starting nodes' }, work);
}

/** Runs `work` alone among all commands that change cluster.json; waits for another. */
export function withMembersLock<Result>(
  cluster: ClusterPaths,
  work: () => Promise<Result>,
): Promise<Result> {
  return withLock(cluster, { file: 'members.lock', doing: 'changing the members' }, work);
}

/**
 * Takes the node for this command, and gives back how to let go of it; rejects at once when another
 * command has it.
 */
export function takeMember(cluster: ClusterPaths, node: string): () => void {
  const path = memberLock(cluster, node);
  // A lock that a dead command left is removed by the first try.
  if (!take(path) && !take(path)) throw atIt(node);
  return () => rmSync(path, { force: true });
}

/** True while another command brings the node in, or takes it out. */
export function isMemberTaken(cluster: ClusterPaths, node: string): boolean {
  const path = memberLock(cluster, node);
  return existsSync(path) && isHeld(path);
}

function memberLock(cluster: ClusterPaths, node: string): string {
  return join(cluster.root, `member-${node}.lock`);
}

async function withLock<Result>(
  cluster: ClusterPaths,
  lock: { readonly file: string; readonly doing: string },
  work: () => Promise<Result>,
): Promise<Result> {
  const path = join(cluster.root, lock.file);
  const ask = (): true | null => {
    if (!existsSync(cluster.root)) throw removed(cluster);
    return take(path) || null;
  };
  if ((await waitUntil({ ask, everyMs: pollMs, timeoutMs: waitMs })) === null)
    throw held(cluster, lock.doing);
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** The link appears whole, with its holder's name in it, or not at all. */
function take(path: string): boolean {
  const own = `${path}.${process.pid}`;
  const { startTime } = processFacts(process.pid);
  writeFileWhole(own, `${JSON.stringify({ pid: process.pid, startTime })}\n`);
  try {
    linkSync(own, path);
    return true;
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EEXIST')) throw cause;
    if (!isHeld(path)) rmSync(path, { force: true });
    return false;
  } finally {
    rmSync(own, { force: true });
  }
}

/** A lock that has gone meanwhile may be another's by now: it must not be removed. */
function isHeld(path: string): boolean {
  const holder = readJsonObjectIfAny(path);
  if (holder === null) return true;
  if (typeof holder.pid !== 'number' || typeof holder.startTime !== 'string') return false;
  const { pid, startTime } = holder;
  return recordedProcess({ pid, startTime, startedAt: 0 }).condition !== 'gone';
}

function removed({ name }: ClusterPaths): DsysError {
  return new DsysError({
    code: 'cluster-not-found',
    message: `cluster ${name} is gone: the command that made it failed, or it was removed`,
    hint: `try again: dsys up --name ${name}`,
  });
}

function held({ name }: ClusterPaths, doing: string): DsysError {
  return new DsysError({
    code: 'still-running',
    message: `another command has been ${doing} of ${name} for ${waitMs / 1000} s`,
    hint: 'see dsys status, then try again',
  });
}

function atIt(node: string): DsysError {
  return new DsysError({
    code: 'still-running',
    message: `another command is at ${node}: it joins, leaves or is replaced just now`,
    hint: 'wait until that command has ended; dsys status shows how far it is',
    details: { node },
  });
}
