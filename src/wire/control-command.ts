// What a log entry asks the control group to do, as a positional list. On disk too: append only.

import type {
  ControlCommand,
  MemberDepartingCommand,
  MemberStartedCommand,
} from '../core/model/command.ts';
import {
  type Fields,
  readCount,
  readFeatureLevel,
  readFields,
  readFlag,
  readGroups,
  readIncarnation,
  readNode,
  readOldFeatureLevel,
  readOptional,
} from './fields.ts';
import { malformed } from './malformed.ts';
import { memberFields, readMember, readStorageId } from './member.ts';
import { commandKinds, departureNumbers, wordReader } from './numbers.ts';

/** As it stands in commands, operations and the control group's row. */
export const readDeparture = wordReader(departureNumbers, 'departure');

export function controlCommandFields(command: ControlCommand): Fields {
  const number = commandKinds[command.kind];
  switch (command.kind) {
    case 'member-started': {
      const { node, storageId, incarnation, featureLevel } = command;
      return [number, node, storageId, incarnation, featureLevel];
    }
    case 'member-joined':
      return [number, memberFields(command.member)];
    case 'member-departing':
      return [number, ...departureFields(command)];
    case 'groups-released':
      return [number, command.node, command.groups];
    case 'member-removed':
      return [number, command.node];
    case 'settings-changed':
      return [number, command.replicationFactor, command.deadNodeTimeoutMs];
    case 'feature-level-raised':
      return [number, command.level];
  }
}

export function readControlCommand(fields: Fields): ControlCommand {
  switch (fields[0]) {
    case commandKinds['member-started']:
      return readMemberStarted(fields);
    case commandKinds['member-joined']:
      return { kind: 'member-joined', member: readMember(fields[1]) };
    case commandKinds['member-departing']:
      return { kind: 'member-departing', ...readLeave(fields) };
    case commandKinds['groups-released']: {
      const [node, groups] = [readNode(fields[1]), readGroups(fields[2])];
      return { kind: 'groups-released', node, groups };
    }
    case commandKinds['member-removed']:
      return { kind: 'member-removed', node: readNode(fields[1]) };
    case commandKinds['settings-changed']:
      return { kind: 'settings-changed', ...readChangedSettings(fields) };
    case commandKinds['feature-level-raised']:
      return { kind: 'feature-level-raised', level: readFeatureLevel(fields[1]) };
    default:
      return malformed('command', 'a known number', fields[0]);
  }
}

type Leave = Omit<MemberDepartingCommand, 'kind'>;

/** Behind the number of the command or operation. */
export function departureFields({ node, how, force, storageId }: Leave): Fields {
  const whole = [node, departureNumbers[how], force];
  return storageId === undefined ? whole : [...whole, storageId];
}

export function readLeave(fields: Fields): Leave {
  const [node, how] = [readNode(fields[1]), readDeparture(fields[2])];
  const storageId = readOptional(fields[4], readStorageId);
  const leave = { node, how, force: readFlag(fields[3], 'force') };
  return storageId === null ? leave : { ...leave, storageId };
}

function readMemberStarted(fields: Fields): MemberStartedCommand {
  return {
    kind: 'member-started',
    node: readNode(fields[1]),
    storageId: readStorageId(fields[2]),
    incarnation: readIncarnation(fields[3]),
    featureLevel: readOldFeatureLevel(fields[4]),
  };
}

/** The two that may change while a cluster runs, after the number of the command or operation. */
export function readChangedSettings(fields: Fields): {
  readonly replicationFactor: number | null;
  readonly deadNodeTimeoutMs: number | null;
} {
  const whole = readFields(fields, 3, 'changed settings');
  return {
    replicationFactor: readOptional(whole[1], readSetting),
    deadNodeTimeoutMs: readOptional(whole[2], readSetting),
  };
}

const readSetting = (value: unknown): number => readCount(value, 'setting');
