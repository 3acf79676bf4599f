// Rows on their way in and out of a partition: told apart by kind when it is restored, cut into
// chunks when it is sent.

import { assert } from '../model/assert.ts';
import type {
  ConflictRow,
  ItemRow,
  MachineRow,
  RemovedRow,
  SessionRow,
  StateRow,
} from '../model/state.ts';
import { zeroTimestamp } from '../model/version.ts';
import { type DataRow, rowBytes } from './sizes.ts';

export interface RowsByKind {
  readonly items: readonly ItemRow[];
  readonly sessions: readonly SessionRow[];
  readonly conflicts: readonly ConflictRow[];
  readonly machine: MachineRow;
}

/** What changed since the engine was last told; filled by each part of a partition. */
export interface ChangedRows {
  readonly rows: StateRow[];
  readonly removed: RemovedRow[];
}

/** What a partition begins with. */
export const firstMachineRow: MachineRow = {
  kind: 'machine',
  hlc: zeroTimestamp,
  merged: [],
  watermarks: [],
  expiredBefore: zeroTimestamp,
  nextOrder: 1,
  nextConflict: 1,
  departed: [],
};

/** No rows at all are the state before the first entry. */
export function rowsByKind(rows: Iterable<StateRow>): RowsByKind {
  const items: ItemRow[] = [];
  const sessions: SessionRow[] = [];
  const conflicts: ConflictRow[] = [];
  let machine = firstMachineRow;
  for (const row of rows) {
    assert(row.kind !== 'control', 'a partition has no control row');
    if (row.kind === 'item') items.push(row);
    else if (row.kind === 'session') sessions.push(row);
    else if (row.kind === 'conflict') conflicts.push(row);
    else machine = row;
  }
  return { items, sessions, conflicts, machine };
}

/** At least one chunk, possibly empty; over the bound only where a single row is. */
export function inChunks(rows: Iterable<DataRow>, chunkBytes: number): DataRow[][] {
  let chunk: DataRow[] = [];
  let bytes = 0;
  const chunks = [chunk];
  for (const row of rows) {
    const size = rowBytes(row);
    if (chunk.length > 0 && bytes + size > chunkBytes) {
      chunk = [];
      bytes = 0;
      chunks.push(chunk);
    }
    chunk.push(row);
    bytes += size;
  }
  return chunks;
}
