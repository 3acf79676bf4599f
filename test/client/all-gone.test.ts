// All members that a client knew have left while it asked nothing: it finds the others in
// cluster.json, as a program that connects now would.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { curveKeyPair } from 'zeromq';
import type { Db } from '../../src/client/api.ts';
import { connect } from '../../src/client/connect.ts';
import type { Member } from '../../src/core/model/member.ts';
import { formatClusterFile } from '../../src/wire/cluster-file.ts';
import { controlOf, memberOf, read, topologyOf } from './answers.ts';
import { FakeNode, testCluster } from './fake-node.ts';

let home: string;
let db: Db;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'dsys-home-'));
});
afterEach(async () => {
  await db.close();
  rmSync(home, { recursive: true });
});

const keys = curveKeyPair();

function writeCluster(nodes: readonly FakeNode[]): void {
  const settings = {
    replicationFactor: 1,
    partitions: 1,
    resolver: 'lww',
    deadNodeTimeoutMs: 600_000,
  } as const;
  const members: readonly Member[] = nodes.map((node) => memberOf(node));
  const file = {
    schema: 1,
    name: 'lab',
    clusterId: testCluster,
    createdAt: '2026-01-01T00:00:00.000Z',
    seed: 'lab',
    basePort: 7400,
    settings,
    clientPublicKey: keys.publicKey,
    members,
    birth: { members, settings, featureLevel: 2 },
    removed: [],
  } as const;
  mkdirSync(join(home, 'lab', 'keys'), { recursive: true });
  writeFileSync(join(home, 'lab', 'cluster.json'), formatClusterFile(file));
  writeFileSync(join(home, 'lab', 'keys', 'client.json'), JSON.stringify(keys));
}

/** A node that holds everything, and knows who is a member. */
async function startNode(name: string): Promise<FakeNode> {
  const node: FakeNode = new FakeNode(name, ({ operation }) => {
    if (operation.kind === 'topology') return topologyOf([node], [name]);
    return operation.kind === 'control' ? controlOf([node], 20) : read(name, `of ${name}`);
  });
  return node.start();
}

test('the next operation reaches who is there now', async () => {
  const old = await startNode('node1');
  writeCluster([old]);
  db = await connect({ home });
  expect((await db.get('key')).text).toBe('of node1');
  await old.stop();
  const next = await startNode('node4');
  writeCluster([next]);
  expect((await db.get('key')).text).toBe('of node4');
  expect((await db.get('key')).via).toBe('node4');
  await next.stop();
});

test('a name with new keys and a new place is dialed there', async () => {
  const old = await startNode('node1');
  writeCluster([old]);
  db = await connect({ home });
  expect((await db.get('key')).text).toBe('of node1');
  await old.stop();
  const next = await startNode('node1');
  writeCluster([next]);
  expect((await db.get('key')).via).toBe('node1');
  await next.stop();
});

test('without anybody new the error is as before', async () => {
  const old = await startNode('node1');
  writeCluster([old]);
  db = await connect({ home });
  await db.get('key');
  await old.stop();
  const started = performance.now();
  await expect(db.get('key')).rejects.toMatchObject({ outcome: 'failed' });
  rmSync(join(home, 'lab', 'cluster.json'));
  await expect(db.get('key')).rejects.toMatchObject({ outcome: 'failed' });
  expect(performance.now() - started).toBeLessThan(5000);
});
