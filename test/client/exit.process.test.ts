// The library in a process of its own: it costs nothing before it is used, and nothing of it
// outlives close().

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { curveKeyPair } from 'zeromq';
import type { FakeCluster } from './fake-cluster.ts';
import { startCluster } from './fake-cluster.ts';
import { testCluster } from './fake-node.ts';

const library = new URL('../../dist/src/client/connect.js', import.meta.url).href;
const limitMs = 10_000;

let cluster: FakeCluster;
beforeEach(async () => {
  cluster = await startCluster(['node1']);
});
afterEach(() => cluster.close());

async function runProgram(body: string): Promise<string> {
  const addresses = cluster.nodes.map(({ address }) => address);
  const options = JSON.stringify({ addresses, keys: curveKeyPair(), clusterId: testCluster });
  const program = `
    import { connect, DsysError } from ${JSON.stringify(library)};
    const options = ${options};
    const files = () => process.report.getReport().sharedObjects;
    const usesZeroMq = () => files().some((file) => file.includes('zeromq'));
    ${body}`;
  const args = ['--input-type=module', '--eval', program];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: limitMs });
  return stdout.trim();
}

test('importing the library does not load ZeroMQ; connecting does', async () => {
  const output = await runProgram(`
    const before = usesZeroMq();
    const db = await connect(options);
    console.log(before, usesZeroMq());
    await db.close();`);
  expect(output).toBe('false true');
});

test('after close() the process ends by itself, even with operations still open', async () => {
  const [node1, node2, node3] = cluster.nodes;
  for (const node of [node1, node2, node3]) {
    const { script } = node;
    node.script = (request, self) =>
      request.operation.kind === 'get' ? null : script(request, self);
  }
  const output = await runProgram(`
    const db = await connect(options);
    await db.put('k', 'v');
    db.get('never answered', { timeoutMs: 60_000 }).catch((error) => console.log(error.code));
    await db.close();
    console.log('closed');`);
  expect(output).toContain('interrupted');
  expect(output).toContain('closed');
});

test('a connection to nobody ends as well', async () => {
  for (const node of cluster.nodes) await node.stop();
  const output = await runProgram(`
    const db = await connect(options);
    await db.get('k').catch((error) => console.log(error.code));
    await db.close();`);
  expect(output).toBe('not-running');
});
