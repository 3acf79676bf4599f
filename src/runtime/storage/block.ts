// The bytes of one block of the write-ahead log. A block is what one flush makes durable, whole or
// not at all: had a flush two blocks, a torn write could keep the second without the first and look
// like damage.
//
//   segment   header (32 bytes), then blocks, then zeros to the end of the file
//   header    magic  crc  format  number  size                       durable before the first block
//   block     magic  crc  sequence  segment  length  crc of body     then the body: (length, record)*

import { checksum } from '../../wire/checksum.ts';
import { storageFormat } from './format.ts';

export const segmentHeaderBytes = 32;
const blockHeaderBytes = 32;
const segmentMagic = 0x53575344;
const blockMagic = 0x42575344;
const blockMagicBytes = Buffer.from('DSWB', 'latin1');

export interface SegmentHeader {
  readonly number: number;
  /** Of the whole file; a shorter file was cut. */
  readonly size: number;
}

/** Magic, checksum, format and number stay where they are in every format to come. */
export interface FoundHeader extends SegmentHeader {
  readonly format: number;
}

export interface Block {
  /** +1 for each block of the log, over all segments. */
  readonly sequence: number;
  readonly segment: number;
  readonly body: Buffer;
  /** Position behind it. */
  readonly end: number;
}

export function encodeSegmentHeader({ number, size }: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(segmentHeaderBytes);
  bytes.writeUInt32LE(segmentMagic, 0);
  bytes.writeUInt32LE(storageFormat, 8);
  bytes.writeUInt32LE(number, 12);
  bytes.writeUInt32LE(size, 16);
  bytes.writeUInt32LE(checksum(bytes.subarray(8)), 4);
  return bytes;
}

/** null: this is not the intact header of a segment. */
export function decodeSegmentHeader(file: Buffer): FoundHeader | null {
  if (file.length < segmentHeaderBytes || file.readUInt32LE(0) !== segmentMagic) return null;
  if (file.readUInt32LE(4) !== checksum(file.subarray(8, segmentHeaderBytes))) return null;
  const format = file.readUInt32LE(8);
  return { format, number: file.readUInt32LE(12), size: file.readUInt32LE(16) };
}

/** Bytes that a block of these records takes. */
export function blockBytes(records: readonly Uint8Array[]): number {
  return records.reduce((bytes, { length }) => bytes + 4 + length, blockHeaderBytes);
}

export interface BlockOptions {
  readonly sequence: number;
  readonly segment: number;
  readonly records: readonly Uint8Array[];
}

/** Writes the block to the beginning of `target`; returns the part that it filled. */
export function encodeBlock(target: Buffer, options: BlockOptions): Buffer {
  let end = blockHeaderBytes;
  for (const record of options.records) {
    target.writeUInt32LE(record.length, end);
    target.set(record, end + 4);
    end += 4 + record.length;
  }
  target.writeUInt32LE(blockMagic, 0);
  target.writeUIntLE(options.sequence, 8, 6);
  target.writeUInt16LE(0, 14);
  target.writeUInt32LE(options.segment, 16);
  target.writeUInt32LE(end - blockHeaderBytes, 20);
  target.writeUInt32LE(checksum(target.subarray(blockHeaderBytes, end)), 24);
  target.writeUInt32LE(0, 28);
  target.writeUInt32LE(checksum(target.subarray(8, blockHeaderBytes)), 4);
  return target.subarray(0, end);
}

/** The block at `at`; null: there is no intact one. */
export function decodeBlock(file: Buffer, at: number): Block | null {
  const start = at + blockHeaderBytes;
  if (start > file.length || file.readUInt32LE(at) !== blockMagic) return null;
  if (file.readUInt32LE(at + 4) !== checksum(file.subarray(at + 8, start))) return null;
  const end = start + file.readUInt32LE(at + 20);
  if (end > file.length) return null;
  const body = file.subarray(start, end);
  if (file.readUInt32LE(at + 24) !== checksum(body)) return null;
  return { sequence: file.readUIntLE(at + 8, 6), segment: file.readUInt32LE(at + 16), body, end };
}

/** The records of a block's body; null when the lengths do not add up. */
export function recordsOf(body: Buffer): Buffer[] | null {
  const records: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    if (at + 4 > body.length) return null;
    const end = at + 4 + body.readUInt32LE(at);
    if (end > body.length) return null;
    records.push(body.subarray(at + 4, end));
    at = end;
  }
  return records;
}

/** The first intact block after `from` that `isOurs`: a value may hold a copy of some other log. */
export function findBlock(
  file: Buffer,
  from: number,
  isOurs: (block: Block) => boolean,
): number | null {
  for (let at = file.indexOf(blockMagicBytes, from); at >= 0; ) {
    const block = decodeBlock(file, at);
    if (block !== null && isOurs(block)) return at;
    at = file.indexOf(blockMagicBytes, at + 1);
  }
  return null;
}
