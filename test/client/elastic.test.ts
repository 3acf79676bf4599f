// Members come and go while a client is connected: the control group's word on them counts, and
// changes of the cluster go to its leader.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { logIndex, nodeId, storageId } from '../../src/core/model/ids.ts';
import type { Member } from '../../src/core/model/member.ts';
import type { Result } from '../../src/core/model/operation.ts';
import { controlOf, memberOf, read, refused, written } from './answers.ts';
import type { FakeCluster } from './fake-cluster.ts';
import { keyIn, startCluster } from './fake-cluster.ts';
import { FakeNode } from './fake-node.ts';

let cluster: FakeCluster;
let newcomer: FakeNode;
beforeEach(async () => {
  cluster = await startCluster(['node1', 'node2', 'node3']);
  newcomer = await new FakeNode('node4', () => written('node4')).start();
});
afterEach(async () => {
  await cluster.close();
  await newcomer.stop();
});

const administered: Result = { kind: 'administered', index: logIndex(9) };

/** Every node says the same of the control group; else it does as before. */
function tell(control: () => Result): void {
  for (const node of cluster.nodes) {
    const before = node.script;
    node.script = (request, self) =>
      request.operation.kind === 'control' ? control() : before(request, self);
  }
}

test('a redirect to a member that the client does not know costs one question, not a pause', async () => {
  const [node1] = cluster.nodes;
  const everybody = [...cluster.nodes, newcomer];
  await cluster.db.get(keyIn(1, 3));
  await cluster.db.get(keyIn(1, 3));
  tell(() => controlOf(everybody, 20));
  const before = node1.script;
  node1.script = (request, self) =>
    request.operation.kind === 'put'
      ? refused({ reason: 'not-leader', leader: 'node4', replicas })
      : before(request, self);
  const replicas = ['node2', 'node3', 'node4'];
  const start = performance.now();
  expect((await cluster.db.put(keyIn(1, 3), 'x')).via).toBe('node4');
  expect(performance.now() - start).toBeLessThan(500);
  await cluster.db.put(keyIn(1, 3), 'y');
  expect(node1.of('put')).toHaveLength(1);
  expect(cluster.nodes.flatMap((node) => node.of('control'))).toHaveLength(1);
});

test('the members that the newest answer names are the members', async () => {
  const [node1, node2, node3] = cluster.nodes;
  tell(() => controlOf([node1, node2, node3, newcomer], 20));
  node1.script = () => controlOf([node1, node2, node3], 7);
  newcomer.script = () => null;
  const control = await cluster.db.control();
  expect(control.index).toBe(20);
  expect(control.row.members.map((member) => member.node)).toContain('node4');
  const asked = await cluster.db.status({ timeoutMs: 50 });
  expect(asked.map(({ node }) => node)).toEqual(['node1', 'node2', 'node3', 'node4']);
});

test('a member that is gone is not asked any more; an older word does not bring it back', async () => {
  const [node1, node2, node3] = cluster.nodes;
  tell(() => controlOf([node1, node2], 20));
  await cluster.db.control();
  tell(() => controlOf([node1, node2, node3], 19));
  await cluster.db.control();
  const asked = await cluster.db.status({ timeoutMs: 50 });
  expect(asked.map(({ node }) => node)).toEqual(['node1', 'node2']);
});

test('a member with new keys is dialed anew', async () => {
  const [node1, , node3] = cluster.nodes;
  await cluster.db.get('any', { via: 'node2' });
  const reborn = await new FakeNode('node2', () => read('node2', 'new')).start();
  tell(() => controlOf([node1, reborn, node3], 20));
  await cluster.db.control();
  expect((await cluster.db.get('any', { via: 'node2' })).text).toBe('new');
  await reborn.stop();
});

test('a change goes to the leader of the control group, and may be sent again', async () => {
  const [node1, node2, node3] = cluster.nodes;
  let silent = true;
  for (const node of [node1, node3])
    node.script = (request) =>
      request.operation.kind === 'leave'
        ? refused({ reason: 'not-leader', leader: 'node2' })
        : null;
  node2.script = (request) => {
    if (request.operation.kind !== 'leave') return null;
    if (!silent) return administered;
    silent = false;
    return refused({ reason: 'timeout', effect: 'unknown' });
  };
  const { index } = await cluster.db.leave('node3', { force: true });
  expect(index).toBe(9);
  expect(node2.of('leave').at(-1)?.operation).toEqual({
    kind: 'leave',
    node: 'node3',
    how: 'leaving',
    force: true,
  });
  expect(node2.of('leave')[0]?.session).toBeNull();
});

test('a change whose outcome nobody knows is unknown, and says that it may be asked again', async () => {
  for (const node of cluster.nodes) node.script = () => null;
  const ask = cluster.db.configure({ replicationFactor: 5, timeoutMs: 100 });
  await expect(ask).rejects.toMatchObject({
    code: 'outcome-unknown',
    outcome: 'unknown',
    hint: 'ask again: what is done is not done twice',
  });
});

test.each([
  ['member-exists', 'already-exists', 5],
  ['member-unknown', 'node-not-found', 4],
  ['member-needed', 'member-needed', 5],
  ['feature-missing', 'feature-missing', 3],
] as const)('the refusal %s is the error %s', async (reason, code, exitCode) => {
  for (const node of cluster.nodes) node.script = () => refused({ reason });
  const member: Member = {
    ...memberOf(newcomer),
    storageId: storageId('00000000-0000-4000-8000-000000000004'),
  };
  await expect(cluster.db.join(member)).rejects.toMatchObject({
    code,
    exitCode,
    outcome: 'failed',
  });
  expect(member.node).toBe(nodeId('node4'));
});
