// One command at a time starts processes of a cluster: two would each spawn a node, and the record of
// the first would be lost with its process left running. A lock whose holder is gone counts for nothing.

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

/** Runs `work` alone among all commands; waits for another that is at it. */
export async function withStartLock<Result>(
  cluster: ClusterPaths,
  work: () => Promise<Result>,
): Promise<Result> {
  const path = join(cluster.root, 'start.lock');
  const ask = (): true | null => {
    if (!existsSync(cluster.root)) throw removed(cluster);
    return take(path) || null;
  };
  if ((await waitUntil({ ask, everyMs: pollMs, timeoutMs: waitMs })) === null) throw held(cluster);
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

function held({ name }: ClusterPaths): DsysError {
  return new DsysError({
    code: 'still-running',
    message: `another command has been starting nodes of ${name} for ${waitMs / 1000} s`,
    hint: 'see dsys status, then try again',
  });
}
