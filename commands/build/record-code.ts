// Build step: uses a cluster for a moment, in a directory of its own, while bin/recorded.cjs records
// the code that V8 makes of the programs. Without the record they start a little later, so a machine
// where no cluster can start builds all the same.

import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../../src/cluster/child-process.ts';
import { packageRoot } from '../../src/cluster/package-root.ts';

const limitMs = 30_000;
const dist = join(packageRoot(), 'dist');
const programs = ['dsys.cjs', 'node.cjs'];
/** What users type most: only what has run is recorded. */
const session = ['put key value', 'get key', 'status'];

let interrupted = false;
let running = false;

/** null: it went well; else what it said. */
async function dsys(line: string): Promise<string | null> {
  if (interrupted && line !== 'down') return 'interrupted';
  const args = [join(packageRoot(), 'bin', 'dsys.js'), ...line.split(' ')];
  const { ok, output } = await runProgram({ file: process.execPath, args, timeoutMs: limitMs });
  return ok ? null : `dsys ${line}: ${output}`;
}

/** `up` that fails, or is interrupted, ends the nodes that it started. */
async function record(): Promise<string | null> {
  let failure = await dsys('up --nodes 3');
  if (failure !== null) return failure;
  running = true;
  for (const line of session) failure ??= await dsys(line);
  const left = await dsys('down');
  running = left !== null;
  return failure ?? left;
}

for (const program of programs) rmSync(join(dist, `${program}.code`), { force: true });
const home = mkdtempSync(join(dist, 'recording-'));
process.env.DSYS_HOME = home;
process.env.DSYS_RECORD_CODE = '1';
// V8 takes recorded code only under the flags that it was recorded with.
delete process.env.NODE_OPTIONS;
// This is an entry of its own, as bin/ is: there is nobody else to listen.
const world: Pick<NodeJS.Process, 'once'> = process;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  world.once(signal, () => {
    interrupted = true;
  });
}
const failure = await record();
if (failure !== null) {
  const left = running ? `\nwhat still runs: DSYS_HOME=${home} dsys down` : '';
  process.stderr.write(
    `programs will start a little later, as they were not recorded whole: ${failure}${left}\n`,
  );
}
if (!running) rmSync(home, { recursive: true, force: true });
