// How a client finds its cluster: DSYS_HOME on disk, by name, by the last use, or because there is
// only one.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { curveKeyPair } from 'zeromq';
import { clusterAccess } from '../../src/client/cluster-home.ts';
import { nodeId, storageId } from '../../src/core/model/ids.ts';
import type { ClusterFile } from '../../src/wire/cluster-file.ts';
import { formatClusterFile } from '../../src/wire/cluster-file.ts';
import { testCluster } from './fake-node.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'dsys-home-'));
  vi.stubEnv('DSYS_HOME', home);
  vi.stubEnv('DSYS_CLUSTER', '');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

const keys = curveKeyPair();

function makeCluster(name: string): void {
  const tcp = (port: number): string => `tcp://127.0.0.1:${port}`;
  const settings = {
    replicationFactor: 1,
    partitions: 16,
    resolver: 'lww',
    deadNodeTimeoutMs: 600_000,
  } as const;
  const members = [
    {
      node: nodeId('node1'),
      storageId: storageId('00000000-0000-4000-8000-000000000001'),
      addresses: { peer: tcp(7400), client: tcp(7401), bulk: tcp(7402) },
      publicKey: keys.publicKey,
      zone: '',
    },
  ];
  const cluster: ClusterFile = {
    schema: 1,
    name,
    clusterId: testCluster,
    createdAt: '2026-01-01T00:00:00.000Z',
    seed: name,
    basePort: 7400,
    settings,
    clientPublicKey: keys.publicKey,
    members,
    birth: { members, settings, featureLevel: 1 },
    removed: [],
  };
  mkdirSync(join(home, name, 'keys'), { recursive: true });
  writeFileSync(join(home, name, 'cluster.json'), formatClusterFile(cluster));
  writeFileSync(join(home, name, 'keys', 'client.json'), JSON.stringify(keys));
}

test('the only cluster needs no name', () => {
  makeCluster('lab');
  expect(clusterAccess({})).toMatchObject({
    clusterId: testCluster,
    partitions: 16,
    keys,
    nodes: [{ node: 'node1', address: 'tcp://127.0.0.1:7401', publicKey: keys.publicKey }],
  });
});

test('of several, the named one, else the environment, else the last used one is meant', () => {
  for (const name of ['lab', 'other', 'third']) makeCluster(name);
  expect(() => clusterAccess({})).toThrow('no cluster is chosen');
  const spy = (options: { cluster?: string }): string => {
    rmSync(join(home, 'third', 'cluster.json'));
    try {
      clusterAccess(options);
      return 'another';
    } catch (error) {
      return String(error);
    } finally {
      makeCluster('third');
    }
  };
  expect(spy({ cluster: 'third' })).toContain('third');
  vi.stubEnv('DSYS_CLUSTER', 'third');
  expect(spy({})).toContain('third');
  expect(spy({ cluster: 'lab' })).toBe('another');
  vi.stubEnv('DSYS_CLUSTER', '');
  writeFileSync(join(home, 'current'), 'third\n');
  expect(spy({})).toContain('third');
});

test('an explicit home goes before the environment', () => {
  makeCluster('lab');
  vi.stubEnv('DSYS_HOME', '/nonexistent');
  expect(clusterAccess({ home }).partitions).toBe(16);
});

test('a missing key file is an error that names it', () => {
  makeCluster('lab');
  rmSync(join(home, 'lab', 'keys', 'client.json'));
  const open = (): unknown => clusterAccess({ cluster: 'lab' });
  expect(open).toThrow('client.json');
  expect(open).toThrow(expect.objectContaining({ code: 'unauthorized' }));
});

test('a damaged cluster file is an error that names it', () => {
  makeCluster('lab');
  writeFileSync(join(home, 'lab', 'cluster.json'), '{"schema":1');
  expect(() => clusterAccess({ cluster: 'lab' })).toThrow(join('lab', 'cluster.json'));
});
