// identity.json: which member of which cluster a data directory is, and how often it has been
// started. Made by `dsys up` with incarnation 0; the node raises it before it says a word.

import {
  type ClusterId,
  clusterId,
  type Incarnation,
  incarnation,
  type NodeId,
  nodeId,
  type StorageId,
  storageId,
} from '../core/model/ids.ts';
import { isNodeName } from './fields.ts';
import { formatJsonFile, parseJsonFile } from './json-file.ts';
import { isUuid } from './member.ts';

export interface IdentityFile {
  readonly schema: 1;
  readonly clusterId: ClusterId;
  readonly node: NodeId;
  readonly storageId: StorageId;
  readonly incarnation: Incarnation;
}

/** A frame carries it in four bytes. */
const incarnationMax = 0xffff_fffe;

/** Throws `config-invalid` that names `path`, the field, and what was expected and found. */
export function parseIdentityFile(text: string, path: string): IdentityFile {
  const hint = 'the data directory is damaged: dsys replace NODE gives the node a new one';
  const root = parseJsonFile(text, { path, hint, schema: 1 });
  return {
    schema: 1,
    clusterId: clusterId(root.at('clusterId').text('a UUID in lower case', isUuid)),
    node: nodeId(root.at('node').text('the name of the node', isNodeName)),
    storageId: storageId(root.at('storageId').text('a UUID in lower case', isUuid)),
    incarnation: incarnation(root.at('incarnation').whole(0, incarnationMax)),
  };
}

export function formatIdentityFile(file: IdentityFile): string {
  return formatJsonFile(file);
}
