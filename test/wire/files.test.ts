// The files of a cluster: what was written is read back, and every complaint names file, field and
// remedy.

import { describe, expect, test } from 'vitest';
import { clusterId, incarnation, nodeId, storageId } from '../../src/core/model/ids.ts';
import { DsysError } from '../../src/errors.ts';
import {
  bootstrapOf,
  type ClusterFile,
  formatClusterFile,
  parseClusterFile,
} from '../../src/wire/cluster-file.ts';
import { formatIdentityFile, parseIdentityFile } from '../../src/wire/identity-file.ts';
import { formatKeyFile, parseKeyFile } from '../../src/wire/key-file.ts';
import { cluster } from './samples.ts';

const publicKey = 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7';
const secretKey = 'D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs';

const member = {
  node: nodeId('node1'),
  storageId: storageId('11111111-2222-4333-8444-555555555555'),
  addresses: {
    peer: 'tcp://127.0.0.1:7400',
    client: 'tcp://127.0.0.1:7401',
    bulk: 'tcp://127.0.0.1:7402',
  },
  publicKey,
  zone: '',
};
const file: ClusterFile = {
  schema: 1,
  name: 'lab',
  clusterId: cluster,
  createdAt: '2026-01-02T03:04:05.678Z',
  seed: 'a seed',
  basePort: 7400,
  settings: { replicationFactor: 3, partitions: 64, resolver: 'lww' },
  clientPublicKey: publicKey,
  members: [member, { ...member, node: nodeId('node2') }],
};
const identity = {
  schema: 1,
  clusterId: clusterId(cluster),
  node: nodeId('node1'),
  storageId: member.storageId,
  incarnation: incarnation(3),
} as const;

function refusal(read: () => unknown): DsysError {
  try {
    read();
  } catch (error) {
    if (error instanceof DsysError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

/** The file with one field changed, as text. */
function changed(path: readonly (string | number)[], value: unknown): string {
  const copy = structuredClone(file) as unknown as Record<string | number, unknown>;
  let inner = copy;
  for (const step of path.slice(0, -1)) inner = inner[step] as Record<string | number, unknown>;
  inner[path.at(-1) ?? ''] = value;
  return JSON.stringify(copy);
}

describe('cluster.json', () => {
  test('is read as it was written, and ends with a line break', () => {
    const text = formatClusterFile(file);
    expect(parseClusterFile(text, '/lab/cluster.json')).toEqual(file);
    expect(text.endsWith('}\n')).toBe(true);
  });

  test('gives every node the same beginning', () => {
    const { members, settings } = file;
    expect(bootstrapOf(file)).toEqual({ clusterId: cluster, members, settings });
  });

  test('fields that are not known yet are ignored', () => {
    const text = changed(['colour'], 'blue');
    expect(parseClusterFile(text, '/lab/cluster.json')).toEqual(file);
  });

  test.each([
    [['schema'], 2, 'schema: expected a whole number from 1 to 1, found 2'],
    [['name'], '', 'name: expected the name of the cluster, found ""'],
    [['clusterId'], 'lab', 'clusterId: expected a UUID in lower case, found "lab"'],
    [['createdAt'], 'yesterday', 'createdAt: expected a time in ISO 8601, found "yesterday"'],
    [['basePort'], 70_000, 'basePort: expected a whole number from 1 to 65535, found 70000'],
    [['seed'], undefined, 'seed: expected text, found nothing'],
    [['settings'], [], 'settings: expected an object, found []'],
    [
      ['settings', 'partitions'],
      0,
      'settings.partitions: expected a whole number from 1 to 65536, found 0',
    ],
    [['settings', 'resolver'], 'x', 'settings.resolver: expected lww or siblings, found "x"'],
    [['clientPublicKey'], 'k', 'clientPublicKey: expected a key of 40 characters (Z85), found "k"'],
    [['members'], [], 'members: expected 1 to 1024 members, found []'],
    [['members'], {}, 'members: expected a list, found {}'],
    [
      ['members', 1, 'node'],
      'a b',
      'members[1].node: expected a name of letters, digits, . _ -, found "a b"',
    ],
    [['members', 1, 'node'], 'node1', 'members: expected every name once, found'],
    [
      ['members', 0, 'storageId'],
      5,
      'members[0].storageId: expected a UUID in lower case, found 5',
    ],
    [
      ['members', 0, 'addresses', 'bulk'],
      'x',
      'members[0].addresses.bulk: expected tcp://HOST:PORT, found "x"',
    ],
    [
      ['members', 0, 'zone'],
      null,
      'members[0].zone: expected text of at most 64 characters, found null',
    ],
  ])('%j = %j is refused', (path, value, message) => {
    const error = refusal(() => parseClusterFile(changed(path, value), '/lab/cluster.json'));
    expect(error.code).toBe('config-invalid');
    expect(error.message).toContain(`/lab/cluster.json: ${message}`);
    expect(error.hint).toContain('dsys rm NAME');
  });

  test.each(['', '{', 'null', '[]', '7'])('%j is refused', (text) => {
    const error = refusal(() => parseClusterFile(text, '/lab/cluster.json'));
    expect(error.code).toBe('config-invalid');
    expect(error.message).toMatch(/^\/lab\/cluster\.json: expected /);
  });
});

describe('identity.json', () => {
  test('is read as it was written', () => {
    expect(parseIdentityFile(formatIdentityFile(identity), '/lab/node1/identity.json')).toEqual(
      identity,
    );
  });

  test('says what is wrong', () => {
    const text = formatIdentityFile({ ...identity, incarnation: incarnation(-1) });
    const error = refusal(() => parseIdentityFile(text, '/lab/node1/identity.json'));
    expect(error.message).toContain('/lab/node1/identity.json: incarnation: expected');
    expect(error.hint).toContain('dsys replace');
  });
});

describe('a key file', () => {
  test('is read as it was written', () => {
    const pair = { publicKey, secretKey };
    expect(parseKeyFile(formatKeyFile(pair), '/lab/keys/node1.json')).toEqual(pair);
  });

  test('never shows a secret in its complaint', () => {
    for (const text of [JSON.stringify({ secretKey }), `{"secretKey":"${secretKey}`, 'null', '']) {
      const error = refusal(() => parseKeyFile(text, '/lab/keys/node1.json'));
      expect(error.code).toBe('config-invalid');
      expect(error.message).toContain('/lab/keys/node1.json');
      expect(
        JSON.stringify([error.message, error.hint, error.details, String(error.cause)]),
      ).not.toContain(secretKey.slice(0, 8));
    }
  });
});
