// Why a node ended, when it could not write its exit.json: from the last line of its log, or from the
// disk, which is full more often than anything else goes wrong with it.

import { statfsSync } from 'node:fs';
import { type ErrorCode, errorCodes } from '../errors.ts';

export interface LastWords {
  readonly exitCode: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
}

/** Less than this is no room for a write of a log. */
const roomBytesMin = 64 << 10;

export function lastWords(line: string | undefined, directory: string): LastWords | null {
  return fatalLine(line ?? '') ?? fullDisk(directory);
}

/** What a node prints as it ends: `{"fatal":{"code","message","hint"}}`. */
function fatalLine(line: string): LastWords | null {
  if (!line.startsWith('{"fatal":')) return null;
  try {
    const { fatal } = JSON.parse(line) as {
      fatal: { code: string; message: string; hint?: string };
    };
    if (!isErrorCode(fatal.code)) return null;
    const { code, message, hint = '' } = fatal;
    return { exitCode: errorCodes[code].exit, code, message: String(message), hint: String(hint) };
  } catch {
    return null;
  }
}

function fullDisk(directory: string): LastWords | null {
  if (freeBytes(directory) >= roomBytesMin) return null;
  return {
    exitCode: errorCodes['disk-full'].exit,
    code: 'disk-full',
    message: `it ended without a word, and the disk of ${directory} is full`,
    hint: 'free some space, then start the node again: dsys start',
  };
}

function freeBytes(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorCodes, code);
}
