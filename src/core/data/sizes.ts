// Approximate bytes of rows, on the high side: what chunks, pages and bounds are counted in.

import { originCount } from '../clocks/vector.ts';
import type {
  ConflictRow,
  ItemRow,
  MachineRow,
  SessionResult,
  SessionRow,
} from '../model/state.ts';
import { utf8Length } from '../model/utf8.ts';
import type { Version } from '../model/version.ts';

/** The rows of a data group. */
export type DataRow = ItemRow | SessionRow | ConflictRow | MachineRow;

/** Field names, numbers and lengths around the variable parts of a row. */
const envelopeBytes = 192;
/** One origin with its counter, or one dot. */
const originBytes = 48;
const resultBytes = 128;

function itemBytes(item: ItemRow): number {
  return (
    envelopeBytes + utf8Length(item.key) + (item.value?.length ?? 0) + versionBytes(item.version)
  );
}

export function sessionResultBytes(result: SessionResult): number {
  return resultBytes + (result.version === null ? 0 : versionBytes(result.version));
}

export function rowBytes(row: DataRow): number {
  switch (row.kind) {
    case 'item':
      return itemBytes(row);
    case 'session':
      return row.results.reduce(
        (sum, { result }) => sum + sessionResultBytes(result),
        envelopeBytes + utf8Length(row.clientId),
      );
    case 'conflict':
      return envelopeBytes + originBytes + utf8Length(row.key) + (row.loser.value?.length ?? 0);
    case 'machine':
      return (
        envelopeBytes +
        (row.watermarks.length + row.departed.length) * originBytes +
        row.merged.reduce((sum, { above }) => sum + originBytes + above.length * 9, 0)
      );
  }
}

function versionBytes(version: Version): number {
  return originCount(version.vector) * originBytes;
}
