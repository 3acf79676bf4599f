// Frames between nodes: who speaks, then any number of messages. One malformed message drops the
// whole frame: a sender that makes one is broken, and half a frame would reorder what it says. A
// notice of removal is a kind of its own, because it goes to nobody that the machine knows.
//
//   32 storage id, 16 bytes │ 48 incarnation u32 │ 52 bytes received f64 │ 60 name length u8 │ 61 name │ body

import type { PeerMessage } from '../core/messages.ts';
import {
  type ClusterId,
  type Incarnation,
  incarnation,
  type NodeId,
  type StorageId,
  storageId,
} from '../core/model/ids.ts';
import { listMax, listReader, readCount, readFields, readNode } from './fields.ts';
import { type Dropped, kindOf, openFrame, sealFrame } from './frame-header.ts';
import { malformed } from './malformed.ts';
import { readStorageId } from './member.ts';
import { pack, unpack } from './msgpack.ts';
import { frameKinds } from './numbers.ts';
import { peerFields, readPeerMessage } from './peer-message.ts';
import { readUuid, writeUuid } from './uuid.ts';

const nameAt = 61;
const kinds = [frameKinds.peer, frameKinds.removal];
const readMessages = listReader('messages', listMax, readPeerMessage);

/** Who speaks; stands in every frame. */
export interface PeerHeader {
  readonly clusterId: ClusterId;
  readonly sender: NodeId;
  readonly storageId: StorageId;
  readonly incarnation: Incarnation;
  /**
   * Bytes of the receiver's frames that the sender has taken in so far (credit); 0: it does not
   * count.
   */
  readonly receivedBytes?: number;
}

/** A header as it arrived: complete. */
export interface ReceivedPeerHeader extends PeerHeader {
  readonly receivedBytes: number;
  readonly featureLevel: number;
}

export interface PeerFrame {
  readonly kind: 'frame';
  readonly header: ReceivedPeerHeader;
  readonly messages: readonly PeerMessage[];
}

/** Whoever has this storage is no member any more. */
export interface RemovalNotice {
  readonly kind: 'removal';
  readonly header: ReceivedPeerHeader;
  readonly removed: StorageId;
}

export function encodePeerFrame(header: PeerHeader, messages: readonly PeerMessage[]): Buffer {
  return sealPeerFrame(header, frameKinds.peer, messages.map(peerFields));
}

export function encodeRemovalNotice(header: PeerHeader, removed: StorageId): Buffer {
  return sealPeerFrame(header, frameKinds.removal, [removed]);
}

function sealPeerFrame(header: PeerHeader, kind: number, body: readonly unknown[]): Buffer {
  const { clusterId, sender } = header;
  const headerBytes = nameAt + sender.length;
  const frame = pack(body, headerBytes);
  writeUuid(frame, header.storageId, 32);
  frame.writeUInt32BE(header.incarnation, 48);
  frame.writeDoubleBE(header.receivedBytes ?? 0, 52);
  frame.writeUInt8(sender.length, 60);
  frame.write(sender, nameAt, 'latin1');
  return sealFrame(frame, { clusterId, kind, headerBytes });
}

/**
 * Never throws, whatever the bytes are. Values inside are slices of `frame`, entries are copies.
 */
export function decodePeerFrame(
  frame: Uint8Array,
  expected: { readonly clusterId: ClusterId },
): PeerFrame | RemovalNotice | Dropped {
  const { clusterId } = expected;
  return openFrame(frame, { clusterId, kinds }, (bytes, bodyAt): PeerFrame | RemovalNotice => {
    const header = readPeerHeader(bytes, bodyAt, clusterId);
    const body = unpack(bytes, bodyAt);
    return kindOf(bytes) === frameKinds.peer
      ? { kind: 'frame', header, messages: readMessages(body) }
      : { kind: 'removal', header, removed: readStorageId(readFields(body, 1, 'removal')[0]) };
  });
}

function readPeerHeader(frame: Buffer, bodyAt: number, clusterId: ClusterId): ReceivedPeerHeader {
  if (bodyAt < nameAt) return malformed('peer header', 'a sender', frame);
  const nameEnd = nameAt + frame.readUInt8(60);
  if (nameEnd > bodyAt)
    return malformed('peer header', 'a name that ends before the body', nameEnd);
  return {
    clusterId,
    sender: readNode(frame.toString('latin1', nameAt, nameEnd)),
    storageId: storageId(readUuid(frame, 32)),
    incarnation: incarnation(frame.readUInt32BE(48)),
    receivedBytes: readCount(frame.readDoubleBE(52), 'receivedBytes'),
    featureLevel: frame.readUInt16BE(10),
  };
}
