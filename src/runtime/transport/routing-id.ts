// What a transport calls itself when it dials: `name/KEY-INSTANCE`. The name says which peer speaks,
// the mark which key the peer had when it did, the instance which process of that name it is. The
// first builds said `name/INSTANCE`.

import { createHash, randomUUID } from 'node:crypto';
import { type NodeId, nodeId } from '../../core/model/ids.ts';

const markLetters = 12;
const form = /^([^/]+)\/(?:([0-9a-f]{12})-)?[^/-]+$/;

export interface Speaker {
  readonly node: NodeId;
  /** null: an old build, which does not say. */
  readonly keyMark: string | null;
}

/** A new process under that name. */
export function newInstance(): string {
  return randomUUID().slice(0, 8);
}

export function routingIdOf(options: {
  readonly node: NodeId;
  readonly publicKey: string;
  readonly instance: string;
}): string {
  return `${options.node}/${keyMarkOf(options.publicKey)}-${options.instance}`;
}

/** null: no transport of dsys calls itself so. */
export function speakerOf(routingId: string): Speaker | null {
  const [, name, keyMark = null] = form.exec(routingId) ?? [];
  return name === undefined ? null : { node: nodeId(name), keyMark };
}

/** Tells keys apart in few letters; it proves nothing, the handshake did. */
export function keyMarkOf(publicKey: string): string {
  return createHash('sha256').update(publicKey).digest('hex').slice(0, markLetters);
}
