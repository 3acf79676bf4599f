// Who listens on a TCP port. On Linux: the socket's inode from /proc/net/tcp, then the process that
// has it open. Where that finds nothing (another system, another user's process): `lsof`. Best
// effort; null when nobody can tell.

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { runProgram } from './child-process.ts';
import { processCommand } from './process-table.ts';

export interface Occupant {
  readonly pid: number;
  readonly command: string;
}

export async function portOccupant(port: number): Promise<Occupant | null> {
  const pid =
    (process.platform === 'linux' ? pidFromProc(port) : null) ?? (await pidFromLsof(port));
  if (pid === null) return null;
  return { pid, command: processCommand(pid) ?? 'unknown command' };
}

/** Inodes of listening sockets on `port` in the text of /proc/net/tcp or tcp6. */
export function listeningInodes(table: string, port: number): string[] {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const listening = '0A';
  return table
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === listening)
    .flatMap((fields) => fields[9] ?? []);
}

function pidFromProc(port: number): number | null {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map(readText);
  const inodes = new Set(tables.flatMap((table) => listeningInodes(table, port)));
  if (inodes.size === 0) return null;
  const pids = listDirectory('/proc').filter((name) => /^\d+$/.test(name));
  const owner = pids.find((pid) => hasSocket(pid, inodes));
  return owner === undefined ? null : Number(owner);
}

function hasSocket(pid: string, inodes: ReadonlySet<string>): boolean {
  return listDirectory(`/proc/${pid}/fd`).some((fd) => {
    const match = /^socket:\[(\d+)\]$/.exec(readLink(`/proc/${pid}/fd/${fd}`));
    return match?.[1] !== undefined && inodes.has(match[1]);
  });
}

async function pidFromLsof(port: number): Promise<number | null> {
  const args = ['-nP', `-iTCP:${port}`, '-sTCP:LISTEN', '-t'];
  const { output } = await runProgram({ file: 'lsof', args, timeoutMs: 2000 });
  const pid = Number(output.split('\n')[0]);
  return Number.isInteger(pid) && pid > 0 ? pid : null;
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function listDirectory(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function readLink(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
