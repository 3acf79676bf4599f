// Build step: uses a cluster for a moment, in a directory of its own, while bin/recorded.cjs records
// the code that V8 makes of the programs. Without the record they start a little later, so a machine
// where no cluster can start builds all the same.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from '../../src/cluster/child-process.ts';
import { packageRoot } from '../../src/cluster/package-root.ts';

const limitMs = 30_000;
const dist = join(packageRoot(), 'dist');
const programs = ['dsys.cjs', 'node.cjs'];
/** What users type most: only what has run is recorded. */
const session = ['up --nodes 3', 'put key value', 'get key', 'status'];

let interrupted = false;

/** null: it went well; else what it said. */
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

for (const program of programs) rmSync(join(dist, `${program}.code`), { force: true });
const home = mkdtempSync(join(dist, 'recording-'));
process.env.DSYS_HOME = home;
process.env.DSYS_RECORD_CODE = '1';
// V8 takes recorded code only under the flags that it was recorded with.
delete process.env.NODE_OPTIONS;
// This is an entry of its own, as bin/ is: there is nobody else to listen. `on`, because a program that
// runs here ends this one with the signal when nobody listens any more.
const world: Pick<NodeJS.Process, 'on'> = process;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  world.on(signal, () => {
    interrupted = true;
  });
}
const failure = await record();
// What `up` made, if it made anything: also after a failure, nothing may be left running.
const left = readdirSync(home).length === 0 ? null : await dsys('down');
const running = left === null ? null : `${left}\nwhat still runs: DSYS_HOME=${home} dsys down`;
const told = [failure, running].filter((text) => text !== null);
if (told.length > 0) {
  process.stderr.write(
    `programs will start a little later, as they were not recorded whole: ${told.join('\n')}\n`,
  );
}
if (left === null) rmSync(home, { recursive: true, force: true });
