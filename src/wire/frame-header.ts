// How every frame begins, and the gate that it passes first. Numbers are big-endian.
//
//   0 magic u32 │ 4 checksum u32 │ 8 protocol u16 │ 10 feature level u16 │ 12 kind u8 │ 13 header bytes u8
//   16 cluster id, 16 bytes │ 32 what the kind adds │ the body follows the header
//
// The checksum covers everything from 8 on, so no flipped bit passes. Magic, checksum and protocol
// stay where they are in every protocol version to come: that is how two versions can tell each
// other apart.

import { featureLevelOfThisBuild } from '../core/model/features.ts';
import type { ClusterId } from '../core/model/ids.ts';
import { limits } from '../core/model/limits.ts';
import { checksum } from './checksum.ts';
import { MalformedError, malformed } from './malformed.ts';
import { bufferOf } from './msgpack.ts';
import { readUuid, writeUuid } from './uuid.ts';

/**
 * Raised when older nodes could not understand the bytes any more; versions do not talk to each
 * other.
 */
export const protocolVersion = 1;
/** Of the part that every kind has. */
export const sharedHeaderBytes = 32;

const magic = 0x64737973;

/** Why a frame was dropped; counted under these names. Append only. */
export const dropReasons = ['too-big', 'malformed', 'foreign-cluster', 'protocol-version'] as const;
export type DropReason = (typeof dropReasons)[number];

export interface Dropped {
  readonly kind: 'dropped';
  readonly reason: DropReason;
  /** For people: what was expected and found. */
  readonly detail: string;
}

/** What the frame is expected to be. */
export interface Expected {
  readonly clusterId: ClusterId;
  /** Any of these; a kind of a later build is dropped like other nonsense. */
  readonly kinds: readonly number[];
}

/**
 * Fills in the shared part of a frame whose rest is complete. `headerBytes` is where its body
 * begins.
 */
export function sealFrame(
  frame: Buffer,
  header: { clusterId: ClusterId; kind: number; headerBytes: number },
): Buffer {
  frame.writeUInt32BE(magic, 0);
  frame.writeUInt16BE(protocolVersion, 8);
  frame.writeUInt16BE(featureLevelOfThisBuild, 10);
  frame.writeUInt8(header.kind, 12);
  frame.writeUInt8(header.headerBytes, 13);
  frame.writeUInt16BE(0, 14);
  writeUuid(frame, header.clusterId, 16);
  frame.writeUInt32BE(checksum(frame.subarray(8)), 4);
  return frame;
}

/**
 * Checks what is true of every good frame, then hands it to `read` with the offset of its body.
 * Whatever the bytes are, this returns: MalformedError thrown by `read` is a drop of the whole
 * frame.
 */
export function openFrame<Frame>(
  bytes: Uint8Array,
  expected: Expected,
  read: (frame: Buffer, bodyAt: number) => Frame,
): Frame | Dropped {
  if (bytes.length > limits.frameBytesMax) {
    return dropped('too-big', `${bytes.length} bytes, at most ${limits.frameBytesMax} are allowed`);
  }
  const frame = bufferOf(bytes);
  try {
    return refuse(frame, expected) ?? read(frame, frame.readUInt8(13));
  } catch (error) {
    if (error instanceof MalformedError) return dropped('malformed', error.message);
    throw error;
  }
}

function refuse(frame: Buffer, expected: Expected): Dropped | null {
  if (frame.length < sharedHeaderBytes) return malformed('frame', '32 bytes of header', frame);
  if (frame.readUInt32BE(0) !== magic) return malformed('frame', 'to begin with dsys', frame);
  const version = frame.readUInt16BE(8);
  if (version !== protocolVersion) {
    return dropped('protocol-version', `it speaks ${version}, this side ${protocolVersion}`);
  }
  if (frame.readUInt32BE(4) !== checksum(frame.subarray(8))) {
    return malformed('frame', 'its own checksum', frame);
  }
  const cluster = readUuid(frame, 16);
  if (cluster !== expected.clusterId) return dropped('foreign-cluster', `it belongs to ${cluster}`);
  const kind = kindOf(frame);
  if (!expected.kinds.includes(kind))
    return malformed('frame kind', expected.kinds.join(' or '), kind);
  const bodyAt = frame.readUInt8(13);
  return bodyAt >= sharedHeaderBytes && bodyAt < frame.length
    ? null
    : malformed('header length', 'a place in the frame', bodyAt);
}

export function kindOf(frame: Buffer): number {
  return frame.readUInt8(12);
}

function dropped(reason: DropReason, detail: string): Dropped {
  return { kind: 'dropped', reason, detail };
}
