// What the client does when answers do not come: it repeats what the session makes safe, and
// nothing else.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { read, refused, written } from './answers.ts';
import type { FakeCluster } from './fake-cluster.ts';
import { startCluster } from './fake-cluster.ts';

let cluster: FakeCluster;
beforeEach(async () => {
  cluster = await startCluster(['node1']);
  await cluster.db.get('warm');
  await cluster.db.get('up');
  for (const node of cluster.nodes) node.requests.length = 0;
});
afterEach(() => cluster.close());

const received = (of: 'put' | 'get', node: number, count = 1) =>
  vi.waitUntil(() => (cluster.nodes[node]?.of(of).length ?? 0) >= count, { interval: 1 });

test('a write whose connection was lost is repeated elsewhere with the same session', async () => {
  const [node1, node2, node3] = cluster.nodes;
  node1.script = () => null;
  for (const node of [node2, node3]) node.script = () => written(node.name);
  const put = cluster.db.put('k', 'v');
  await received('put', 0);
  await node1.stop();
  const { via } = await put;
  const repeated = (via === 'node2' ? node2 : node3).of('put')[0];
  expect(repeated?.session).toEqual(node1.of('put')[0]?.session);
});

test('a write at one that was sent is never repeated: its outcome is unknown', async () => {
  const [node1, node2, node3] = cluster.nodes;
  node1.script = () => null;
  const put = cluster.db.put('k', 'v', { consistency: 'one' });
  await received('put', 0);
  const rejected = expect(put).rejects.toMatchObject({
    code: 'outcome-unknown',
    outcome: 'unknown',
  });
  await node1.stop();
  await rejected;
  expect([...node2.of('put'), ...node3.of('put')]).toEqual([]);
});

test('a read is repeated elsewhere when its connection is lost', async () => {
  const [node1, node2, node3] = cluster.nodes;
  node1.script = () => null;
  for (const node of [node2, node3]) node.script = () => read(node.name, 'here');
  const get = cluster.db.get('k');
  await received('get', 0);
  await node1.stop();
  expect((await get).text).toBe('here');
});

test('a leader that falls silent is left for one that answers, long before the deadline', async () => {
  const [node1, node2, node3] = cluster.nodes;
  node1.script = () => null;
  for (const node of [node2, node3]) node.script = () => written(node.name);
  const start = performance.now();
  const { via } = await cluster.db.put('k', 'v', { timeoutMs: 5000 });
  expect(via).not.toBe('node1');
  expect(performance.now() - start).toBeLessThan(1500);
});

test('a leader that was silent for a while is used again when it gives a sign of life', async () => {
  const [node1, node2, node3] = cluster.nodes;
  const { script } = node1;
  node1.script = () => null;
  for (const node of [node2, node3])
    node.script = () => {
      node1.script = script;
      return refused({ reason: 'not-leader', leader: 'node1' });
    };
  const { via } = await cluster.db.put('k', 'v', { timeoutMs: 5000 });
  expect(via).toBe('node1');
  expect(new Set(node1.of('put').map(({ session }) => session?.seq)).size).toBe(1);
});

test('the late answer of a silent leader still counts', async () => {
  const [node1, node2, node3] = cluster.nodes;
  node1.script = () => null;
  const leaderIsSilent = () => {
    node1.answer(node1.of('put'), written('node1'));
    return refused({ reason: 'not-leader', leader: 'node1' });
  };
  for (const node of [node2, node3]) node.script = leaderIsSilent;
  expect((await cluster.db.put('k', 'v')).via).toBe('node1');
});

test('overloaded is retried after a pause, in the same session', async () => {
  const [node1] = cluster.nodes;
  const answers = [refused({ reason: 'overloaded' }), refused({ reason: 'overloaded' })];
  node1.script = () => answers.shift() ?? written('node1');
  await cluster.db.put('k', 'v');
  expect(node1.of('put')).toHaveLength(3);
  expect(new Set(node1.of('put').map(({ session }) => session?.seq)).size).toBe(1);
});

test('a stopping node hands its work to the others at once', async () => {
  const [node1, node2, node3] = cluster.nodes;
  node1.script = () => refused({ reason: 'stopping' });
  for (const node of [node2, node3]) node.script = () => written(node.name);
  expect((await cluster.db.put('k', 'v')).via).not.toBe('node1');
});

test('each new write has the next number, and tells what was answered', async () => {
  for (let i = 0; i < 3; i++) await cluster.db.put('k', 'v');
  const sessions = cluster.nodes[0].of('put').map(({ session }) => session);
  expect(sessions.map((session) => session?.seq)).toEqual([1, 2, 3]);
  expect(sessions.map((session) => session?.firstUnanswered)).toEqual([1, 2, 3]);
  expect(new Set(sessions.map((session) => session?.clientId)).size).toBe(1);
});

test('a restarted node is found again', async () => {
  const [node1, node2, node3] = cluster.nodes;
  await node2.stop();
  await node3.stop();
  await node1.stop();
  const put = cluster.db.put('k', 'v', { timeoutMs: 5000 });
  await node1.start();
  expect((await put).via).toBe('node1');
});
