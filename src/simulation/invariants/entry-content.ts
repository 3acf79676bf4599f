// A log entry as a short text: two entries with different contents have different texts. Values are
// not copied into it; every value of a run is unique and its first bytes name it.

import { assertNever } from '../../core/model/assert.ts';
import type { Command, ControlCommand, TentativeWrite } from '../../core/model/command.ts';
import type { Entry } from '../../core/model/entry.ts';
import type { SessionRef, WriteOperation } from '../../core/model/operation.ts';
import type { Dot, Timestamp } from '../../core/model/version.ts';

export function contentOf({ payload }: Entry): string {
  if (payload.kind === 'noop') return 'noop';
  if (payload.kind === 'configuration') return JSON.stringify(payload.configuration);
  return commandText(payload.command);
}

/** Names a write of a client, whatever the number of its attempts. */
export function sessionName({ clientId, seq }: SessionRef): string {
  return `${clientId}/${seq}`;
}

export function dotName({ origin, counter }: Dot): string {
  return `${origin}:${counter}`;
}

function commandText(command: Command): string {
  switch (command.kind) {
    case 'write': {
      const { session, operation, hlc } = command;
      return `${sessionName(session)} ${operationText(operation)} at ${timeText(hlc)}`;
    }
    case 'merge':
      return `${dotName(command.write.dot)} ${tentativeText(command.write)}`;
    case 'watermark':
      return `watermark ${command.node}#${command.incarnation} ${command.index}`;
    case 'owner-released':
      return `release ${command.node}`;
    default:
      return controlText(command);
  }
}

function controlText(command: ControlCommand): string {
  switch (command.kind) {
    case 'member-started': {
      const { node, incarnation, storageId, featureLevel } = command;
      return `start ${node}#${incarnation} ${storageId} ${featureLevel}`;
    }
    case 'member-joined':
      return `join ${command.member.node} ${command.member.storageId}`;
    case 'member-departing':
      return `depart ${command.node} ${command.how} ${command.force}`;
    case 'groups-released':
      return `released ${command.node} ${command.groups.join()}`;
    case 'member-removed':
      return `remove ${command.node}`;
    case 'settings-changed':
      return `settings ${command.replicationFactor} ${command.deadNodeTimeoutMs}`;
    case 'feature-level-raised':
      return `level ${command.level}`;
    default:
      return assertNever(command);
  }
}

function operationText(operation: WriteOperation): string {
  const { kind, key } = operation;
  if (kind === 'increment') return `increment ${key} by ${operation.delta}`;
  const condition = operation.ifVersion === null ? '' : ` if ${operation.ifVersion}`;
  return kind === 'put'
    ? `put ${key} ${valueText(operation.value)}${condition}`
    : `delete ${key}${condition}`;
}

function tentativeText({ key, value, hlc }: TentativeWrite): string {
  const what = value === null ? `delete ${key}` : `put ${key} ${valueText(value)}`;
  return `${what} at ${timeText(hlc)}`;
}

const shownBytes = 24;

export function valueText(value: Uint8Array): string {
  const shown = String.fromCharCode(...value.subarray(0, shownBytes));
  return value.length > shownBytes ? `${shown}… (${value.length} bytes)` : shown;
}

function timeText({ wallMs, logical }: Timestamp): string {
  return `${wallMs}.${logical}`;
}
