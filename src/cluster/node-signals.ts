// Signals to one node's process, each with proof: the function returns when the operating system
// shows the effect. That an end was wanted is written down before the signal is sent, so that no
// status calls it a crash.

import { DsysError } from '../errors.ts';
import type { Cluster } from './cluster.ts';
import { nodePaths } from './home.ts';
import { liveProcess, type SignalName, signalProcess, waitForCondition } from './node-process.ts';
import { type PidRecord, recordedProcess, writeLastAction } from './pid-file.ts';

type Located = Pick<Cluster, 'paths'>;

/** The kernel does it in milliseconds; a process in uninterruptible disk wait may take longer. */
const effectLimitMs = 5000;
const harmless: readonly SignalName[] = ['SIGCONT', 'SIGUSR1', 'SIGUSR2', 'SIGHUP', 'SIGWINCH'];

/** Ends the process with that signal, SIGKILL by default; its pid. */
export async function killNode(
  cluster: Located,
  node: string,
  signal: SignalName,
): Promise<number> {
  if (signal === 'SIGSTOP') return pauseNode(cluster, node);
  const record = expectProcess(cluster, node);
  if (!harmless.includes(signal)) {
    writeLastAction(nodePaths(cluster.paths, node), record, { action: 'kill', signal });
  }
  signalProcess(record, signal);
  if (!harmless.includes(signal)) await expectGone(node, record, effectLimitMs);
  return record.pid;
}

/** Asks the process to drain and stop, waking it first when it is paused; its pid. */
export async function endNode(cluster: Located, node: string, timeoutMs: number): Promise<number> {
  const record = expectProcess(cluster, node);
  const paths = nodePaths(cluster.paths, node);
  writeLastAction(paths, record, { action: 'stop', signal: 'SIGTERM' });
  const paused = recordedProcess(record).condition === 'paused';
  signalProcess(record, 'SIGTERM');
  if (paused) signalProcess(record, 'SIGCONT');
  await expectGone(node, record, timeoutMs);
  return record.pid;
}

/** Stops the process where it is; its pid. */
export async function pauseNode(cluster: Located, node: string): Promise<number> {
  const record = expectProcess(cluster, node);
  signalProcess(record, 'SIGSTOP');
  await waitForCondition(record, 'paused', effectLimitMs);
  return record.pid;
}

/** Lets a paused process go on; its pid. */
export async function resumeNode(cluster: Located, node: string): Promise<number> {
  const record = expectProcess(cluster, node);
  signalProcess(record, 'SIGCONT');
  await waitForCondition(record, 'running', effectLimitMs);
  return record.pid;
}

function expectProcess(cluster: Located, node: string): PidRecord {
  const record = liveProcess(cluster.paths, node);
  if (record !== null) return record;
  throw new DsysError({
    code: 'not-running',
    message: `${node} is not running`,
    hint: `start it: dsys start ${node}`,
    details: { node },
  });
}

async function expectGone(node: string, record: PidRecord, timeoutMs: number): Promise<void> {
  if (await waitForCondition(record, 'gone', timeoutMs)) return;
  throw new DsysError({
    code: 'still-running',
    message: `${node} (pid ${record.pid}) has not ended after ${timeoutMs / 1000} s`,
    hint: `wait longer (--timeout 60s), or end it hard: dsys kill ${node}`,
    details: { node, pid: record.pid },
  });
}
