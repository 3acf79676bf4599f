// Which bytes a data directory holds. Written into every segment of the log and into the engine's
// mark, and read before anything else: data of another build is not damaged, and is not called so.

import { basename, dirname } from 'node:path';
import { DsysError } from '../../errors.ts';

/**
 * Raised when a build could not read the rows, the records or the blocks of the one before.
 * 2: session rows end with the greatest time that their client named; marks end with this number.
 */
export const storageFormat = 2;

/** `directory` is the node's, `path` what was read in it. */
export function checkFormat(found: number, directory: string, path: string): void {
  if (found === storageFormat) return;
  const cluster = basename(dirname(directory));
  throw new DsysError({
    code: 'storage-format',
    message:
      `${path} was written by another version of dsys: ` +
      `expected format ${storageFormat}, found format ${found}`,
    hint: `run the version that wrote it, or begin anew: dsys rm ${cluster}, then dsys up --name ${cluster}`,
    details: { expected: storageFormat, found },
  });
}
