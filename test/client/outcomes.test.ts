// What a caller is told when it does not work: ok, failed or unknown, with a code, and with what to
// do.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { curveKeyPair } from 'zeromq';
import { connect } from '../../src/client/connect.ts';
import { encodeReplies } from '../../src/wire/client-frame.ts';
import { refused } from './answers.ts';
import type { FakeCluster } from './fake-cluster.ts';
import { startCluster } from './fake-cluster.ts';
import { refuseAllKeys, testCluster } from './fake-node.ts';

let cluster: FakeCluster;
beforeEach(async () => {
  cluster = await startCluster(['node1']);
});
afterEach(() => cluster.close());

function script(answer: () => ReturnType<FakeCluster['nodes'][0]['script']>): void {
  for (const node of cluster.nodes) node.script = answer;
}

test('a write without an answer is unknown at its deadline', async () => {
  script(() => null);
  const start = performance.now();
  await expect(cluster.db.put('k', 'v', { timeoutMs: 150 })).rejects.toMatchObject({
    code: 'outcome-unknown',
    outcome: 'unknown',
    retryable: false,
  });
  expect(performance.now() - start).toBeLessThan(400);
});

test('a read without an answer is a timeout: certainly no effect', async () => {
  script(() => null);
  await expect(cluster.db.get('k', { timeoutMs: 150 })).rejects.toMatchObject({
    code: 'timeout',
    outcome: 'failed',
    retryable: true,
  });
});

test('a node that times out a write makes it unknown, not failed', async () => {
  script(() => refused({ reason: 'timeout', effect: 'unknown' }));
  await expect(cluster.db.put('k', 'v', { timeoutMs: 200 })).rejects.toMatchObject({
    code: 'outcome-unknown',
  });
});

test('a refusal without effect does not hide an earlier sending that may have arrived', async () => {
  const answers = [refused({ reason: 'timeout', effect: 'unknown' })];
  script(() => answers.shift() ?? refused({ reason: 'invalid' }));
  await expect(cluster.db.put('k', 'v', { timeoutMs: 500 })).rejects.toMatchObject({
    code: 'outcome-unknown',
  });
});

test('too few replicas: said within a second, with how many of how many and what to do', async () => {
  await cluster.db.get('to learn the partitions');
  script(() => refused({ reason: 'not-leader', reachable: ['node3'] }));
  const start = performance.now();
  const error = await cluster.db.put('k', 'v').catch((caught: unknown) => caught);
  expect(performance.now() - start).toBeLessThan(1500);
  expect(performance.now() - start).toBeGreaterThan(600);
  expect(error).toMatchObject({
    code: 'unavailable',
    outcome: 'failed',
    message: 'put at quorum needs 2 of 3 replicas of partition 1, only 1 is reachable (node3)',
    hint: 'start a node: dsys start node1 — or write with --consistency one',
    details: { needed: 2, replicas: ['node1', 'node2', 'node3'], reachable: ['node3'] },
  });
});

test('no level is advised that could not be reached either', async () => {
  await cluster.db.get('to learn the partitions');
  const hintFor = async (work: Promise<unknown>): Promise<string> =>
    ((await work.catch((caught: { hint: string }) => caught)) as { hint: string }).hint;
  script(() => refused({ reason: 'not-leader', reachable: ['node3'] }));
  const [atAll, counted] = await Promise.all([
    hintFor(cluster.db.put('k', 'v', { consistency: 'all' })),
    hintFor(cluster.db.incr('k', 1)),
  ]);
  expect(atAll).toBe('start a node: dsys start node1 — or write with --consistency one');
  expect(counted).toBe('start a node: dsys start node1');
  script(() => refused({ reason: 'not-leader', reachable: ['node2', 'node3'] }));
  expect(await hintFor(cluster.db.put('k', 'v', { consistency: 'all' }))).toBe(
    'start a node: dsys start node1 — or use --consistency quorum',
  );
});

test('an election in progress is waited for until the deadline', async () => {
  script(() => refused({ reason: 'not-leader' }));
  const start = performance.now();
  await expect(cluster.db.put('k', 'v', { timeoutMs: 1200 })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('no leader'),
  });
  expect(performance.now() - start).toBeGreaterThan(1150);
});

