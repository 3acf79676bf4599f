// Node processes that no cluster of this DSYS_HOME knows, though their directory is in it: left by
// a command that was ended in the wrong moment, or by a directory that was removed under them.

import { readdirSync } from 'node:fs';
import { allClusters } from './cluster.ts';
import { homeDirectory } from './home.ts';
import { isNodeCommand, liveProcess } from './node-process.ts';
import { processCommand, processFacts } from './process-table.ts';

export interface Orphan {
  readonly pid: number;
  readonly command: string;
}

/** Only on systems with /proc; elsewhere none are found. */
export function findOrphans(): Orphan[] {
  const known = knownPids();
  const ours = ` --home ${homeDirectory()}/`;
  return listPids().flatMap((pid) => {
    if (known.has(pid) || processFacts(pid).condition === 'gone') return [];
    const command = processCommand(pid) ?? '';
    return isNodeCommand(command) && command.includes(ours) ? [{ pid, command }] : [];
  });
}

function knownPids(): Set<number> {
  const records = allClusters().flatMap(({ paths, nodes }) =>
    nodes.map((node) => liveProcess(paths, node)?.pid ?? 0),
  );
  return new Set(records);
}

function listPids(): number[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}
