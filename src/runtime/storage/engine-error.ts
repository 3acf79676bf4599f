// What the engine says when it can not be opened or read, as the error that a user sees.

import { DsysError } from '../../errors.ts';
import { codesOf, corrupt, diskError, messageOf } from './failure.ts';

/**
 * `directory` is the node's, `location` the engine's; `finding` is the damage seen before it
 * opened.
 */
export function engineOpenError(
  { directory, location }: { readonly directory: string; readonly location: string },
  cause: unknown,
  finding: string | null = null,
): DsysError {
  if (cause instanceof DsysError && finding === null) return cause;
  const codes = codesOf(cause);
  if (codes.includes('LEVEL_LOCKED')) return locked(directory, cause);
  const why = messageOf(cause);
  if (/\b(ENOSPC|EIO|EROFS|EACCES|EMFILE)\b|No space left|Input\/output|denied/i.test(why)) {
    return diskError(cause);
  }
  return corrupt(directory, `${finding ?? `${location} is damaged`}: ${why}`, cause);
}

function locked(directory: string, cause: unknown): DsysError {
  return new DsysError({
    code: 'storage-locked',
    message: `another process uses ${directory}`,
    hint: 'the node is running already: dsys status',
    cause,
  });
}