test.each([
  ['condition-failed', { reason: 'condition-failed', index: 5 }, 'failed'],
  ['not-a-number', { reason: 'not-a-number' }, 'failed'],
  ['clock-ahead', { reason: 'clock-ahead' }, 'failed'],
  ['invalid-argument', { reason: 'invalid' }, 'failed'],
  ['session-expired', { reason: 'session-expired', effect: 'unknown' }, 'unknown'],
  ['not-at-all', { reason: 'not-at-all', effect: 'committed', missing: ['node3'] }, 'unknown'],
] as const)('%s is told at once', async (code, refusal, outcome) => {
  script(() => refused(refusal));
  await expect(cluster.db.put('k', 'v')).rejects.toMatchObject({ code, outcome });
});

test('not-at-all says that the write is committed, and who lacks it', async () => {
  script(() => refused({ reason: 'not-at-all', effect: 'committed', missing: ['node3'] }));
  await expect(cluster.db.put('k', 'v', { consistency: 'all' })).rejects.toMatchObject({
    details: { committed: true, missing: ['node3'] },
    hint: expect.stringContaining('committed'),
  });
});

test('no node runs: said after a grace, with the command that starts the cluster', async () => {
  for (const node of cluster.nodes) await node.stop();
  const start = performance.now();
  await expect(cluster.db.put('k', 'v', { timeoutMs: 5000 })).rejects.toMatchObject({
    code: 'not-running',
    outcome: 'failed',
    hint: 'start the cluster: dsys up',
  });
  expect(performance.now() - start).toBeLessThan(1500);
});

test('a key that no node accepts is `unauthorized`, not a timeout', async () => {
  const stop = refuseAllKeys();
  const guarded = await startGuarded();
  await expect(guarded.db.get('k')).rejects.toMatchObject({ code: 'unauthorized' });
  stop();
  await guarded.close();
});

async function startGuarded(): Promise<FakeCluster> {
  const guarded = await startCluster(['node1']);
  for (const node of guarded.nodes) {
    await node.stop();
    await node.start({ zapDomain: 'closed' });
  }
  return guarded;
}

test('nodes with other keys than expected are `unauthorized`, and named', async () => {
  const addresses = cluster.nodes.map(({ address }) => ({
    ...address,
    publicKey: curveKeyPair().publicKey,
  }));
  const db = await connect({ addresses, keys: curveKeyPair(), clusterId: testCluster });
  await expect(db.get('k')).rejects.toMatchObject({
    code: 'unauthorized',
    message: expect.stringContaining('node'),
  });
  await db.close();
});

test('nodes of another protocol version are told as such, and nothing happened', async () => {
  for (const node of cluster.nodes)
    node.script = (_request, self) => {
      const frame = encodeReplies({ clusterId: testCluster, replies: [] });
      frame.writeUInt16BE(99, 8);
      self.sendRaw(frame);
      return null;
    };
  await expect(cluster.db.put('k', 'v')).rejects.toMatchObject({
    code: 'protocol-mismatch',
    outcome: 'failed',
  });
});

test('close ends what is open: reads failed, sent writes unknown, and later calls too', async () => {
  script(() => null);
  const get = cluster.db.get('k');
  const put = cluster.db.put('k', 'v');
  const told = Promise.all([
    expect(get).rejects.toMatchObject({ code: 'interrupted', outcome: 'failed' }),
    expect(put).rejects.toMatchObject({ code: 'outcome-unknown', outcome: 'unknown' }),
  ]);
  await vi.waitUntil(() => cluster.nodes.some((node) => node.of('put').length > 0));
  await cluster.db.close();
  await told;
  await expect(cluster.db.get('k')).rejects.toMatchObject({ code: 'interrupted' });
});

test('status asks every node, and a dead or silent one costs only its deadline', async () => {
  await cluster.nodes[2].stop();
  const start = performance.now();
  const answers = await cluster.db.status({ timeoutMs: 120 });
  expect(performance.now() - start).toBeLessThan(400);
  expect(answers.map(({ node, ok }) => ({ node, ok }))).toEqual([
    { node: 'node1', ok: false },
    { node: 'node2', ok: false },
    { node: 'node3', ok: false },
  ]);
  const codes = answers.map((answer) => (answer.ok ? null : answer.error.code));
  expect(codes).toEqual(['timeout', 'timeout', 'not-running']);
});
