// What the operating system knows of a process. On Linux from /proc; elsewhere from `ps`. A process
// is named by pid AND start time, because pids are used again.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** `gone` includes zombies: nothing runs there any more. */
export type ProcessCondition = 'running' | 'paused' | 'gone';

export interface ProcessFacts {
  readonly condition: ProcessCondition;
  /** Opaque; equal for the same process only. null when gone. */
  readonly startTime: string | null;
}

const gone: ProcessFacts = { condition: 'gone', startTime: null };

/** Looks at one process now. */
export function processFacts(pid: number): ProcessFacts {
  return process.platform === 'linux' ? factsFromProc(pid) : factsFromPs(pid);
}

/** The command line of a process as one line, or null when it cannot be read. */
export function processCommand(pid: number): string | null {
  if (process.platform !== 'linux') return ps(pid, 'command=');
  const text = readProc(`/proc/${pid}/cmdline`);
  return text === null ? null : oneLine(text.split('\0').join(' ')) || readComm(pid);
}

/** Fields of `/proc/<pid>/stat`: the name in parentheses may itself hold spaces and parentheses. */
export function parseProcStat(stat: string): ProcessFacts {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const state = fields[0] ?? '';
  const startTime = fields[19];
  if (startTime === undefined || /[ZXx]/.test(state)) return gone;
  return { condition: /[Tt]/.test(state) ? 'paused' : 'running', startTime };
}

function factsFromProc(pid: number): ProcessFacts {
  const stat = readProc(`/proc/${pid}/stat`);
  return stat === null ? gone : parseProcStat(stat);
}

function factsFromPs(pid: number): ProcessFacts {
  const line = ps(pid, 'state=,lstart=');
  const match = line === null ? null : /^(\S+)\s+(.+)$/.exec(line);
  if (match?.[1] === undefined || match[2] === undefined || match[1].startsWith('Z')) return gone;
  return { condition: match[1].startsWith('T') ? 'paused' : 'running', startTime: match[2] };
}

function readProc(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function readComm(pid: number): string | null {
  return readProc(`/proc/${pid}/comm`)?.trim() ?? null;
}

function ps(pid: number, columns: string): string | null {
  try {
    const args = ['-p', String(pid), '-o', columns];
    return execFileSync('ps', args, { encoding: 'utf8', stdio: 'pipe' }).trim() || null;
  } catch {
    return null;
  }
}
