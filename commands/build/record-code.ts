// Build step: uses a cluster for a moment, in a directory of its own, while bin/recorded.cjs records
// the code that V8 makes of the programs. Without the record they start a little later, so a machine
// where no cluster can start builds all the same.

import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../../src/cluster/child-process.ts';
import { packageRoot } from '../../src/cluster/package-root.ts';

const limitMs = 30_000;
const dist = join(packageRoot(), 'dist');
/** What users type most: of a program only what has run is recorded. */
const session = ['up --nodes 3', 'put key value', 'get key', 'status'];
const ending = 'down';

let interrupted = false;

/** null: it went well; else what it said last. */
async function dsys(line: string): Promise<string | null> {
  const args = [join(packageRoot(), 'bin', 'dsys.js'), ...line.split(' ')];
  const { ok, output } = await runProgram({ file: process.execPath, args, timeoutMs: limitMs });
  return ok ? null : `dsys ${line}: ${output}`;
}

async function record(): Promise<string | null> {
  for (const line of session) {
    const failure = interrupted ? 'interrupted' : await dsys(line);
    if (failure !== null) return failure;
  }
  return null;
}

for (const program of ['dsys.cjs', 'node.cjs'])
  rmSync(join(dist, `${program}.code`), { force: true });
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
const left = await dsys(ending);
if (failure !== null) {
  process.stderr.write(
    `programs will start a little later, because none was recorded: ${failure}\n`,
  );
}
if (left === null) rmSync(home, { recursive: true });
else process.stderr.write(`what still runs: DSYS_HOME=${home} dsys down\n`);
