// The rows of what is not per key: sessions, conflicts, and the machine's own row, as positional
// lists.

import type { ConflictRow, MachineRow, SessionResult, SessionRow } from '../core/model/state.ts';
import type { Dot } from '../core/model/version.ts';
import {
  type Fields,
  listMax,
  listReader,
  readCount,
  readFields,
  readIncarnation,
  readIndex,
  readInteger,
  readKey,
  readNode,
  readOptional,
  readSortedNodes,
  readValue,
  textField,
} from './fields.ts';
import { malformed } from './malformed.ts';
import { reasonNumbers, rowKinds, sessionResultKinds } from './numbers.ts';
import { readClientId } from './operation.ts';
import {
  dotFields,
  readDot,
  readOrigin,
  readTimestamp,
  readVersion,
  timestampFields,
  versionFields,
} from './version.ts';

const readCounter = (value: unknown): number => readCount(value, 'counter');
const readCounters = listReader('counters', listMax, readCounter);
const readResults = listReader('results', listMax, readNumberedResult);
const readAllMerged = listReader('merged', listMax, readMerged);
const readWatermarks = listReader('watermarks', listMax, readWatermark);

export function sessionRowFields(row: SessionRow): Fields {
  return [
    rowKinds.session,
    row.clientId,
    row.order,
    timestampFields(row.lastUsed),
    timestampFields(row.horizon),
    row.answeredBelow,
    row.results.map(({ seq, result }) => [seq, resultFields(result)]),
    timestampFields(row.lastIssued),
  ];
}

export function readSessionRow(fields: Fields): SessionRow {
  return {
    kind: 'session',
    clientId: readClientId(fields[1]),
    order: readCount(fields[2], 'order'),
    lastUsed: readTimestamp(fields[3]),
    horizon: readTimestamp(fields[4]),
    answeredBelow: readCount(fields[5], 'answeredBelow'),
    results: readResults(fields[6]),
    lastIssued: readTimestamp(fields[7]),
  };
}

function readNumberedResult(value: unknown): SessionRow['results'][number] {
  const fields = readFields(value, 2, 'session result');
  return { seq: readCount(fields[0], 'seq'), result: readResult(fields[1]) };
}

function resultFields(result: SessionResult): Fields {
  const version = result.version === null ? null : versionFields(result.version);
  const number = sessionResultKinds[result.kind];
  return result.kind === 'written'
    ? [number, version, result.number]
    : [number, version, reasonNumbers[result.reason]];
}

function readResult(value: unknown): SessionResult {
  const fields = readFields(value, 3, 'session result');
  switch (fields[0]) {
    case sessionResultKinds.written:
      return {
        kind: 'written',
        version: readVersion(fields[1]),
        number: readOptional(fields[2], readNumber),
      };
    case sessionResultKinds.refused: {
      const version = readOptional(fields[1], readVersion);
      return { kind: 'refused', reason: readRememberedReason(fields[2]), version };
    }
    default:
      return malformed('session result', 'a known number', fields[0]);
  }
}

const readNumber = (value: unknown): number => readInteger(value, 'number');

function readRememberedReason(value: unknown): 'condition-failed' | 'not-a-number' {
  if (value === reasonNumbers['condition-failed']) return 'condition-failed';
  if (value === reasonNumbers['not-a-number']) return 'not-a-number';
  return malformed('reason', 'one that a session remembers', value);
}

export function conflictRowFields(row: ConflictRow): Fields {
  const { loser, winner } = row;
  return [
    rowKinds.conflict,
    row.number,
    textField(row.key),
    [loser.value, dotField(loser.dot), timestampFields(loser.hlc)],
    [dotField(winner.dot), timestampFields(winner.hlc)],
    row.index,
  ];
}

export function readConflictRow(fields: Fields): ConflictRow {
  const loser = readFields(fields[3], 3, 'loser');
  const winner = readFields(fields[4], 2, 'winner');
  return {
    kind: 'conflict',
    number: readCount(fields[1], 'number'),
    key: readKey(fields[2]),
    loser: {
      value: readOptional(loser[0], readValue),
      dot: readOptional(loser[1], readDot),
      hlc: readTimestamp(loser[2]),
    },
    winner: { dot: readOptional(winner[0], readDot), hlc: readTimestamp(winner[1]) },
    index: readIndex(fields[5]),
  };
}

function dotField(dot: Dot | null): Fields | null {
  return dot === null ? null : dotFields(dot);
}

export function machineRowFields(row: MachineRow): Fields {
  return [
    rowKinds.machine,
    timestampFields(row.hlc),
    row.merged.map(({ origin, upTo, above }) => [origin, upTo, above]),
    row.watermarks.map(({ node, incarnation, index }) => [node, incarnation, index]),
    timestampFields(row.expiredBefore),
    row.nextOrder,
    row.nextConflict,
    row.departed,
  ];
}

export function readMachineRow(fields: Fields): MachineRow {
  return {
    kind: 'machine',
    hlc: readTimestamp(fields[1]),
    merged: readAllMerged(fields[2]),
    watermarks: readWatermarks(fields[3]),
    expiredBefore: readTimestamp(fields[4]),
    nextOrder: readCount(fields[5], 'nextOrder'),
    nextConflict: readCount(fields[6], 'nextConflict'),
    // Rows of the first builds: nobody could leave.
    departed: readOptional(fields[7], readSortedNodes) ?? [],
  };
}

function readMerged(value: unknown): MachineRow['merged'][number] {
  const fields = readFields(value, 3, 'merged');
  return {
    origin: readOrigin(fields[0]),
    upTo: readCount(fields[1], 'upTo'),
    above: readCounters(fields[2]),
  };
}

function readWatermark(value: unknown): MachineRow['watermarks'][number] {
  const fields = readFields(value, 3, 'watermark');
  return {
    node: readNode(fields[0]),
    incarnation: readIncarnation(fields[1]),
    index: readIndex(fields[2]),
  };
}
