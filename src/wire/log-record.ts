// One record of the write-ahead log as bytes. The log adds length and checksum; here is only the
// content.

import type { HardState } from '../core/model/entry.ts';
import type { GroupId } from '../core/model/ids.ts';
import type { GroupDrop, LogRecord } from '../core/model/records.ts';
import { readKeptTentative, tentativeFields } from './command.ts';
import { encodeEntry, readOldEntry } from './entry.ts';
import {
  type Fields,
  listMax,
  listReader,
  readCount,
  readFields,
  readGroup,
  readIndex,
  readNode,
  readOptional,
  readTerm,
} from './fields.ts';
import { malformed } from './malformed.ts';
import { bufferOf, pack, unpack } from './msgpack.ts';
import { recordKinds } from './numbers.ts';
import { dotFields, readDot } from './version.ts';

const readEntries = listReader('entries', listMax, readOldEntry);

export function encodeLogRecord(record: LogRecord): Uint8Array {
  return pack(recordFields(record));
}

/** Throws MalformedError; the caller knows the file. */
export function decodeLogRecord(bytes: Uint8Array): LogRecord {
  const fields = readFields(unpack(bufferOf(bytes)), 3, 'log record');
  return readRecord(fields, readGroup(fields[1]));
}

/** As the engine remembers it: the bytes of its record. */
export function encodeDrop(drop: GroupDrop): Uint8Array {
  return encodeLogRecord({ kind: 'group-dropped', ...drop });
}

/** Throws MalformedError. */
export function decodeDrop(bytes: Uint8Array): GroupDrop {
  const record = decodeLogRecord(bytes);
  if (record.kind !== 'group-dropped') return malformed('drop', 'its record', record.kind);
  const { group, life, hardState } = record;
  return { group, life, hardState };
}

function recordFields(record: LogRecord): Fields {
  const number = recordKinds[record.kind];
  const { group } = record;
  switch (record.kind) {
    case 'entries':
      return [number, group, record.entries.map(encodeEntry)];
    case 'hard-state':
      return [number, group, record.hardState.term, record.hardState.votedFor];
    case 'log-start':
      return [number, group, record.start.index, record.start.term];
    case 'tentative':
      return [number, group, tentativeFields(record.write)];
    case 'tentative-done':
      return [number, group, dotFields(record.dot)];
    case 'group-dropped': {
      const { life, hardState } = record;
      return [number, group, life, hardState.term, hardState.votedFor];
    }
  }
}

function readRecord(fields: Fields, group: GroupId): LogRecord {
  switch (fields[0]) {
    case recordKinds.entries:
      return {
        kind: 'entries',
        group,
        entries: readEntries(fields[2]),
      };
    case recordKinds['hard-state']:
      return { kind: 'hard-state', group, hardState: readHardState(fields[2], fields[3]) };
    case recordKinds['log-start']: {
      const start = { index: readIndex(fields[2]), term: readTerm(fields[3]) };
      return { kind: 'log-start', group, start };
    }
    case recordKinds.tentative:
      return { kind: 'tentative', group, write: readKeptTentative(fields[2]) };
    case recordKinds['tentative-done']:
      return { kind: 'tentative-done', group, dot: readDot(fields[2]) };
    case recordKinds['group-dropped']: {
      const hardState = readHardState(fields[3], fields[4]);
      return { kind: 'group-dropped', group, life: readLife(fields[2]), hardState };
    }
    default:
      return malformed('log record', 'a known number', fields[0]);
  }
}

function readHardState(term: unknown, votedFor: unknown): HardState {
  return { term: readTerm(term), votedFor: readOptional(votedFor, readNode) };
}

/** The first life of a group ends with drop 1. */
function readLife(value: unknown): number {
  const life = readCount(value, 'life');
  return life > 0 ? life : malformed('life', 'a number from 1', life);
}
