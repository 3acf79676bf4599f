// CRC-32 (IEEE 802.3) over bytes: finds every burst of up to 32 flipped bits, and of other damage
// all but one in 2^32.

import { crc32 } from 'node:zlib';

/**
 * CRC-32 of `bytes`; `before` is the checksum of what precedes them, so that parts can be chained.
 */
export function checksum(bytes: Uint8Array, before = 0): number {
  return crc32(bytes, before);
}
