// A node's reply to a request as a positional list.

import type { Refusal, Reply, Result, ScanEntry } from '../core/model/operation.ts';
import type { Version } from '../core/model/version.ts';
import {
  type Fields,
  listMax,
  listReader,
  readCount,
  readFields,
  readIndex,
  readInteger,
  readKey,
  readNode,
  readNodes,
  readOptional,
  readText,
  readValue,
  textField,
} from './fields.ts';
import { malformed } from './malformed.ts';
import { effectNumbers, reasonNumbers, resultKinds, wordReader } from './numbers.ts';
import { readKeyPart } from './operation.ts';
import { readRow, rowFields } from './state-row.ts';
import {
  hashesFields,
  readHashes,
  readStatus,
  readTopology,
  statusFields,
  topologyFields,
} from './status.ts';
import { readVersion, versionFields } from './version.ts';

const readReason = wordReader(reasonNumbers, 'reason');
const readEffect = wordReader(effectNumbers, 'effect');
const messageBytesMax = 4096;
const readScanEntries = listReader('scan entries', listMax, readScanEntry);

export function replyFields(reply: Reply): Fields {
  return [reply.id, resultFields(reply.result)];
}

export function readReply(value: unknown): Reply {
  const fields = readFields(value, 2, 'reply');
  return { id: readCount(fields[0], 'id'), result: readResult(fields[1]) };
}

function resultFields(result: Result): Fields {
  const number = resultKinds[result.kind];
  switch (result.kind) {
    case 'written':
      return [number, versionFields(result.version), result.acks, result.number, result.via];
    case 'read':
      return [number, result.value, versionField(result.version), result.via];
    case 'scanned': {
      const next = result.next === null ? null : textField(result.next);
      return [number, result.entries.map(scanEntryFields), next];
    }
    case 'status':
      return [number, statusFields(result.status)];
    case 'topology':
      return [number, topologyFields(result.topology)];
    case 'hashes':
      return [number, hashesFields(result.hashes)];
    case 'refused':
      return [number, refusalFields(result.refusal)];
    case 'control':
      return [number, result.index, rowFields(result.row)];
    case 'administered':
      return [number, result.index];
  }
}

function readResult(value: unknown): Result {
  const fields = readFields(value, 2, 'result');
  switch (fields[0]) {
    case resultKinds.written:
      return readWritten(fields);
    case resultKinds.read:
      return {
        kind: 'read',
        value: readOptional(fields[1], readValue),
        version: readOptional(fields[2], readVersion),
        via: readNode(fields[3]),
      };
    case resultKinds.scanned: {
      const entries = readScanEntries(fields[1]);
      return { kind: 'scanned', entries, next: readOptional(fields[2], readKeyPart) };
    }
    case resultKinds.status:
      return { kind: 'status', status: readStatus(fields[1]) };
    case resultKinds.topology:
      return { kind: 'topology', topology: readTopology(fields[1]) };
    case resultKinds.hashes:
      return { kind: 'hashes', hashes: readHashes(fields[1]) };
    case resultKinds.refused:
      return { kind: 'refused', refusal: readRefusal(fields[1]) };
    case resultKinds.control:
      return readControl(fields);
    case resultKinds.administered:
      return { kind: 'administered', index: readIndex(fields[1]) };
    default:
      return malformed('result', 'a known number', fields[0]);
  }
}

function readWritten(fields: Fields): Result {
  return {
    kind: 'written',
    version: readVersion(fields[1]),
    acks: readNodes(fields[2]),
    number: readOptional(fields[3], readNumber),
    via: readNode(fields[4]),
  };
}

function readControl(fields: Fields): Result {
  const [index, row] = [readIndex(fields[1]), readRow(fields[2])];
  if (row.kind !== 'control') return malformed('row', 'that of the control group', row.kind);
  return { kind: 'control', index, row };
}

const readNumber = (value: unknown): number => readInteger(value, 'number');

function versionField(version: Version | null): Fields | null {
  return version === null ? null : versionFields(version);
}

function scanEntryFields(entry: ScanEntry): Fields {
  return [textField(entry.key), entry.value, versionFields(entry.version)];
}

function readScanEntry(value: unknown): ScanEntry {
  const fields = readFields(value, 3, 'scan entry');
  return {
    key: readKey(fields[0]),
    value: readValue(fields[1]),
    version: readVersion(fields[2]),
  };
}

function refusalFields(refusal: Refusal): Fields {
  return [
    reasonNumbers[refusal.reason],
    effectNumbers[refusal.effect],
    refusal.message,
    refusal.leader,
    refusal.replicas,
    refusal.reachable,
    refusal.missing,
    versionField(refusal.version),
  ];
}

function readRefusal(value: unknown): Refusal {
  const fields = readFields(value, 8, 'refusal');
  return {
    reason: readReason(fields[0]),
    effect: readEffect(fields[1]),
    message: readText(fields[2], messageBytesMax, 'message'),
    leader: readOptional(fields[3], readNode),
    replicas: readNodes(fields[4]),
    reachable: readNodes(fields[5]),
    missing: readNodes(fields[6]),
    version: readOptional(fields[7], readVersion),
  };
}
