// Frames between a client and a node: many requests one way, many replies the other. A node that
// dropped a frame for its protocol version answers with an empty frame of replies: the client then
// finds the same reason on its side, and can tell its user.

import type { ClusterId } from '../core/model/ids.ts';
import type { Reply, Request } from '../core/model/operation.ts';
import { type Fields, listMax, listReader } from './fields.ts';
import { type Dropped, openFrame, sealFrame, sharedHeaderBytes } from './frame-header.ts';
import { pack, unpack } from './msgpack.ts';
import { frameKinds } from './numbers.ts';
import { readReply, replyFields } from './reply.ts';
import { readRequest, requestFields } from './request.ts';

const readRequests = listReader('requests', listMax, readRequest);
const readReplies = listReader('replies', listMax, readReply);

export interface RequestFrame {
  readonly kind: 'frame';
  readonly requests: readonly Request[];
}

export interface ReplyFrame {
  readonly kind: 'frame';
  readonly replies: readonly Reply[];
}

export function encodeRequests(frame: {
  readonly clusterId: ClusterId;
  readonly requests: readonly Request[];
}): Buffer {
  const body = frame.requests.map(requestFields);
  return sealBody({ clusterId: frame.clusterId, kind: frameKinds.requests, body });
}

/** Never throws, whatever the bytes are. */
export function decodeRequests(
  frame: Uint8Array,
  expected: { readonly clusterId: ClusterId },
): RequestFrame | Dropped {
  const { clusterId } = expected;
  return openFrame(frame, { clusterId, kinds: [frameKinds.requests] }, (bytes, bodyAt) => {
    const requests = readRequests(unpack(bytes, bodyAt));
    return { kind: 'frame', requests };
  });
}

export function encodeReplies(frame: {
  readonly clusterId: ClusterId;
  readonly replies: readonly Reply[];
}): Buffer {
  const body = frame.replies.map(replyFields);
  return sealBody({ clusterId: frame.clusterId, kind: frameKinds.replies, body });
}

/** Never throws, whatever the bytes are. Values are slices of `frame`. */
export function decodeReplies(
  frame: Uint8Array,
  expected: { readonly clusterId: ClusterId },
): ReplyFrame | Dropped {
  const { clusterId } = expected;
  return openFrame(frame, { clusterId, kinds: [frameKinds.replies] }, (bytes, bodyAt) => {
    const replies = readReplies(unpack(bytes, bodyAt));
    return { kind: 'frame', replies };
  });
}

function sealBody(parts: { clusterId: ClusterId; kind: number; body: readonly Fields[] }): Buffer {
  const { clusterId, kind, body } = parts;
  return sealFrame(pack(body, sharedHeaderBytes), {
    clusterId,
    kind,
    headerBytes: sharedHeaderBytes,
  });
}
