// Several commands at once that make and start one cluster: nobody removes what is another's.

import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterPaths, nodePaths } from '../../src/cluster/home.ts';
import { writePidRecord } from '../../src/cluster/pid-file.ts';
import { processFacts } from '../../src/cluster/process-table.ts';
import { noProgress } from '../../src/cluster/progress.ts';
import { withStartLock } from '../../src/cluster/start-lock.ts';
import { carryOut, planUp, type UpOptions } from '../../src/cluster/up.ts';

const options: UpOptions = { name: 'lab', nodes: 1, wait: 'none', limit: { timeoutMs: 1000 } };
const before = process.env.DSYS_HOME;

beforeEach(() => {
  process.env.DSYS_HOME = mkdtempSync(join(tmpdir(), 'dsys-up-'));
});
afterEach(() => {
  rmSync(process.env.DSYS_HOME ?? '', { recursive: true, force: true });
  process.env.DSYS_HOME = before;
});

/** Makes the cluster, and does `meanwhile` just before its nodes are started. */
async function upWith(meanwhile: () => void): Promise<unknown> {
  const plan = await planUp(options);
  const progress = { ...noProgress, begin: meanwhile };
  return carryOut(plan, options, progress).catch((cause: unknown) => cause);
}

describe('up', () => {
  it('leaves the cluster that it made to another command that started its nodes first', async () => {
    const paths = clusterPaths('lab');
    const { pid } = process;
    const startTime = processFacts(pid).startTime ?? '';
    const error = await upWith(() =>
      writePidRecord(nodePaths(paths, 'node1'), { pid, startTime, startedAt: Date.now() }),
    );
    expect(error).toMatchObject({ code: 'still-running', exitCode: 5 });
    expect(existsSync(paths.clusterFile)).toBe(true);
  });

  it('says so when the cluster was removed under it', async () => {
    const paths = clusterPaths('lab');
    const error = await upWith(() => rmSync(paths.root, { recursive: true }));
    expect(error).toMatchObject({ code: 'cluster-not-found' });
    await expect(withStartLock(paths, async () => 'alone')).rejects.toMatchObject({ exitCode: 4 });
  });
});
