// Build step: starts a cluster in a directory of its own and stops it, while bin/node.cjs records
// the code that V8 made of a node's program. Without the record nodes start a little later, so a
// machine where no cluster can start builds all the same.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../../src/cluster/package-root.ts';

const limitMs = 30_000;

const home = mkdtempSync(join(tmpdir(), 'dsys-build-'));
const env = { ...process.env, DSYS_HOME: home, DSYS_RECORD_CODE: '1' };

function dsys(...args: readonly string[]): void {
  const entry = join(packageRoot(), 'bin', 'dsys.js');
  execFileSync(process.execPath, [entry, ...args], { env, stdio: 'pipe', timeout: limitMs });
}

function playOut(): void {
  dsys('up', '--nodes', '3');
  try {
    dsys('put', 'key', 'value');
  } finally {
    dsys('down');
  }
}

rmSync(join(packageRoot(), 'dist', 'node.cjs.code'), { force: true });
try {
  playOut();
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`no cluster could start, so nodes will start a little later: ${reason}\n`);
} finally {
  rmSync(home, { recursive: true, force: true });
}
