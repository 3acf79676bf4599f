// `dsys doctor`: what this machine must have for a cluster to run, each check with what was found
// and how to put it right. Starts nothing and changes nothing that it does not remove again.

import {
  closeSync,
  fdatasyncSync,
  mkdirSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './child-process.ts';
import { homeDirectory } from './home.ts';
import { clusterList } from './listing.ts';
import { isNodeVersionSupported, nodeVersionFix } from './node-version.ts';
import { findOrphans } from './orphans.ts';
import { packageRoot } from './package-root.ts';
import { portOccupant } from './port-occupant.ts';
import { blockPorts, busyPorts, defaultBasePort } from './ports.ts';

export type Verdict = 'ok' | 'warn' | 'fail';

export interface CheckResult {
  readonly name: string;
  readonly verdict: Verdict;
  readonly found: string;
  /** What to do; empty when nothing. */
  readonly fix: string;
}

type Check = () => CheckResult | Promise<CheckResult>;

const syncSlowMs = 20;
const spaceMiBMin = 512;
const loadTimeoutMs = 10_000;

/** Runs every check; one that breaks is a failed check. */
export async function runDoctor(): Promise<CheckResult[]> {
  const checks: Readonly<Record<string, Check>> = {
    'node version': nodeVersion,
    'DSYS_HOME writable': homeWritable,
    'disk sync': diskSync,
    'disk space': diskSpace,
    'loopback ports': loopbackPorts,
    'zeromq loads': () => packageLoads('zeromq loads', 'zeromq'),
    'storage engine loads': () => packageLoads('storage engine loads', 'classic-level'),
    clusters,
    'leftover processes': leftoverProcesses,
  };
  return Promise.all(Object.entries(checks).map(([name, check]) => guarded(name, check)));
}

async function guarded(name: string, check: Check): Promise<CheckResult> {
  try {
    return await check();
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    return { name, verdict: 'fail', found, fix: 'correct this, then run dsys doctor again' };
  }
}

function nodeVersion(): CheckResult {
  const { node } = process.versions;
  const fits = isNodeVersionSupported(node);
  return result({ name: 'node version', fits, found: `v${node}`, fix: nodeVersionFix });
}

function homeWritable(): CheckResult {
  const home = homeDirectory();
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const probe = join(home, `.doctor-${process.pid}`);
  closeSync(openSync(probe, 'w', 0o600));
  rmSync(probe);
  return result({ name: 'DSYS_HOME writable', fits: true, found: home, fix: '' });
}

/** Every acknowledged write waits for one of these. */
function diskSync(): CheckResult {
  const home = homeDirectory();
  mkdirSync(home, { recursive: true, mode: 0o700 });
  const probe = join(home, `.doctor-sync-${process.pid}`);
  const file = openSync(probe, 'w', 0o600);
  try {
    const times = Array.from({ length: 20 }, () => timeOfSync(file)).sort((a, b) => a - b);
    const median = times[10] ?? 0;
    const verdict = median > syncSlowMs ? 'warn' : 'ok';
    const fix = verdict === 'ok' ? '' : 'writes will be slow; put DSYS_HOME on a local SSD';
    return { name: 'disk sync', verdict, found: `median ${median.toFixed(2)} ms`, fix };
  } finally {
    closeSync(file);
    rmSync(probe);
  }
}

function timeOfSync(file: number): number {
  const startedAt = performance.now();
  writeSync(file, Buffer.alloc(4096));
  fdatasyncSync(file);
  return performance.now() - startedAt;
}

function diskSpace(): CheckResult {
  const { bavail, bsize } = statfsSync(homeDirectory());
  const freeMiB = Math.floor((bavail * bsize) / (1 << 20));
  return result({
    name: 'disk space',
    fits: freeMiB >= spaceMiBMin,
    found: `${freeMiB} MiB free`,
    fix: 'free some disk space',
  });
}

async function loopbackPorts(): Promise<CheckResult> {
  const name = 'loopback ports';
  const busy = await busyPorts(blockPorts(defaultBasePort, 3));
  const last = defaultBasePort + blockPorts(defaultBasePort, 3).length - 1;
  const [port] = busy;
  if (port === undefined)
    return result({ name, fits: true, found: `${defaultBasePort}–${last} free`, fix: '' });
  const occupant = await portOccupant(port);
  const who = occupant === null ? 'another process' : `pid ${occupant.pid} (${occupant.command})`;
  const fix = 'dsys up takes another block for a cluster beside a cluster; else use --base-port N';
  return { name, verdict: 'warn', found: `${busy.length} in use; ${port} by ${who}`, fix };
}

/** In a process of its own: a broken binary ends that one, not this one. */
async function packageLoads(name: string, specifier: string): Promise<CheckResult> {
  const script = `await import('${specifier}')`;
  const args = ['--input-type=module', '-e', script];
  const cwd = packageRoot();
  const run = await runProgram({ file: process.execPath, args, timeoutMs: loadTimeoutMs, cwd });
  const reason = run.output.split('\n').find((line) => line.includes('Error')) ?? 'does not load';
  return result({
    name,
    fits: run.ok,
    found: run.ok ? specifier : reason.trim(),
    fix: 'install dsys again: npm install',
  });
}

function clusters(): CheckResult {
  const list = clusterList();
  const partly = list.filter(({ running, nodes }) => running > 0 && running < nodes);
  const found = list.map(({ name, running, nodes }) => `${name} ${running}/${nodes}`).join(', ');
  const fix = partly.map(({ name }) => `dsys up --name ${name}`).join('; ');
  return {
    name: 'clusters',
    verdict: partly.length === 0 ? 'ok' : 'warn',
    found: found || 'none',
    fix: fix === '' ? '' : `start what is down: ${fix}`,
  };
}

function leftoverProcesses(): CheckResult {
  const orphans = findOrphans();
  const found = orphans.map(({ pid, command }) => `pid ${pid} (${command})`).join(', ');
  return {
    name: 'leftover processes',
    verdict: orphans.length === 0 ? 'ok' : 'warn',
    found: found || 'none',
    fix: orphans.length === 0 ? '' : `end them: kill ${orphans.map(({ pid }) => pid).join(' ')}`,
  };
}

function result(check: {
  readonly name: string;
  readonly fits: boolean;
  readonly found: string;
  /** What to do when it does not fit. */
  readonly fix: string;
}): CheckResult {
  const { name, fits, found, fix } = check;
  return { name, verdict: fits ? 'ok' : 'fail', found, fix: fits ? '' : fix };
}
