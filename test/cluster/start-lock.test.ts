// Only one command at a time starts nodes of a cluster.

import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { clusterPaths } from '../../src/cluster/home.ts';
import { withStartLock } from '../../src/cluster/start-lock.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'dsys-lock-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const paths = () => ({ ...clusterPaths('lab'), root });
const lock = () => join(root, 'start.lock');

it('lets one in after the other, and leaves no lock behind', async () => {
  const order: string[] = [];
  const enter = (name: string) =>
    withStartLock(paths(), async () => {
      order.push(`${name} in`);
      await new Promise((resolve) => setImmediate(resolve));
      order.push(`${name} out`);
    });
  await Promise.all([enter('a'), enter('b')]);
  expect(order).toEqual(['a in', 'a out', 'b in', 'b out']);
  expect(existsSync(lock())).toBe(false);
});

it('is given back when the work fails', async () => {
  const work = withStartLock(paths(), () => Promise.reject(new Error('no')));
  await expect(work).rejects.toThrow('no');
  expect(await withStartLock(paths(), async () => 'in')).toBe('in');
});

it('of a process that is gone counts for nothing', async () => {
  writeFileSync(lock(), JSON.stringify({ pid: process.pid, startTime: 'long ago' }));
  expect(await withStartLock(paths(), async () => 'in')).toBe('in');
});
