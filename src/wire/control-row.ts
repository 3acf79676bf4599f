// The one row of the control group as a positional list.

import type { ControlRow, Settings } from '../core/model/state.ts';
import {
  type Fields,
  groupsMax,
  listReader,
  membersMax,
  readCount,
  readFields,
  readIncarnation,
  readNode,
  readNodes,
} from './fields.ts';
import { memberFields, readMember } from './member.ts';
import { resolverNumbers, rowKinds, wordReader } from './numbers.ts';

const readMembers = listReader('members', membersMax, readMember);
const readIncarnations = listReader('incarnations', membersMax, readStarted);
const readPlacement = listReader('placement', groupsMax, readNodes);

const readResolver = wordReader(resolverNumbers, 'resolver');

export function controlRowFields(row: ControlRow): Fields {
  return [
    rowKinds.control,
    row.members.map(memberFields),
    row.incarnations.map(({ node, incarnation }) => [node, incarnation]),
    settingsFields(row.settings),
    row.epoch,
    row.placement,
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
  };
}

function readStarted(value: unknown): ControlRow['incarnations'][number] {
  const fields = readFields(value, 2, 'incarnation');
  return { node: readNode(fields[0]), incarnation: readIncarnation(fields[1]) };
}

function settingsFields(settings: Settings): Fields {
  const { replicationFactor, partitions, resolver } = settings;
  return [replicationFactor, partitions, resolverNumbers[resolver]];
}

function readSettings(value: unknown): Settings {
  const fields = readFields(value, 3, 'settings');
  return {
    replicationFactor: readCount(fields[0], 'replicationFactor'),
    partitions: readCount(fields[1], 'partitions'),
    resolver: readResolver(fields[2]),
  };
}
