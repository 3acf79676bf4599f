// What the nodes' processes wrote: their last lines, all of it, or as it comes.

import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { readTextIfAny } from './files.ts';
import { type FollowedFile, type FollowedLine, followLines } from './follow.ts';
import { type ClusterPaths, nodePaths } from './home.ts';

const tailBytes = 16 << 10;

/** The last lines of a file, without reading all of it; none when it is not there. */
export function lastLines(path: string, count: number): string[] {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) return [];
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.min(size, tailBytes));
    readSync(file, bytes, 0, bytes.length, size - bytes.length);
    return withoutEnd(bytes.toString('utf8').split('\n')).slice(-count);
  } finally {
    closeSync(file);
  }
}

/** Every line of these nodes' logs, merged by the time that a line begins with where it has one. */
export function readLogs(cluster: ClusterPaths, nodes: readonly string[]): FollowedLine[] {
  const lines = logFiles(cluster, nodes).flatMap(({ name, path }) => datedLines(name, path));
  return lines.sort((a, b) => a.at - b.at).map(({ name, line }) => ({ name, line }));
}

/** As `readLogs`, and then what is added, until `signal` aborts. */
export function followLogs(
  cluster: ClusterPaths,
  nodes: readonly string[],
  signal: AbortSignal,
): AsyncGenerator<FollowedLine> {
  return followLines(logFiles(cluster, nodes), { signal });
}

function logFiles(cluster: ClusterPaths, nodes: readonly string[]): FollowedFile[] {
  return nodes.map((name) => ({ name, path: nodePaths(cluster, name).log }));
}

interface DatedLine extends FollowedLine {
  readonly at: number;
}

/** A line without a time of its own belongs to the one before it. */
function datedLines(name: string, path: string): DatedLine[] {
  let at = 0;
  return withoutEnd((readTextIfAny(path) ?? '').split('\n')).map((line) => {
    at = timeOf(line) ?? at;
    return { name, line, at };
  });
}

/** Milliseconds of the first ISO 8601 time near the beginning of the line. */
function timeOf(line: string): number | null {
  const match = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/.exec(line.slice(0, 60));
  return match === null ? null : Date.parse(match[0]);
}

function withoutEnd(lines: string[]): string[] {
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}
