// cluster.json: what `dsys up` decided about a cluster, who has joined and left since, and what every
// node and client reads. Its text is checked completely here, so that nothing later meets a wrong
// address or a missing key. Guarantee: however members change, the birth stays as it was written.

import type { Bootstrap } from '../core/contract.ts';
import { assert } from '../core/model/assert.ts';
import type { Settings } from '../core/model/control-row.ts';
import { featureLevelOfThisBuild, features } from '../core/model/features.ts';
import {
  type ClusterId,
  clusterId,
  type NodeId,
  nodeId,
  type StorageId,
  storageId,
} from '../core/model/ids.ts';
import { limits } from '../core/model/limits.ts';
import type { Member } from '../core/model/member.ts';
import { featureLevelMax, groupsMax, isNodeName, membersMax } from './fields.ts';
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
  /** As they are now. Invariant: at least one; names are unique. */
  readonly members: readonly Member[];
  /** How every node of the cluster begins. A file of before has none: it began with its members. */
  readonly birth: Birth;
  /** The last that were removed, oldest first; only to tell who asks for them. */
  readonly removed: readonly RemovedMember[];
}

export type Birth = Omit<Bootstrap, 'clusterId'>;

export interface RemovedMember {
  readonly node: NodeId;
  readonly storageId: StorageId;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** More than the control group remembers. */
const removedMax = 256;
const deadNodeTimeoutMsMax = 365 * 24 * 60 * 60 * 1000;
const hint =
  'restore the file from a copy, or remove the cluster (dsys rm NAME) and create it again';

/** Of a cluster that begins now, with a build that everyone has. */
export function newClusterFile(
  file: Omit<ClusterFile, 'schema' | 'birth' | 'removed'>,
): ClusterFile {
  const { members, settings } = file;
  const birth = { members, settings, featureLevel: featureLevelOfThisBuild };
  return { schema: 1, ...file, birth, removed: [] };
}

/** The same cluster with one more member, or with another one in the place of its name. */
export function withMember(file: ClusterFile, member: Member): ClusterFile {
  const isRemoved = file.removed.some((each) => each.storageId === member.storageId);
  assert(!isRemoved, () => `storage ${member.storageId} was removed and can not come back`);
  const others = file.members.filter(({ node }) => node !== member.node);
  return { ...file, members: [...others, member] };
}

/** The same cluster without a member that left it; as it was when it has no such member. */
export function withoutMember(
  file: ClusterFile,
  { node, at }: Pick<RemovedMember, 'node' | 'at'>,
): ClusterFile {
  const member = file.members.find((each) => each.node === node);
  if (member === undefined) return file;
  const members = file.members.filter((each) => each !== member);
  assert(members.length > 0, () => `${node} is the last member`);
  const removed = [...file.removed, { node, storageId: member.storageId, at }];
  return { ...file, members, removed: removed.slice(-removedMax) };
}

/** What every node of the cluster begins with; the same on all, and for ever. */
export function bootstrapOf({ clusterId: id, birth }: ClusterFile): Bootstrap {
  return { clusterId: id, ...birth };
}

/** Throws `config-invalid` that names `path`, the field, and what was expected and found. */
export function parseClusterFile(text: string, path: string): ClusterFile {
  const root = parseJsonFile(text, { path, hint, schema: 1 });
  const file = {
    schema: 1,
    name: root.at('name').text('the name of the cluster', isNodeName),
    clusterId: clusterId(root.at('clusterId').text('a UUID in lower case', isUuid)),
    createdAt: root.at('createdAt').text('a time in ISO 8601', isTime),
    seed: root.at('seed').text('text', isAny),
    basePort: root.at('basePort').whole(1, 65_535),
    settings: readSettings(root.at('settings')),
    clientPublicKey: root.at('clientPublicKey').text(z85, isZ85Key),
    members: readMembers(root.at('members')),
  } as const;
  const { members, settings } = file;
  const old = { members, settings, featureLevel: features.baseline };
  const birth = root.at('birth').ifThere(readBirth) ?? old;
  return { ...file, birth, removed: root.at('removed').ifThere(readRemoved) ?? [] };
}

export function formatClusterFile(file: ClusterFile): string {
  return formatJsonFile(file);
}

const z85 = 'a key of 40 characters (Z85)';
const isAny = (): boolean => true;
const isTime = (text: string): boolean => !Number.isNaN(Date.parse(text));
const isZone = (text: string): boolean => text.length <= 64;
const isResolver = (text: string): boolean => text === 'lww' || text === 'siblings';

function readSettings(field: JsonField): Settings {
  const readTimeout = (timeout: JsonField) => timeout.whole(1, deadNodeTimeoutMsMax);
  return {
    replicationFactor: field.at('replicationFactor').whole(1, membersMax),
    partitions: field.at('partitions').whole(1, groupsMax),
    resolver: field.at('resolver').text('lww or siblings', isResolver) as Settings['resolver'],
    deadNodeTimeoutMs:
      field.at('deadNodeTimeoutMs').ifThere(readTimeout) ?? limits.deadNodeTimeoutMs,
  };
}

function readBirth(field: JsonField): Birth {
  return {
    members: readMembers(field.at('members')),
    settings: readSettings(field.at('settings')),
    featureLevel: field.at('featureLevel').whole(features.baseline, featureLevelMax),
  };
}

function readRemoved(field: JsonField): readonly RemovedMember[] {
  const removed = field.list().map((each) => ({
    node: readName(each.at('node')),
    storageId: readStorage(each.at('storageId')),
    at: each.at('at').text('a time in ISO 8601', isTime),
  }));
  return removed.length > removedMax ? field.refuse(`at most ${removedMax} of them`) : removed;
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
    node: readName(field.at('node')),
    storageId: readStorage(field.at('storageId')),
    addresses: { peer: address('peer'), client: address('client'), bulk: address('bulk') },
    publicKey: field.at('publicKey').text(z85, isZ85Key),
    zone: field.at('zone').text('text of at most 64 characters', isZone),
  };
}

function readName(field: JsonField): NodeId {
  return nodeId(field.text('a name of letters, digits, . _ -', isNodeName));
}

function readStorage(field: JsonField): StorageId {
  return storageId(field.text('a UUID in lower case', isUuid));
}
