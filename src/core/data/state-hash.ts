// The fingerprint of a whole state: the sum of its rows' fingerprints, so that no order of rows
// matters. Two replicas that applied the same prefix of the log have the same one, however they got
// there.

import { RowHash } from './row-hash.ts';
import type { DataRow } from './sizes.ts';

/** 16 hexadecimal digits. */
export function stateHash(rows: Iterable<DataRow>): string {
  const rowHash = new RowHash();
  let low = 0;
  let high = 0;
  for (const row of rows) {
    const [rowLow, rowHigh] = rowHash.of(row);
    low = (low + rowLow) >>> 0;
    high = (high + rowHigh) >>> 0;
  }
  return hex(high) + hex(low);
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}
