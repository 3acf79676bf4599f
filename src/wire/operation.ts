// What a client asks, as positional lists. Writes also stand in log entries, so their bytes are for
// ever.

import { type ClientId, clientId, type LogIndex } from '../core/model/ids.ts';
import { limits } from '../core/model/limits.ts';
import type {
  AdminOperation,
  Operation,
  SessionRef,
  WriteOperation,
} from '../core/model/operation.ts';
import type { VersionVector } from '../core/model/version.ts';
import { departureFields, readChangedSettings, readLeave } from './control-command.ts';
import {
  type Fields,
  readCount,
  readFields,
  readGroup,
  readIndex,
  readInteger,
  readKey,
  readOptional,
  readText,
  readValue,
  textField,
} from './fields.ts';
import { malformed } from './malformed.ts';
import { memberFields, readMember } from './member.ts';
import { operationKinds } from './numbers.ts';
import { readTimestamp, readVector, timestampFields, vectorFields } from './version.ts';

const clientIdBytesMax = 128;

export function operationFields(operation: Operation): Fields {
  const number = operationKinds[operation.kind];
  switch (operation.kind) {
    case 'put': {
      const { key, value, ifVersion, context } = operation;
      return [number, textField(key), value, ifVersion, contextField(context)];
    }
    case 'delete':
      return [
        number,
        textField(operation.key),
        operation.ifVersion,
        contextField(operation.context),
      ];
    case 'increment':
      return [number, textField(operation.key), operation.delta];
    case 'get':
      return [number, textField(operation.key)];
    case 'scan': {
      const { group, prefix, after, limit } = operation;
      return [number, group, textField(prefix), after === null ? null : textField(after), limit];
    }
    case 'status':
    case 'topology':
    case 'hashes':
    case 'control':
      return [number];
    default:
      return adminFields(operation);
  }
}

function adminFields(operation: AdminOperation): Fields {
  const number = operationKinds[operation.kind];
  switch (operation.kind) {
    case 'join':
      return [number, memberFields(operation.member)];
    case 'leave':
      return [number, ...departureFields(operation)];
    case 'configure':
      return [number, operation.replicationFactor, operation.deadNodeTimeoutMs];
  }
}

export function readOperation(value: unknown): Operation {
  const fields = readFields(value, 1, 'operation');
  switch (fields[0]) {
    case operationKinds.get:
      return { kind: 'get', key: readKey(fields[1]) };
    case operationKinds.scan:
      return readScan(fields);
    case operationKinds.status:
      return { kind: 'status' };
    case operationKinds.topology:
      return { kind: 'topology' };
    case operationKinds.hashes:
      return { kind: 'hashes' };
    case operationKinds.control:
      return { kind: 'control' };
    case operationKinds.join:
      return { kind: 'join', member: readMember(fields[1]) };
    case operationKinds.leave:
      return { kind: 'leave', ...readLeave(fields) };
    case operationKinds.configure:
      return { kind: 'configure', ...readChangedSettings(fields) };
    default:
      return readWrite(fields);
  }
}

export function readWriteOperation(value: unknown): WriteOperation {
  return readWrite(readFields(value, 1, 'operation'));
}

function readWrite(fields: Fields): WriteOperation {
  const key = readKey(fields[1]);
  switch (fields[0]) {
    case operationKinds.put: {
      const [ifVersion, context] = [readCondition(fields[3]), readContext(fields[4])];
      return { kind: 'put', key, value: readValue(fields[2]), ifVersion, context };
    }
    case operationKinds.delete:
      return {
        kind: 'delete',
        key,
        ifVersion: readCondition(fields[2]),
        context: readContext(fields[3]),
      };
    case operationKinds.increment:
      return { kind: 'increment', key, delta: readInteger(fields[2], 'delta') };
    default:
      return malformed('operation', 'a known number', fields[0]);
  }
}

function readScan(fields: Fields): Operation {
  return {
    kind: 'scan',
    group: readGroup(fields[1]),
    prefix: readKeyPart(fields[2]),
    after: readOptional(fields[3], readKeyPart),
    limit: readCount(fields[4], 'limit'),
  };
}

/** The beginning of a key, or where a page ended: may be empty. */
export function readKeyPart(value: unknown): string {
  return readText(value, limits.keyBytesMax, 'part of a key');
}

function contextField(context: VersionVector | null): Fields | null {
  return context === null ? null : vectorFields(context);
}

function readContext(value: unknown): VersionVector | null {
  return readOptional(value, readVector);
}

function readCondition(value: unknown): LogIndex | null {
  return readOptional(value, readIndex);
}

export function sessionFields(session: SessionRef): Fields {
  const { seq, firstUnanswered, issuedAt } = session;
  return [session.clientId, seq, firstUnanswered, timestampFields(issuedAt)];
}

export function readSession(value: unknown): SessionRef {
  const fields = readFields(value, 4, 'session');
  return {
    clientId: readClientId(fields[0]),
    seq: readCount(fields[1], 'seq'),
    firstUnanswered: readCount(fields[2], 'firstUnanswered'),
    issuedAt: readTimestamp(fields[3]),
  };
}

export function readClientId(value: unknown): ClientId {
  const text = readText(value, clientIdBytesMax, 'client id');
  return text.length === 0 ? malformed('client id', 'a name', text) : clientId(text);
}
