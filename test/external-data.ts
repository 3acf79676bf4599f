// External test data that nobody of this project wrote: read where it lies beside the checkout, or
// where DSYS_EXTERNAL_DATA points; tests that need it skip, and say so, where it is absent.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const beside = fileURLToPath(new URL('../../shared/data', import.meta.url));

export const externalData = process.env.DSYS_EXTERNAL_DATA ?? beside;
export const hasExternalData = existsSync(externalData);

export function readExternal(...path: readonly string[]): string {
  return readFileSync(join(externalData, ...path), 'utf8');
}
