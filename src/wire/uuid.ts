// UUIDs as 16 bytes. A frame carries two, and they are nearly always the same few, so those are
// remembered.

import { assert } from '../core/model/assert.ts';

/** Ids of clusters and data directories that one process meets. */
const rememberedMax = 64;
const bytesOf = new Map<string, Buffer>();

/** Writes the UUID at `offset`. An id that is no UUID is a bug of the caller. */
export function writeUuid(target: Buffer, uuid: string, offset: number): void {
  let bytes = bytesOf.get(uuid);
  if (bytes === undefined) {
    bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
    assert(bytes.length === 16 && uuid.length === 36, `a UUID, not ${uuid}`);
    if (bytesOf.size >= rememberedMax) bytesOf.clear();
    bytesOf.set(uuid, bytes);
  }
  target.set(bytes, offset);
}

/** The UUID at `offset`, in lower case. */
export function readUuid(source: Buffer, offset: number): string {
  const hex = source.toString('hex', offset, offset + 16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
