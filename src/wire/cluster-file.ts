// cluster.json: what `dsys up` decided about a cluster, and every node and client reads. Its text
// is checked completely here, so that nothing later meets a wrong address or a missing key.

import type { Bootstrap } from '../core/contract.ts';
import { type ClusterId, clusterId, nodeId, storageId } from '../core/model/ids.ts';
import type { Member } from '../core/model/operation.ts';
import type { Settings } from '../core/model/state.ts';
import { groupsMax, isNodeName, membersMax } from './fields.ts';
import { formatJsonFile, type JsonField, parseJsonFile } from './json-file.ts';
import { isEndpoint, isUuid, isZ85Key } from './member.ts';

export interface ClusterFile {
  readonly schema: 1;
  readonly name: string;
  readonly clusterId: ClusterId;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Every stream of chance of the cluster begins here. */
  readonly seed: string;
  readonly basePort: number;
  readonly settings: Settings;
  /** Z85, of the key that every command uses. */
  readonly clientPublicKey: string;
  /** Invariant: at least one; names are unique. */
  readonly members: readonly Member[];
}

const hint =
  'restore the file from a copy, or remove the cluster (dsys rm NAME) and create it again';

/** Throws `config-invalid` that names `path`, the field, and what was expected and found. */
export function parseClusterFile(text: string, path: string): ClusterFile {
  const root = parseJsonFile(text, { path, hint, schema: 1 });
  return {
    schema: 1,
    name: root.at('name').text('the name of the cluster', isNodeName),
    clusterId: clusterId(root.at('clusterId').text('a UUID in lower case', isUuid)),
    createdAt: root.at('createdAt').text('a time in ISO 8601', isTime),
    seed: root.at('seed').text('text', isAny),
    basePort: root.at('basePort').whole(1, 65_535),
    settings: readSettings(root.at('settings')),
    clientPublicKey: root.at('clientPublicKey').text(z85, isZ85Key),
    members: readMembers(root.at('members')),
  };
}

export function formatClusterFile(file: ClusterFile): string {
  return formatJsonFile(file);
}

/** What every node of the cluster begins with; the same on all. */
export function bootstrapOf({ clusterId: id, members, settings }: ClusterFile): Bootstrap {
  return { clusterId: id, members, settings };
}

const z85 = 'a key of 40 characters (Z85)';
const isAny = (): boolean => true;
const isTime = (text: string): boolean => !Number.isNaN(Date.parse(text));
const isZone = (text: string): boolean => text.length <= 64;
const isResolver = (text: string): boolean => text === 'lww' || text === 'siblings';

function readSettings(field: JsonField): Settings {
  return {
    replicationFactor: field.at('replicationFactor').whole(1, membersMax),
    partitions: field.at('partitions').whole(1, groupsMax),
    resolver: field.at('resolver').text('lww or siblings', isResolver) as Settings['resolver'],
  };
}

function readMembers(field: JsonField): readonly Member[] {
  const members = field.list().map(readMember);
  const names = new Set(members.map(({ node }) => node));
  if (members.length === 0 || members.length > membersMax)
    field.refuse(`1 to ${membersMax} members`);
  if (names.size < members.length) field.refuse('every name once');
  return members;
}

function readMember(field: JsonField): Member {
  const addresses = field.at('addresses');
  const address = (name: string) => addresses.at(name).text('tcp://HOST:PORT', isEndpoint);
  return {
    node: nodeId(field.at('node').text('a name of letters, digits, . _ -', isNodeName)),
    storageId: storageId(field.at('storageId').text('a UUID in lower case', isUuid)),
    addresses: { peer: address('peer'), client: address('client'), bulk: address('bulk') },
    publicKey: field.at('publicKey').text(z85, isZ85Key),
    zone: field.at('zone').text('text of at most 64 characters', isZone),
  };
}
