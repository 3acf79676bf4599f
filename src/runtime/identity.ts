// Who a data directory belongs to. A node whose disk is not the one that the cluster knows is not
// that member: with an empty log it could vote twice in one term. The same disk as it was some
// starts ago is no better: it has forgotten votes. So the node refuses to start and says how to
// replace it.

import { open, readFile, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ClusterId, Incarnation, NodeId, StorageId } from '../core/model/ids.ts';
import { incarnation } from '../core/model/ids.ts';
import { limits } from '../core/model/limits.ts';
import { DsysError, type ErrorCode } from '../errors.ts';
import { formatIdentityFile, type IdentityFile, parseIdentityFile } from '../wire/identity-file.ts';
import { createLog, hasLog } from './storage/creation.ts';
import { diskError } from './storage/failure.ts';
import { realFiles, syncDirectory } from './storage/files.ts';

/** What cluster.json says about this node. */
export interface ExpectedIdentity {
  readonly clusterId: ClusterId;
  readonly node: NodeId;
  readonly storageId: StorageId;
}

/**
 * Counts one more start of the node, durably, before anything else sees it. Rejects with
 * `storage-wiped`, `storage-foreign`, `storage-restored`, `storage-corrupt`, or as the disk does;
 * then nothing was changed.
 */
export async function openIdentity(
  directory: string,
  expected: ExpectedIdentity,
): Promise<{ readonly incarnation: Incarnation }> {
  const path = join(directory, 'identity.json');
  const found = await readIdentity(directory, path, expected);
  checkOwner(directory, expected, found);
  await checkAge(directory, found);
  const next = incarnation(found.incarnation + 1);
  try {
    await checkLog(directory, found);
    const text = formatIdentityFile({ ...found, incarnation: next });
    await writeDurably(path, text);
    // After it: a crash between the two leaves a witness that knows one start less.
    await writeDurably(witnessOf(directory), text);
  } catch (cause) {
    throw cause instanceof DsysError ? cause : diskError(cause);
  }
  return { incarnation: next };
}

async function readIdentity(
  directory: string,
  path: string,
  expected: ExpectedIdentity,
): Promise<IdentityFile> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    if (!isMissing(cause)) throw diskError(cause);
    const message = `${path} is missing, but the cluster knows storage ${expected.storageId}`;
    throw refusal({ code: 'storage-wiped', directory, message, cause });
  }
  try {
    return parseIdentityFile(text, path);
  } catch (cause) {
    throw refusal({ code: 'storage-corrupt', directory, message: damageOf(cause), cause });
  }
}

function checkOwner(directory: string, expected: ExpectedIdentity, found: IdentityFile): void {
  const path = join(directory, 'identity.json');
  for (const field of ['clusterId', 'node', 'storageId'] as const) {
    if (found[field] === expected[field]) continue;
    const message = `${path}: expected ${field} ${expected[field]}, found ${found[field]}`;
    throw refusal({ code: 'storage-foreign', directory, message });
  }
}

/**
 * The last start is written down outside the node's directory too, so that a copy of the directory
 * that is older than that start does not pass for it. Blind to one thing: a copy that was made
 * since the last start, and is put back before the next.
 */
function witnessOf(directory: string): string {
  return join(dirname(directory), `${basename(directory)}.started.json`);
}

async function checkAge(directory: string, found: IdentityFile): Promise<void> {
  const path = witnessOf(directory);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    if (isMissing(cause)) return null;
    throw diskError(cause);
  });
  // None before the first start, nor when a cluster's directory was put together from its nodes'.
  if (text === null) return;
  const last = parseWitness(text, path);
  if (last.storageId !== found.storageId || found.incarnation >= last.incarnation) return;
  const message =
    `${directory} is an older copy: it has started ${found.incarnation} times, ` +
    `but ${path} knows of ${last.incarnation} starts`;
  const hint = `it has forgotten votes: put the newest back, or dsys replace ${basename(directory)}`;
  throw new DsysError({ code: 'storage-restored', message, hint });
}

function parseWitness(text: string, path: string): IdentityFile {
  try {
    return parseIdentityFile(text, path);
  } catch (cause) {
    const message = damageOf(cause);
    const hint = 'if the directory of the node is no older copy of itself, remove this file';
    throw new DsysError({ code: 'storage-corrupt', message, hint, cause });
  }
}

/** The parser names the file itself. */
function damageOf(cause: unknown): string {
  return `damaged file: ${cause instanceof Error ? cause.message : String(cause)}`;
}

/**
 * The first start makes the log before it is counted; so every later one must find it. A name that
 * had another disk before counts on from a multiple of `startsMax` (core/control/departures.ts).
 */
async function checkLog(directory: string, { incarnation: counted }: IdentityFile): Promise<void> {
  const starts = counted % limits.startsMax;
  if (starts === 0) return createLog(realFiles, directory);
  if (await hasLog(realFiles, directory)) return;
  const message = `${join(directory, 'wal')} has no log, but the node has started ${starts} times`;
  throw refusal({ code: 'storage-wiped', directory, message });
}

/** A crash leaves the old text or the new one. */
async function writeDurably(path: string, text: string): Promise<void> {
  const draft = `${path}.new`;
  const handle = await open(draft, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, path);
  await syncDirectory(dirname(path));
}

function refusal(options: {
  readonly code: ErrorCode;
  readonly directory: string;
  readonly message: string;
  readonly cause?: unknown;
}): DsysError {
  const { code, directory, message, cause } = options;
  const hint = `this node must not vote: replace it: dsys replace ${basename(directory)}`;
  return new DsysError({ code, message, hint, cause });
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR';
}
