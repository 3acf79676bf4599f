// Files that a person keeps: the plan of a run that failed, and plans that are played again.

import { accessSync, constants, statSync } from 'node:fs';
import { join } from 'node:path';
import { DsysError } from '../errors.ts';
import { readTextIfAny, writeFileWhole } from './files.ts';

/** Where a failure's plan is kept: named by its seed, whatever characters that has. */
export function planPath(directory: string, seed: string): string {
  return join(directory, `sim-${seed.replace(/[^A-Za-z0-9._-]/g, '_')}.json`);
}

export function writePlanFile(path: string, text: string): void {
  writeFileWhole(path, text);
}

/** Throws `invalid-argument` unless files can be made in it. */
export function expectDirectory(path: string, flag: string): void {
  try {
    accessSync(path, constants.W_OK);
    if (statSync(path).isDirectory()) return;
  } catch (cause) {
    throw notUsable(path, flag, cause);
  }
  throw notUsable(path, flag, new Error('it is a file'));
}

/** Throws `invalid-argument` when there is no such file, or it can not be read. */
export function readPlanFile(path: string): string {
  const text = readable(path);
  if (text !== null) return text;
  throw new DsysError({
    code: 'invalid-argument',
    message: `expected a plan in ${path}; found no such file`,
    hint: 'name a file that dsys sim wrote when a seed failed',
  });
}

function readable(path: string): string | null {
  try {
    return readTextIfAny(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DsysError({
      code: 'invalid-argument',
      message: `expected a readable file; found ${why}`,
      hint: 'name one file that you may read',
      cause,
    });
  }
}

function notUsable(path: string, flag: string, cause: unknown): DsysError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DsysError({
    code: 'invalid-argument',
    message: `${flag}: expected a directory of yours; found ${path} (${why})`,
    hint: 'name a directory in which you may write',
    cause,
  });
}
