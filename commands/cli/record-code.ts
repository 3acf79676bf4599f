// Build step: starts a cluster in a directory of its own and stops it, while bin/node.cjs records
// the code that V8 makes of a node's program. Without the record nodes start a little later, so a
// machine where no cluster can start builds all the same.

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { readCluster } from '../../src/cluster/cluster.ts';
import { stopNodes } from '../../src/cluster/down.ts';
import { clusterPaths } from '../../src/cluster/home.ts';
import { packageRoot } from '../../src/cluster/package-root.ts';
import { noProgress } from '../../src/cluster/progress.ts';
import { carryOut, planUp, type UpOptions } from '../../src/cluster/up.ts';

const timeoutMs = 20_000;
const home = join(packageRoot(), 'dist', 'recording');

/** When it fails, no node is left: `up` ends those that it started. */
async function startAndStop(): Promise<void> {
  const options: UpOptions = { name: 'recording', wait: 'ready', limit: { timeoutMs } };
  await carryOut(await planUp(options), options, noProgress);
  await stopNodes(readCluster(clusterPaths('recording')), [], timeoutMs);
}

process.env.DSYS_HOME = home;
process.env.DSYS_RECORD_CODE = '1';
for (const old of [home, join(packageRoot(), 'dist', 'node.cjs.code')])
  rmSync(old, { recursive: true, force: true });
try {
  await startAndStop();
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`no cluster could start, so nodes will start a little later: ${reason}\n`);
} finally {
  rmSync(home, { recursive: true, force: true });
}
