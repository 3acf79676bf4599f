// Where dsys itself is installed: the directory with its package.json, the same from source and
// from dist.

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert } from '../core/model/assert.ts';

/** The nearest directory above this file that has a package.json. */
export function packageRoot(): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json'))) {
    const parent = dirname(directory);
    assert(parent !== directory, 'dsys must be installed with its package.json');
    directory = parent;
  }
  return directory;
}

/** The program of one node's process. */
export function nodeProgram(): string {
  return join(packageRoot(), 'bin', 'node.cjs');
}
