// The one row of the control group as a positional list.

import type { ControlRow, Settings } from '../core/model/state.ts';
import {
  type Fields,
  groupsMax,
  membersMax,
  readCount,
  readFields,
  readIncarnation,
  readList,
  readNode,
  readNodes,
} from './fields.ts';
import { memberFields, readMember } from './member.ts';
import { resolverNumbers, rowKinds, wordReader } from './numbers.ts';

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
    members: readList(fields[1], membersMax, 'members', readMember),
    incarnations: readList(fields[2], membersMax, 'incarnations', readStarted),
    settings: readSettings(fields[3]),
    epoch: readCount(fields[4], 'epoch'),
    placement: readList(fields[5], groupsMax, 'placement', readReplicas),
  };
}

function readStarted(value: unknown): ControlRow['incarnations'][number] {
  const fields = readFields(value, 2, 'incarnation');
  return { node: readNode(fields[0]), incarnation: readIncarnation(fields[1]) };
}

function readReplicas(value: unknown): ControlRow['placement'][number] {
  return readNodes(value, 'replicas');
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
