// Many operations at once: few frames, bounded sessions, everything answered.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { limits } from '../../src/core/model/limits.ts';
import { read, written } from './answers.ts';
import type { FakeCluster } from './fake-cluster.ts';
import { startCluster } from './fake-cluster.ts';

let cluster: FakeCluster;
beforeEach(async () => {
  cluster = await startCluster(['node1']);
  await cluster.db.get('warm');
  await cluster.db.get('up');
});
afterEach(() => cluster.close());

const frames = () => cluster.nodes.flatMap((node) => node.frames);

test('what is asked in one turn leaves in one frame', async () => {
  const before = frames().length;
  await Promise.all(Array.from({ length: 200 }, (_, i) => cluster.db.put(`key ${i}`, 'v')));
  expect(frames().slice(before)).toEqual([200]);
});

test('what is asked in answer to a frame leaves in one frame too', async () => {
  const before = frames().length;
  const twice = async (key: string): Promise<void> => {
    await cluster.db.get(key);
    await cluster.db.put(key, 'v');
  };
  await Promise.all(Array.from({ length: 100 }, (_, i) => twice(`key ${i}`)));
  expect(frames().slice(before)).toEqual([100, 100]);
});

test('big values do not share a frame beyond its bound', async () => {
  const value = new Uint8Array(limits.valueBytesMax);
  const before = frames().length;
  await Promise.all(Array.from({ length: 8 }, (_, i) => cluster.db.put(`key ${i}`, value)));
  expect(frames().slice(before)).toEqual(Array(8).fill(1));
});

test('more writes than a node remembers results for wait their turn; reads do not', async () => {
  const [node1, node2, node3] = cluster.nodes;
  let isHeld = true;
  const { script } = node1;
  node1.script = (request, self) => {
    if (request.operation.kind === 'get') return read('node1', 'now');
    return isHeld && request.operation.kind === 'put' ? null : script(request, self);
  };
  for (const node of [node2, node3]) node.script = () => null;
  const names = (): number => new Set(node1.of('put').map(({ session }) => session?.seq)).size;
  const count = limits.sessionResultsMax + 500;
  const patient = { timeoutMs: 20_000 };
  const puts = Array.from({ length: count }, (_, i) => cluster.db.put(`key ${i}`, 'v', patient));
  expect((await cluster.db.get('k', patient)).text).toBe('now');
  expect(names()).toBe(limits.sessionResultsMax);
  isHeld = false;
  node1.answer(node1.of('put'), written('node1'));
  await Promise.all(puts);
  expect(names()).toBe(count);
});
