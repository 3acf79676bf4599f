// One node's process: spawn it, signal it, wait until it is gone. A signal goes only to the very
// process that the pid file names (pid and start time), never to a later one that happens to have
// the pid.

import { mkdirSync, rmSync } from 'node:fs';
import { DsysError } from '../errors.ts';
import { spawnDetached } from './child-process.ts';
import type { ClusterPaths } from './home.ts';
import { nodePaths } from './home.ts';
import { nodeProgram } from './package-root.ts';
import { type PidRecord, readPidRecord, recordedProcess, writePidRecord } from './pid-file.ts';
import { type ProcessCondition, processFacts } from './process-table.ts';
import { pause } from './wait-until.ts';

export type SignalName = NodeJS.Signals;

/** How often a process's end is looked for. */
const pollMs = 5;
const unrecordedLimitMs = 5000;

/**
 * Without the certificates that other programs of the user need: Node reads them all before it does
 * anything else, which is as long as the rest of its start, and a node of dsys speaks no TLS.
 */
function nodeEnvironment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _, ...others } = process.env;
  return others;
}

/**
 * Starts the node's process and records it. It gets no flags of V8: with any, Node compiles all of its
 * own modules anew at each start (decision 006). Returns at once; the node may still fail. A process that
 * cannot be recorded (a full disk) is ended: no later command could find it.
 */
export async function spawnNode(cluster: ClusterPaths, node: string): Promise<PidRecord> {
  const paths = nodePaths(cluster, node);
  mkdirSync(paths.root, { recursive: true, mode: 0o700 });
  for (const old of [paths.exit, paths.lastAction]) rmSync(old, { force: true });
  const args = [nodeProgram(), '--home', cluster.root, '--node', node];
  const pid = spawnDetached({ args, log: paths.log, cwd: cluster.root, env: nodeEnvironment() });
  const startTime = pid === null ? null : processFacts(pid).startTime;
  if (pid === null || startTime === null) throw spawnFailed(node, paths.log);
  const record = { pid, startTime, startedAt: Date.now() };
  try {
    writePidRecord(paths, record);
  } catch (cause) {
    signalProcess(record, 'SIGKILL');
    await waitForCondition(record, 'gone', unrecordedLimitMs);
    throw cause;
  }
  return record;
}

/** True for the command line of a node of any cluster, perhaps of another DSYS_HOME. */
export function isNodeCommand(command: string): boolean {
  return /node\.cjs --home \S.* --node \S+$/.test(command.trim());
}

/** The node's process if it is there now, running or paused. */
export function liveProcess(cluster: ClusterPaths, node: string): PidRecord | null {
  const record = readPidRecord(nodePaths(cluster, node));
  return record !== null && recordedProcess(record).condition !== 'gone' ? record : null;
}

/** Sends the signal; false when the process was gone already. */
export function signalProcess(record: PidRecord, signal: SignalName): boolean {
  if (recordedProcess(record).condition === 'gone') return false;
  try {
    return process.kill(record.pid, signal);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ESRCH') return false;
    throw cause;
  }
}

/** Resolves to true as soon as the process is in that condition, to false when the time is over. */
export async function waitForCondition(
  record: PidRecord,
  wanted: ProcessCondition,
  timeoutMs: number,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (recordedProcess(record).condition !== wanted) {
    if (Date.now() >= deadline) return false;
    await pause(pollMs);
  }
  return true;
}

function spawnFailed(node: string, log: string): DsysError {
  return new DsysError({
    code: 'start-failed',
    message: `the process of ${node} could not be started`,
    hint: `see ${log}; dsys doctor checks this machine`,
  });
}
