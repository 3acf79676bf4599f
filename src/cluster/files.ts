// Small files that must be whole or absent: written beside their name, synced, then renamed.

import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Replaces the file atomically; 0600, its directory 0700 when it had to be made. */
export function writeFileDurably(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  replaceFile(path, text, fsyncSync);
}

/** Replaces the file atomically; for files that may be lost in a power cut. */
export function writeFileWhole(path: string, text: string): void {
  replaceFile(path, text, () => {});
}

/** On a full disk nothing half written stays beside the old file. */
function replaceFile(path: string, text: string, settle: (file: number) => void): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, 'w', 0o600);
    try {
      writeSync(file, text);
      settle(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw cause;
  }
}

/** The file's text, or null when it is not there. */
export function readTextIfAny(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (isMissing(cause)) return null;
    throw cause;
  }
}

/** The object in a JSON file; null when the file is absent or is not one JSON object. */
export function readJsonObjectIfAny(path: string): Readonly<Record<string, unknown>> | null {
  const text = readTextIfAny(path);
  if (text === null) return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function isMissing(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
}
