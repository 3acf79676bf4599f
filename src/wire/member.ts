// A member of the cluster as a positional list, and the rules that its parts keep everywhere: on
// the wire, in the control group's row and in cluster.json.

import { type StorageId, storageId } from '../core/model/ids.ts';
import type { Member } from '../core/model/member.ts';
import { type Fields, listReader, membersMax, readFields, readNode, readText } from './fields.ts';
import { malformed } from './malformed.ts';

const endpoint = /^tcp:\/\/[^\s/]{1,253}:\d{1,5}$/;
const z85Key = /^[0-9a-zA-Z.:+=^!/*?&<>()[\]{}@%$#-]{40}$/;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const zoneBytesMax = 64;

/** `tcp://127.0.0.1:7400` */
export function isEndpoint(text: string): boolean {
  return endpoint.test(text);
}

/** 32 bytes of a CURVE key as 40 printable characters. */
export function isZ85Key(text: string): boolean {
  return z85Key.test(text);
}

/** In lower case, so that equal ids are equal texts. */
export function isUuid(text: string): boolean {
  return uuid.test(text);
}

export function memberFields(member: Member): Fields {
  const { node, addresses, publicKey, zone } = member;
  const { peer, client, bulk } = addresses;
  return [node, member.storageId, peer, client, bulk, publicKey, zone];
}

export function readMember(value: unknown): Member {
  const fields = readFields(value, 6, 'member');
  return {
    node: readNode(fields[0]),
    storageId: readStorageId(fields[1]),
    addresses: {
      peer: readEndpoint(fields[2]),
      client: readEndpoint(fields[3]),
      bulk: readEndpoint(fields[4]),
    },
    publicKey: readPublicKey(fields[5]),
    zone: fields[6] === undefined ? '' : readText(fields[6], zoneBytesMax, 'zone'),
  };
}

export const readMembers = listReader('members', membersMax, readMember);

/** A UUID; the name is checked by who gave it out, here only its form. */
export function readStorageId(value: unknown): StorageId {
  if (typeof value === 'string' && isUuid(value)) return storageId(value);
  return malformed('storage id', 'a UUID in lower case', value);
}

function readEndpoint(value: unknown): string {
  if (typeof value === 'string' && isEndpoint(value)) return value;
  return malformed('address', 'tcp://HOST:PORT', value);
}

function readPublicKey(value: unknown): string {
  if (typeof value === 'string' && isZ85Key(value)) return value;
  return malformed('public key', '40 characters of Z85', value);
}
