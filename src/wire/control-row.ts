// The one row of the control group as a positional list. Rows of the first builds end with the
// placement: nobody had left, and everyone spoke the baseline.

import type { ControlRow, Departure, Settings } from '../core/model/control-row.ts';
import { limits } from '../core/model/limits.ts';
import { readDeparture } from './control-command.ts';
import {
  type Fields,
  groupsMax,
  listReader,
  membersMax,
  readCount,
  readFields,
  readGroups,
  readIncarnation,
  readNode,
  readNodes,
  readOldFeatureLevel,
  readOptional,
} from './fields.ts';
import { memberFields, readMembers } from './member.ts';
import { departureNumbers, resolverNumbers, rowKinds, wordReader } from './numbers.ts';

const readIncarnations = listReader('incarnations', membersMax, readStarted);
const readPlacement = listReader('placement', groupsMax, readNodes);
const readDepartures = listReader('departures', membersMax, readDepartureOf);

const readResolver = wordReader(resolverNumbers, 'resolver');

export function controlRowFields(row: ControlRow): Fields {
  return [
    rowKinds.control,
    row.members.map(memberFields),
    row.incarnations.map(({ node, incarnation, featureLevel }) => [
      node,
      incarnation,
      featureLevel,
    ]),
    settingsFields(row.settings),
    row.epoch,
    row.placement,
    row.departures.map(({ node, how, epoch, groups }) => [
      node,
      departureNumbers[how],
      groups,
      epoch,
    ]),
    row.removed.map(memberFields),
    row.featureLevel,
  ];
}

export function readControlRow(fields: Fields): ControlRow {
  return {
    kind: 'control',
    members: readMembers(fields[1]),
    incarnations: readIncarnations(fields[2]),
    settings: readSettings(fields[3]),
    epoch: readCount(fields[4], 'epoch'),
    placement: readPlacement(fields[5]),
    departures: readOptional(fields[6], readDepartures) ?? [],
    removed: readOptional(fields[7], readMembers) ?? [],
    featureLevel: readOldFeatureLevel(fields[8]),
  };
}

function readStarted(value: unknown): ControlRow['incarnations'][number] {
  const fields = readFields(value, 2, 'incarnation');
  return {
    node: readNode(fields[0]),
    incarnation: readIncarnation(fields[1]),
    featureLevel: readOldFeatureLevel(fields[2]),
  };
}

function readDepartureOf(value: unknown): Departure {
  const fields = readFields(value, 4, 'departure');
  return {
    node: readNode(fields[0]),
    how: readDeparture(fields[1]),
    groups: readGroups(fields[2]),
    epoch: readCount(fields[3], 'epoch of a departure'),
  };
}

function settingsFields(settings: Settings): Fields {
  const { replicationFactor, partitions, resolver, deadNodeTimeoutMs } = settings;
  return [replicationFactor, partitions, resolverNumbers[resolver], deadNodeTimeoutMs];
}

function readSettings(value: unknown): Settings {
  const fields = readFields(value, 3, 'settings');
  return {
    replicationFactor: readCount(fields[0], 'replicationFactor'),
    partitions: readCount(fields[1], 'partitions'),
    resolver: readResolver(fields[2]),
    deadNodeTimeoutMs: readOptional(fields[3], readTimeout) ?? limits.deadNodeTimeoutMs,
  };
}

const readTimeout = (value: unknown): number => readCount(value, 'deadNodeTimeoutMs');
