// What is wrong with a node's place in the cluster is said before anything is opened.

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { clusterId, nodeId, storageId } from '../../src/core/model/ids.ts';
import type { Member } from '../../src/core/model/member.ts';
import { assemble } from '../../src/runtime/assembly.ts';
import { isRemoval, reportOf } from '../../src/runtime/fatal.ts';
import {
  formatClusterFile,
  newClusterFile,
  withMember,
  withoutMember,
} from '../../src/wire/cluster-file.ts';

const publicKey = 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7';
const address = 'tcp://127.0.0.1:1';
const member = (number: number, generation = 1): Member => ({
  node: nodeId(`node${number}`),
  storageId: storageId(`0000000${generation}-0000-4000-8000-00000000000${number}`),
  addresses: { peer: address, client: address, bulk: address },
  publicKey,
  zone: '',
});
const born = newClusterFile({
  name: 'lab',
  clusterId: clusterId('11111111-1111-4111-8111-111111111111'),
  createdAt: '2026-01-02T03:04:05.678Z',
  seed: 'a seed',
  basePort: 7400,
  settings: { replicationFactor: 3, partitions: 4, resolver: 'lww', deadNodeTimeoutMs: 60_000 },
  clientPublicKey: publicKey,
  members: [1, 2, 3].map((number) => member(number)),
});
const gone = withoutMember(born, { node: nodeId('node3'), at: '2026-02-03T04:05:06.000Z' });

let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'dsys-assembly-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function start(name: string, file: typeof born): Promise<unknown> {
  writeFileSync(join(home, 'cluster.json'), formatClusterFile(file));
  const onFatal = (error: unknown): void => {
    throw error;
  };
  return assemble({ home, name, onFlushed: () => undefined, onFatal });
}

describe('a node that starts', () => {
  test('and was removed from the cluster is told so, and touches nothing', async () => {
    const error = await start('node3', gone).catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'member-removed', exitCode: 1 });
    expect(isRemoval(error)).toBe(true);
    expect(reportOf(error)).toMatchObject({ code: 'member-removed', exitCode: 1 });
    expect(readdirSync(home)).toEqual(['cluster.json']);
  });

  test('under a name that has a member again is that member', async () => {
    const file = withMember(gone, member(3, 2));
    await expect(start('node3', file)).rejects.toMatchObject({ code: 'storage-wiped' });
  });

  test('and never was a member is told who is', async () => {
    const error = await start('node9', gone).catch((cause: unknown) => cause);
    expect(error).toMatchObject({
      code: 'node-not-found',
      message: 'cluster lab has no node node9; it has node1, node2',
    });
    expect(isRemoval(error)).toBe(false);
  });
});
