// The files of a cluster: what was written is read back, and every complaint names file, field and
// remedy.

import { describe, expect, test } from 'vitest';
import { featureLevelOfThisBuild } from '../../src/core/model/features.ts';
import { clusterId, incarnation, nodeId, storageId } from '../../src/core/model/ids.ts';
import { DsysError } from '../../src/errors.ts';
import {
  bootstrapOf,
  type ClusterFile,
  formatClusterFile,
  newClusterFile,
  parseClusterFile,
  withMember,
  withoutMember,
} from '../../src/wire/cluster-file.ts';
import { formatIdentityFile, parseIdentityFile } from '../../src/wire/identity-file.ts';
import { formatKeyFile, parseKeyFile } from '../../src/wire/key-file.ts';
import { cluster } from './samples.ts';

const publicKey = 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7';
const secretKey = 'D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs';

const otherStorage = '22222222-2222-4333-8444-555555555555';
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
const file: ClusterFile = newClusterFile({
  name: 'lab',
  clusterId: cluster,
  createdAt: '2026-01-02T03:04:05.678Z',
  seed: 'a seed',
  basePort: 7400,
  settings: { replicationFactor: 3, partitions: 64, resolver: 'lww', deadNodeTimeoutMs: 60_000 },
  clientPublicKey: publicKey,
  members: [member, { ...member, node: nodeId('node2') }],
});
const path = '/lab/cluster.json';
const newcomer = { ...member, node: nodeId('node3'), storageId: storageId(otherStorage) };
const at = '2026-02-03T04:05:06.000Z';
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
function changed(place: readonly (string | number)[], value: unknown): string {
  const copy = structuredClone(file) as unknown as Record<string | number, unknown>;
  let inner = copy;
  for (const step of place.slice(0, -1)) inner = inner[step] as Record<string | number, unknown>;
  inner[place.at(-1) ?? ''] = value;
  return JSON.stringify(copy);
}

describe('cluster.json', () => {
  test('is read as it was written, and ends with a line break', () => {
    const text = formatClusterFile(file);
    expect(parseClusterFile(text, path)).toEqual(file);
    expect(text.endsWith('}\n')).toBe(true);
  });

  test('gives every node the same beginning, at the level of the build that made it', () => {
    const { members, settings } = file;
    const featureLevel = featureLevelOfThisBuild;
    expect(bootstrapOf(file)).toEqual({ clusterId: cluster, members, settings, featureLevel });
  });

  test('gives the same beginning for ever, whoever joins and leaves', () => {
    const joined = withMember(file, newcomer);
    const left = withoutMember(joined, { node: member.node, at });
    const again = parseClusterFile(formatClusterFile(left), path);
    expect(again.members.map(({ node }) => node)).toEqual(['node2', 'node3']);
    expect(again.removed).toEqual([{ node: 'node1', storageId: member.storageId, at }]);
    expect(bootstrapOf(again)).toEqual(bootstrapOf(file));
  });

  test('takes a member in the place of its name, but never a storage that was removed', () => {
    const moved = { ...newcomer, zone: 'b' };
    expect(withMember(withMember(file, newcomer), moved).members.at(-1)).toEqual(moved);
    expect(withMember(withMember(file, newcomer), moved).members).toHaveLength(3);
    const left = withoutMember(file, { node: member.node, at });
    expect(() => withMember(left, member)).toThrow('was removed');
    const replaced = withMember(left, { ...newcomer, node: member.node });
    expect(replaced.members.map(({ node }) => node)).toEqual(['node2', 'node1']);
  });

  test('is as it was when somebody leaves who is not there, and keeps its last member', () => {
    expect(withoutMember(file, { node: nodeId('node9'), at })).toBe(file);
    const alone = withoutMember(file, { node: member.node, at });
    expect(() => withoutMember(alone, { node: nodeId('node2'), at })).toThrow('last member');
  });

  test('remembers the last 256 that were removed', () => {
    let many = file;
    for (let number = 1; number <= 300; number++) {
      const node = nodeId(`n${number}`);
      const uuid = storageId(otherStorage.replace('22222222', `${10_000_000 + number}`));
      many = withoutMember(withMember(many, { ...newcomer, node, storageId: uuid }), { node, at });
    }
    expect(many.removed).toHaveLength(256);
    expect(many.removed.at(-1)?.node).toBe('n300');
    expect(parseClusterFile(formatClusterFile(many), path)).toEqual(many);
  });

  test('of the first builds began with its members, at level 1, and waits ten minutes', () => {
    const { birth: _, removed: __, ...old } = file;
    const settings = { replicationFactor: 3, partitions: 64, resolver: 'lww' } as const;
    const read = parseClusterFile(JSON.stringify({ ...old, settings }), path);
    const now = { ...settings, deadNodeTimeoutMs: 600_000 };
    expect(read).toMatchObject({ settings: now, removed: [] });
    const { members } = file;
    expect(read.birth).toEqual({ members, settings: now, featureLevel: 1 });
    const rewritten = parseClusterFile(formatClusterFile(withMember(read, newcomer)), path);
    expect(rewritten.birth).toEqual(read.birth);
  });

  test('fields that are not known yet are ignored', () => {
    const text = changed(['colour'], 'blue');
    expect(parseClusterFile(text, path)).toEqual(file);
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
    [
      ['settings', 'deadNodeTimeoutMs'],
      0,
      'settings.deadNodeTimeoutMs: expected a whole number from 1 to 31536000000, found 0',
    ],
    [['birth'], null, 'birth: expected an object, found null'],
    [['birth', 'members'], [], 'birth.members: expected 1 to 1024 members, found []'],
    [
      ['birth', 'featureLevel'],
      0,
      'birth.featureLevel: expected a whole number from 1 to 65535, found 0',
    ],
    [['removed'], {}, 'removed: expected a list, found {}'],
    [
      ['removed'],
      [{}],
      'removed[0].node: expected a name of letters, digits, . _ -, found nothing',
    ],
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
  ])('%j = %j is refused', (place, value, message) => {
    const error = refusal(() => parseClusterFile(changed(place, value), path));
    expect(error.code).toBe('config-invalid');
    expect(error.message).toContain(`/lab/cluster.json: ${message}`);
    expect(error.hint).toContain('dsys rm NAME');
  });

  test.each(['', '{', 'null', '[]', '7'])('%j is refused', (text) => {
    const error = refusal(() => parseClusterFile(text, path));
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
