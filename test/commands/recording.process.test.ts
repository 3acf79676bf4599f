// The build step that uses a cluster for a moment: it leaves nothing behind, also when it is ended.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { findOrphans } from '../../src/cluster/orphans.ts';

const root = join(import.meta.dirname, '..', '..');
const copied = [
  'bin',
  'package.json',
  'dist/commands',
  'dist/src',
  'dist/dsys.cjs',
  'dist/node.cjs',
];
const [perStepMs, waitMs] = [40_000, 20_000];

let copy: string;
let child: ChildProcess;
let said: Promise<string>;
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'dsys-recording-'));
  mkdirSync(join(copy, 'dist'));
  for (const path of copied) cpSync(join(root, path), join(copy, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  // In a group of its own, so that a signal to the group is what Ctrl-C is.
  const args = [join(copy, 'dist/commands/build/record-code.js')];
  child = spawn(process.execPath, args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  said = child.stderr === null ? Promise.resolve('') : text(child.stderr);
});
afterEach(() => {
  rmSync(copy, { recursive: true, force: true });
  vi.unstubAllEnvs();
});

const recordings = (): string[] =>
  readdirSync(join(copy, 'dist')).filter((name) => name.startsWith('recording-'));

/** The directory of its cluster, as soon as that has what `exists` looks for. */
async function clusterWith(path: string): Promise<string> {
  const find = (): string | undefined =>
    recordings()
      .map((name) => join(copy, 'dist', name))
      .find((home) => existsSync(join(home, 'lab', path)));
  await vi.waitUntil(() => find() !== undefined, { timeout: waitMs, interval: 5 });
  return find() ?? '';
}

async function expectNothingLeft(home: string): Promise<void> {
  vi.stubEnv('DSYS_HOME', home);
  expect(findOrphans()).toEqual([]);
  expect(recordings()).toEqual([]);
}

test(
  'it records both programs',
  async () => {
    const home = await clusterWith('cluster.json');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await said).toBe('');
    for (const name of ['dsys.cjs.code', 'node.cjs.code'])
      expect(existsSync(join(copy, 'dist', name)), name).toBe(true);
    await expectNothingLeft(home);
  },
  perStepMs,
);

test.each([
  ['while the nodes start', 'node1/pid'],
  ['while the cluster is used', 'current'],
])(
  'Ctrl-C %s ends it, with its nodes',
  async (_, path) => {
    const home = await clusterWith(path === 'current' ? '../current' : path);
    process.kill(-(child.pid ?? 0), 'SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await said).toContain('programs will start a little later');
    await expectNothingLeft(home);
  },
  perStepMs,
);
