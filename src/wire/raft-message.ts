// The messages of one Raft group as positional lists: number, term, then the other fields.

import type { InstallSnapshot, RaftMessage } from '../core/raft/messages.ts';
import { configurationFields, readConfiguration } from './configuration.ts';
import { encodeEntry, readEntry } from './entry.ts';
import {
  type Fields,
  listMax,
  listReader,
  readCount,
  readFields,
  readFlag,
  readIndex,
  readTerm,
} from './fields.ts';
import { malformed } from './malformed.ts';
import { raftKinds } from './numbers.ts';
import { readRow, rowFields } from './state-row.ts';

const readEntries = listReader('entries', listMax, readEntry);
const readRows = listReader('rows', listMax, readRow);

export function raftFields(message: RaftMessage): Fields {
  const number = raftKinds[message.kind];
  switch (message.kind) {
    case 'request-vote': {
      const { term, lastIndex, lastTerm, pre, transfer } = message;
      return [number, term, lastIndex, lastTerm, pre, transfer];
    }
    case 'vote':
      return [number, message.term, message.granted, message.pre];
    case 'append': {
      const { term, prevIndex, prevTerm, entries, commitIndex } = message;
      return [number, term, prevIndex, prevTerm, commitIndex, entries.map(encodeEntry)];
    }
    case 'appended': {
      const { term, success, index, hintIndex, hintTerm, appliedIndex } = message;
      return [number, term, success, index, hintIndex, hintTerm, appliedIndex];
    }
    case 'heartbeat': {
      const { term, commitIndex, readRound, quiesce } = message;
      return [number, term, commitIndex, readRound, quiesce];
    }
    case 'heartbeat-ack': {
      const { term, readRound, appliedIndex, lastIndex } = message;
      return [number, term, readRound, appliedIndex, lastIndex];
    }
    case 'install-snapshot':
      return snapshotFields(message);
    case 'snapshot-ack':
      return [number, message.term, message.index, message.nextChunk];
    case 'timeout-now':
      return [number, message.term];
  }
}

export function readRaftMessage(value: unknown): RaftMessage {
  const fields = readFields(value, 2, 'raft message');
  switch (fields[0]) {
    case raftKinds.append:
      return readAppend(fields);
    case raftKinds.appended:
      return readAppended(fields);
    case raftKinds.heartbeat:
      return readHeartbeat(fields);
    case raftKinds['heartbeat-ack']:
      return readHeartbeatAck(fields);
    case raftKinds['request-vote']:
      return readRequestVote(fields);
    case raftKinds.vote:
      return readVote(fields);
    case raftKinds['install-snapshot']:
      return readSnapshot(fields);
    case raftKinds['snapshot-ack']:
      return readSnapshotAck(fields);
    case raftKinds['timeout-now']:
      return { kind: 'timeout-now', term: readTerm(fields[1]) };
    default:
      return malformed('raft message', 'a known number', fields[0]);
  }
}

function readAppend(fields: Fields): RaftMessage {
  return {
    kind: 'append',
    term: readTerm(fields[1]),
    prevIndex: readIndex(fields[2]),
    prevTerm: readTerm(fields[3]),
    entries: readEntries(fields[5]),
    commitIndex: readIndex(fields[4]),
  };
}

function readAppended(fields: Fields): RaftMessage {
  return {
    kind: 'appended',
    term: readTerm(fields[1]),
    success: readFlag(fields[2], 'success'),
    index: readIndex(fields[3]),
    hintIndex: readIndex(fields[4]),
    hintTerm: readTerm(fields[5]),
    appliedIndex: readIndex(fields[6]),
  };
}

function readHeartbeat(fields: Fields): RaftMessage {
  return {
    kind: 'heartbeat',
    term: readTerm(fields[1]),
    commitIndex: readIndex(fields[2]),
    readRound: readCount(fields[3], 'readRound'),
    quiesce: readFlag(fields[4], 'quiesce'),
  };
}

function readHeartbeatAck(fields: Fields): RaftMessage {
  return {
    kind: 'heartbeat-ack',
    term: readTerm(fields[1]),
    readRound: readCount(fields[2], 'readRound'),
    appliedIndex: readIndex(fields[3]),
    lastIndex: readIndex(fields[4]),
  };
}

function readRequestVote(fields: Fields): RaftMessage {
  return {
    kind: 'request-vote',
    term: readTerm(fields[1]),
    lastIndex: readIndex(fields[2]),
    lastTerm: readTerm(fields[3]),
    pre: readFlag(fields[4], 'pre'),
    transfer: readFlag(fields[5], 'transfer'),
  };
}

function readVote(fields: Fields): RaftMessage {
  return {
    kind: 'vote',
    term: readTerm(fields[1]),
    granted: readFlag(fields[2], 'granted'),
    pre: readFlag(fields[3], 'pre'),
  };
}

function readSnapshotAck(fields: Fields): RaftMessage {
  return {
    kind: 'snapshot-ack',
    term: readTerm(fields[1]),
    index: readIndex(fields[2]),
    nextChunk: readCount(fields[3], 'nextChunk'),
  };
}

function snapshotFields(message: InstallSnapshot): Fields {
  return [
    raftKinds['install-snapshot'],
    message.term,
    message.index,
    message.snapshotTerm,
    configurationFields(message.configuration),
    message.chunk,
    message.chunks,
    message.rows.map(rowFields),
  ];
}

function readSnapshot(fields: Fields): InstallSnapshot {
  const [chunk, chunks] = [readCount(fields[5], 'chunk'), readCount(fields[6], 'chunks')];
  if (chunk >= chunks) return malformed('chunk', `a number below ${chunks}`, chunk);
  return {
    kind: 'install-snapshot',
    term: readTerm(fields[1]),
    index: readIndex(fields[2]),
    snapshotTerm: readTerm(fields[3]),
    configuration: readConfiguration(fields[4]),
    chunk,
    chunks,
    rows: readRows(fields[7]),
  };
}
