// Many operations at once: few frames, bounded sessions, everything answered.

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { limits } from '../../src/core/model/limits.ts';
import type { Request } from '../../src/core/model/operation.ts';
import { read, written } from './answers.ts';
import type { FakeCluster } from './fake-cluster.ts';
import { startCluster } from './fake-cluster.ts';

let cluster: FakeCluster;
beforeEach(async () => {
  cluster = await startCluster(['node1']);
  await cluster.db.get('warm');
  await cluster.db.get('up');
});
afterEach(async () => {
  vi.useRealTimers();
  await cluster.close();
});

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

interface Held {
  readonly requests: readonly Request[];
  readonly answers: Promise<unknown>;
}

/** Gets of one frame that wait at the node until the test answers them; time stands still. */
async function hold(count: number): Promise<Held> {
  const [node1] = cluster.nodes;
  const first = node1.of('get').length;
  node1.script = (request) => (request.operation.kind === 'put' ? written('node1') : null);
  const answers = Promise.all(Array.from({ length: count }, (_, i) => cluster.db.get(`held ${i}`)));
  const requests = () => node1.of('get').slice(first, first + count);
  await vi.waitFor(() => expect(requests()).toHaveLength(count));
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  return { requests: requests(), answers };
}

async function release({ requests, answers }: Held): Promise<void> {
  cluster.nodes[0].answer(requests, read('node1', 'held'));
  await answers;
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what comes while many are unanswered leaves in one frame with what their answers bring', async () => {
  const many = await hold(100);
  const before = frames().length;
  const later: Promise<unknown>[] = [];
  for (let i = 0; i < 3; i++) {
    later.push(cluster.db.put(`later ${i}`, 'v'));
    await nextTurn();
  }
  later.push(many.answers.then(() => cluster.db.put('brought', 'v')));
  await release(many);
  await Promise.all(later);
  expect(frames().slice(before)).toEqual([4]);
});

test('a few that are unanswered hold nobody up', async () => {
  const few = await hold(3);
  await cluster.db.put('next', 'v');
  await release(few);
});

test('many that are not answered hold others up for 10 ms', async () => {
  const many = await hold(100);
  const before = frames().length;
  const next = cluster.db.put('next', 'v');
  await nextTurn();
  vi.advanceTimersByTime(9);
  const later = cluster.db.put('later', 'v');
  await nextTurn();
  vi.advanceTimersByTime(1);
  await Promise.all([next, later]);
  expect(frames().slice(before)).toEqual([2]);
  await release(many);
});

test('a full frame does not wait for answers', async () => {
  const many = await hold(100);
  await cluster.db.put('big', new Uint8Array(300_000));
  await release(many);
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
