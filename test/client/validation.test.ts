// Mistakes of the caller are found before anything is sent: nobody listens at the addresses of this
// test.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { curveKeyPair } from 'zeromq';
import type { Db } from '../../src/client/api.ts';
import { connect } from '../../src/client/connect.ts';
import { limits } from '../../src/core/model/limits.ts';
import { testCluster } from './fake-node.ts';

const keys = curveKeyPair();
const addresses = [{ node: 'node1', address: 'tcp://127.0.0.1:1', publicKey: keys.publicKey }];
let db: Db;
beforeAll(async () => {
  db = await connect({ addresses, keys, clusterId: testCluster });
});
afterAll(() => db.close());

const longKey = 'k'.repeat(limits.keyBytesMax + 1);

test.each<[string, () => Promise<unknown>]>([
  ['an empty key', () => db.get('')],
  ['a key over the limit', () => db.put(longKey, 'v')],
  [
    'a key that is over the limit only in bytes',
    () => db.del('é'.repeat(limits.keyBytesMax / 2 + 1)),
  ],
  ['a value over the limit', () => db.put('k', new Uint8Array(limits.valueBytesMax + 1))],
  ['a condition at one', () => db.put('k', 'v', { ifVersion: 1, consistency: 'one' })],
  ['a condition at one on a delete', () => db.del('k', { ifVersion: 1, consistency: 'one' })],
  ['an increment at one', () => db.incr('k', 1, { consistency: 'one' })],
  ['an increment by a fraction', () => db.incr('k', 0.5)],
  ['a negative version', () => db.put('k', 'v', { ifVersion: -1 })],
  ['an unknown consistency', () => db.get('k', JSON.parse('{"consistency":"most"}'))],
  ['a timeout of nothing', () => db.get('k', { timeoutMs: 0 })],
  ['a scan at one', async () => db.scan({ consistency: 'one' })[Symbol.asyncIterator]().next()],
  ['a scan of no entries', async () => db.scan({ limit: 0 })[Symbol.asyncIterator]().next()],
])('%s is an invalid argument, and failed for certain', async (_what, attempt) => {
  await expect(attempt()).rejects.toMatchObject({ code: 'invalid-argument', outcome: 'failed' });
});

test('keys and values of exactly the limit are let through', async () => {
  const put = db.put('k'.repeat(limits.keyBytesMax), new Uint8Array(limits.valueBytesMax));
  await expect(put).rejects.toMatchObject({ code: 'not-running' });
});

test('addresses need keys and the id of the cluster', async () => {
  await expect(connect({ addresses })).rejects.toMatchObject({ code: 'invalid-argument' });
  await expect(connect({ addresses: [] })).rejects.toMatchObject({ code: 'invalid-argument' });
});

test('a name that does not fit into an id is refused', async () => {
  const named = connect({ addresses, keys, clusterId: testCluster, name: 'a'.repeat(65) });
  await expect(named).rejects.toMatchObject({ code: 'invalid-argument' });
});

test('an unknown cluster is named, with those that are there', async () => {
  await expect(connect({ home: '/nonexistent', cluster: 'lab' })).rejects.toMatchObject({
    code: 'cluster-not-found',
    message: expect.stringContaining('lab'),
    hint: expect.stringContaining('dsys up'),
  });
});
