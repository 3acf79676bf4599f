// Build step: starts a cluster in a directory of its own and stops it, while bin/node.cjs records
// the code that V8 makes of a node's program. Without the record nodes start a little later, so a
// machine where no cluster can start builds all the same.

import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readCluster } from '../../src/cluster/cluster.ts';
import { stopNodes } from '../../src/cluster/down.ts';
import { clusterPaths } from '../../src/cluster/home.ts';
import { packageRoot } from '../../src/cluster/package-root.ts';
import { noProgress } from '../../src/cluster/progress.ts';
import { carryOut, planUp, type UpOptions } from '../../src/cluster/up.ts';
import { interrupt, interruptible } from './interrupt.ts';

const timeoutMs = 20_000;
const dist = join(packageRoot(), 'dist');

let isRunning = false;

/** `up` that fails, or is interrupted, ends the nodes that it started. */
async function startAndStop(signal: AbortSignal): Promise<void> {
  const options: UpOptions = { name: 'recording', wait: 'ready', limit: { timeoutMs, signal } };
  await carryOut(await planUp(options), options, noProgress);
  isRunning = true;
  await stopNodes(readCluster(clusterPaths('recording')), [], timeoutMs);
  isRunning = false;
}

rmSync(join(dist, 'node.cjs.code'), { force: true });
const home = mkdtempSync(join(dist, 'recording-'));
process.env.DSYS_HOME = home;
process.env.DSYS_RECORD_CODE = '1';
// V8 takes recorded code only under the flags that it was recorded with.
delete process.env.NODE_OPTIONS;
// This is an entry of its own, as bin/ is: there is nobody else to listen.
const world: Pick<NodeJS.Process, 'once'> = process;
for (const signal of ['SIGINT', 'SIGTERM'] as const) world.once(signal, () => void interrupt());
try {
  await interruptible(startAndStop);
} catch (error) {
  const reason = error instanceof Error ? error.message : String(error);
  const left = isRunning ? `; what still runs: DSYS_HOME=${home} dsys down` : '';
  process.stderr.write(
    `nodes will start a little later, because none could be recorded: ${reason}${left}\n`,
  );
} finally {
  if (!isRunning) rmSync(home, { recursive: true });
}
