// The files that tie a node to its process: `pid` says which process it is, `last-action.json` what
// a command of ours did to it, `exit.json` why it ended by itself. A record counts only for exactly
// that pid and start time.

import { uptime } from 'node:os';
import { readJsonObjectIfAny, writeFileWhole } from './files.ts';
import type { NodePaths } from './home.ts';
import { type ProcessFacts, processFacts } from './process-table.ts';

export interface PidRecord {
  readonly pid: number;
  readonly startTime: string;
  /** Milliseconds since the epoch, when the process was spawned. */
  readonly startedAt: number;
}

export type Ending = 'stop' | 'kill';

export interface LastAction {
  readonly action: Ending;
  readonly pid: number;
  readonly startTime: string;
  readonly at: number;
  readonly signal: string;
}

export interface ExitRecord {
  readonly pid: number;
  readonly exitCode: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export function writePidRecord(paths: NodePaths, record: PidRecord): void {
  writeFileWhole(paths.pid, `${JSON.stringify(record)}\n`);
}

export function readPidRecord(paths: NodePaths): PidRecord | null {
  const found = readJsonObjectIfAny(paths.pid);
  if (typeof found?.pid !== 'number' || typeof found.startTime !== 'string') return null;
  const startedAt = typeof found.startedAt === 'number' ? found.startedAt : 0;
  return { pid: found.pid, startTime: found.startTime, startedAt };
}

/**
 * Tells later commands that this process ends because we wanted it. Written before the signal is
 * sent; false when it cannot be written. On a full disk a node must still be able to be ended.
 */
export function writeLastAction(
  paths: NodePaths,
  record: PidRecord,
  action: { readonly action: Ending; readonly signal: string },
): boolean {
  const { pid, startTime } = record;
  const text = JSON.stringify({ ...action, pid, startTime, at: Date.now() });
  try {
    writeFileWhole(paths.lastAction, `${text}\n`);
    return true;
  } catch {
    return false;
  }
}

export function readLastAction(paths: NodePaths): LastAction | null {
  const found = readJsonObjectIfAny(paths.lastAction);
  if (found === null || (found.action !== 'stop' && found.action !== 'kill')) return null;
  return {
    action: found.action,
    pid: Number(found.pid),
    startTime: String(found.startTime),
    at: Number(found.at),
    signal: String(found.signal),
  };
}

export function readExitRecord(paths: NodePaths): ExitRecord | null {
  const found = readJsonObjectIfAny(paths.exit);
  if (found === null) return null;
  return {
    pid: Number(found.pid),
    exitCode: Number(found.exitCode),
    code: String(found.code),
    message: String(found.message),
    hint: String(found.hint ?? ''),
  };
}

/** The recorded process as it is now; gone when the pid belongs to another process by now. */
export function recordedProcess(record: PidRecord): ProcessFacts {
  const facts = processFacts(record.pid);
  const same = facts.startTime === record.startTime;
  return same ? facts : { condition: 'gone', startTime: null };
}

/** True when the machine was started after the process: it did not crash, it was switched off. */
export function isFromBeforeBoot(record: PidRecord): boolean {
  const slackMs = 2000;
  return record.startedAt + slackMs < Date.now() - uptime() * 1000;
}
