// Rows of applied state: as positional lists in snapshots, as bytes in the engine, and the key
// under which the engine finds them. The bytes of a row name its kind and its key themselves.

import type { AppliedPoint, ItemRow, RemovedRow, StateRow } from '../core/model/state.ts';
import { pointFields, readPoint } from './configuration.ts';
import { controlRowFields, readControlRow } from './control-row.ts';
import {
  conflictRowFields,
  machineRowFields,
  readConflictRow,
  readMachineRow,
  readSessionRow,
  sessionRowFields,
} from './data-row.ts';
import {
  type Fields,
  readCount,
  readFields,
  readIndex,
  readKey,
  readOptional,
  readTerm,
  readValue,
  textField,
} from './fields.ts';
import { malformed } from './malformed.ts';
import { bufferOf, pack, unpack } from './msgpack.ts';
import { rowKinds } from './numbers.ts';
import { dotFields, pushVector, readDot, readVectorFrom } from './version.ts';

/** After `room` bytes (at most 255) that the caller fills. */
export function encodeRow(row: StateRow, room = 0): Buffer {
  return pack(rowFields(row), room);
}

/** Throws MalformedError. Values are slices of `bytes`. */
export function decodeRow(bytes: Uint8Array): StateRow {
  return readRow(unpack(bufferOf(bytes)));
}

export function encodeAppliedPoint(point: AppliedPoint): Uint8Array {
  return pack(pointFields(point));
}

/** Throws MalformedError. */
export function decodeAppliedPoint(bytes: Uint8Array): AppliedPoint {
  return readPoint(unpack(bufferOf(bytes)));
}

/**
 * Names a row inside its group, the same for ever; a letter for the kind, then what is unique in
 * it.
 */
export function rowKey(row: StateRow | RemovedRow): string {
  switch (row.kind) {
    case 'item':
      return `k${row.key}`;
    case 'session':
      return `s${row.clientId}`;
    case 'conflict':
      return `c${row.number}`;
    case 'machine':
      return 'm';
    case 'control':
      return 'g';
  }
}

/** The key of the item that is named so; null: this names something else. */
export function itemKeyOf(name: string): string | null {
  return name.startsWith('k') ? name.slice(1) : null;
}

export function rowFields(row: StateRow): Fields {
  switch (row.kind) {
    case 'item':
      return itemFields(row);
    case 'session':
      return sessionRowFields(row);
    case 'conflict':
      return conflictRowFields(row);
    case 'machine':
      return machineRowFields(row);
    case 'control':
      return controlRowFields(row);
  }
}

export function readRow(value: unknown): StateRow {
  const fields = readFields(value, 1, 'row');
  switch (fields[0]) {
    case rowKinds.item:
      return readItem(fields);
    case rowKinds.session:
      return readSessionRow(fields);
    case rowKinds.conflict:
      return readConflictRow(fields);
    case rowKinds.machine:
      return readMachineRow(fields);
    case rowKinds.control:
      return readControlRow(fields);
    default:
      return malformed('row', 'a known number', fields[0]);
  }
}

/** One flat list: a node reads a hundred thousand of them when it starts. The vector comes last. */
function itemFields({ key, value, version, dot }: ItemRow): Fields {
  const { index, term, vector, hlc } = version;
  const dotField = dot === null ? null : dotFields(dot);
  const fields: unknown[] = [rowKinds.item, textField(key), value, dotField, index, term];
  fields.push(hlc.wallMs, hlc.logical);
  pushVector(fields, vector);
  return fields;
}

function readItem(fields: Fields): ItemRow {
  return {
    kind: 'item',
    key: readKey(fields[1]),
    value: readOptional(fields[2], readValue),
    version: {
      index: readIndex(fields[4]),
      term: readTerm(fields[5]),
      vector: readVectorFrom(fields, 8),
      hlc: { wallMs: readCount(fields[6], 'wallMs'), logical: readCount(fields[7], 'logical') },
    },
    dot: readOptional(fields[3], readDot),
  };
}
