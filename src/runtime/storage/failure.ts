// What a disk can do to a node, as the errors that a user sees. The first failure of a write is
// final: after a failed fsync nobody knows what the disk holds, so nothing is tried again and all
// that follows is refused.

import { basename } from 'node:path';
import { DsysError } from '../../errors.ts';

/**
 * Latched by whoever sees a failed write first; shared by the log and the engine of one storage.
 */
export class DiskFailure {
  #error: unknown = null;

  get error(): unknown {
    return this.#error;
  }

  /**
   * Returns the failure that counts: the first. What no disk said is a bug, and stays what it is.
   */
  latch(cause: unknown): unknown {
    this.#error ??= codesOf(cause).length === 0 ? cause : diskError(cause);
    return this.#error;
  }

  check(): void {
    if (this.#error !== null) throw this.#error;
  }
}

export function diskError(cause: unknown): DsysError {
  if (cause instanceof DsysError) return cause;
  const why = messageOf(cause);
  const full = /ENOSPC|EDQUOT|No space left|Disk quota/i.test(why);
  return new DsysError({
    code: full ? 'disk-full' : 'disk-failed',
    message: full
      ? `the disk is full: ${why}; what was acknowledged is safe`
      : `the disk reported an error: ${why}; the node stopped at once, what was acknowledged is safe`,
    hint: full
      ? 'free some space, then start the node again: dsys start'
      : 'look at the disk (dmesg); start the node again or replace it',
    cause,
  });
}

/** `directory` is the node's own: its last part is the node's name. */
export function corrupt(directory: string, message: string, cause?: unknown): DsysError {
  return new DsysError({
    code: 'storage-corrupt',
    message,
    hint: `this node must not vote: replace it: dsys replace ${basename(directory)}`,
    cause,
  });
}

/** The engine hides the operating system's words in the cause. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause === undefined ? error.message : `${error.message}: ${messageOf(cause)}`;
}

/** Codes of the error and of its causes: the operating system's, the engine's. */
export function codesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const { code } = error as { code?: unknown };
  return [...(typeof code === 'string' ? [code] : []), ...codesOf(error.cause)];
}
