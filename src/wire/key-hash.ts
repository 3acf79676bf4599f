// Where a key lives: MurmurHash3 (x86, 32 bits, seed 0) over its UTF-8 bytes, modulo the
// partitions. The only file that knows the hash library. Changing anything here moves every key of
// every cluster.

import murmurhash from 'murmurhash';
import { type GroupId, groupId } from '../core/model/ids.ts';

/** Uniform over 0..2^32-1; equal to the published MurmurHash3_x86_32 vectors for every text. */
export function hashText(text: string): number {
  return murmurhash.v3(Buffer.from(text, 'utf8'), 0);
}

/** The Raft group 1..partitions that owns the key; 0 is the control group and owns none. */
export function groupOfKey(key: string, partitions: number): GroupId {
  return groupId(1 + (hashText(key) % partitions));
}
