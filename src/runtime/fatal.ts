// The end of a node that can not go on: says why in its log, on stderr for whoever spawned it, and
// in exit.json for whoever finds it gone.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvariantError } from '../core/model/assert.ts';
import { DsysError, exitCodes } from '../errors.ts';

export interface ExitReport {
  readonly at: string;
  readonly pid: number;
  readonly exitCode: number;
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** Turns anything thrown into a report; only a DsysError is expected, all else is a bug in dsys. */
export function reportOf(error: unknown): ExitReport {
  const base = { at: new Date().toISOString(), pid: process.pid };
  if (error instanceof DsysError) {
    const { exitCode, code, message, hint } = error;
    return { ...base, exitCode, code, message, hint };
  }
  const kind = error instanceof InvariantError ? 'broken invariant' : 'unexpected error';
  return {
    ...base,
    exitCode: exitCodes.bug,
    code: 'internal',
    message: `${kind}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    hint: 'please report this with the node.log beside it',
  };
}

/** True: the cluster goes on without this node, which may stop in peace. */
export function isRemoval(error: unknown): boolean {
  return error instanceof DsysError && error.code === 'member-removed';
}

export function cleanExit(): ExitReport {
  const at = new Date().toISOString();
  return {
    at,
    pid: process.pid,
    exitCode: 0,
    code: 'stopped',
    message: 'stopped on request',
    hint: '',
  };
}

/** Best effort: on a full disk the report itself may not fit; stderr still has it. */
export function leaveReport(directory: string, report: ExitReport): void {
  try {
    writeFileSync(join(directory, 'exit.json'), `${JSON.stringify(report)}\n`);
  } catch (error) {
    process.stderr.write(`exit.json can not be written: ${String(error)}\n`);
  }
}
