// One record of the write-ahead log as bytes. The log adds length and checksum; here is only the
// content.

import type { GroupId } from '../core/model/ids.ts';
import type { LogRecord } from '../core/model/records.ts';
import { readKeptTentative, tentativeFields } from './command.ts';
import { encodeEntry, readOldEntry } from './entry.ts';
import {
  type Fields,
  listMax,
  listReader,
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
    case recordKinds['hard-state']: {
      const hardState = { term: readTerm(fields[2]), votedFor: readOptional(fields[3], readNode) };
      return { kind: 'hard-state', group, hardState };
    }
    case recordKinds['log-start']: {
      const start = { index: readIndex(fields[2]), term: readTerm(fields[3]) };
      return { kind: 'log-start', group, start };
    }
    case recordKinds.tentative:
      return { kind: 'tentative', group, write: readKeptTentative(fields[2]) };
    case recordKinds['tentative-done']:
      return { kind: 'tentative-done', group, dot: readDot(fields[2]) };
    default:
      return malformed('log record', 'a known number', fields[0]);
  }
}
