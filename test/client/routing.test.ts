// Where the client sends what: as few connections as possible, straight to the leader once it is
// known.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { refused, written } from './answers.ts';
import type { FakeCluster } from './fake-cluster.ts';
import { keyIn, startCluster } from './fake-cluster.ts';

let cluster: FakeCluster;
beforeEach(async () => {
  cluster = await startCluster(['node1', 'node2', 'node3']);
});
afterEach(() => cluster.close());

/** Makes sure that the topology was learned. */
async function warmUp(): Promise<void> {
  await cluster.db.get('any');
  await cluster.db.get('any');
  for (const node of cluster.nodes) node.requests.length = 0;
}

test('the first operation goes to one node, which forwards; the topology is asked along', async () => {
  await cluster.db.put(keyIn(3, 3), 'x');
  const asked = cluster.nodes.filter((node) => node.requests.length > 0);
  expect(asked).toHaveLength(1);
  expect(asked[0]?.frames).toEqual([2]);
  expect(asked[0]?.of('put')[0]?.forward).toBe(true);
});

test('once the topology is known, each key goes to the leader of its partition', async () => {
  await warmUp();
  for (const [i, node] of cluster.nodes.entries()) {
    const got = await cluster.db.get(keyIn(i + 1, 3));
    expect(got.via).toBe(node.name);
    expect(node.of('get').at(-1)?.forward).toBe(false);
  }
});

test('a redirect is followed at once, and remembered', async () => {
  await warmUp();
  const [node1, node2] = cluster.nodes;
  const key = keyIn(1, 3);
  node1.script = () => refused({ reason: 'not-leader', leader: 'node2' });
  node2.script = () => written('node2');
  const start = performance.now();
  expect((await cluster.db.put(key, 'x')).via).toBe('node2');
  expect(performance.now() - start).toBeLessThan(60);
  await cluster.db.put(key, 'y');
  expect(node1.of('put')).toHaveLength(1);
});

test('a node that does not know the leader is asked again until it does', async () => {
  await warmUp();
  const [node1, node2, node3] = cluster.nodes;
  let asked = 0;
  for (const node of [node1, node2, node3])
    node.script = () => {
      asked += 1;
      return asked < 4 ? refused({ reason: 'not-leader' }) : written(node.name);
    };
  await cluster.db.put(keyIn(1, 3), 'x');
  expect(asked).toBe(4);
  const sessions = cluster.nodes.flatMap((node) => node.of('put').map(({ session }) => session));
  expect(new Set(sessions.map((session) => session?.seq)).size).toBe(1);
});

test('via names the node, which is asked to forward, and no other is used', async () => {
  await warmUp();
  const got = await cluster.db.get(keyIn(1, 3), { via: 'node2' });
  expect(got.via).toBe('node2');
  expect(cluster.nodes[1].of('get')[0]?.forward).toBe(true);
  expect(cluster.nodes[0].requests).toEqual([]);
});

test('via an unknown node is an error that lists the nodes', async () => {
  await expect(cluster.db.get('k', { via: 'node9' })).rejects.toMatchObject({
    code: 'node-not-found',
    message: expect.stringContaining('node1, node2, node3'),
  });
});

test('via a dead node fails at once, and says how to start it', async () => {
  await cluster.nodes[1].stop();
  const start = performance.now();
  await expect(cluster.db.put('k', 'v', { via: 'node2' })).rejects.toMatchObject({
    code: 'not-running',
    outcome: 'failed',
    hint: expect.stringContaining('dsys start node2'),
  });
  expect(performance.now() - start).toBeLessThan(300);
});

test('at one, reads stay on the replica that is connected', async () => {
  for (let i = 0; i < 20; i++) await cluster.db.get(`key ${i}`, { consistency: 'one' });
  expect(cluster.nodes.filter((node) => node.of('get').length > 0)).toHaveLength(1);
});

test('at one, a dead node is passed over, for reads and for writes', async () => {
  const first = await cluster.db.get('k', { consistency: 'one' });
  const dead = cluster.nodes.find((node) => node.name === first.via);
  await dead?.stop();
  const second = await cluster.db.get('k', { consistency: 'one' });
  expect(second.via).not.toBe(first.via);
  const third = await cluster.db.put('k', 'v', { consistency: 'one' });
  expect(third.via).toBe(second.via);
});
