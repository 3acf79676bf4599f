// How a node's replicas come to life: from the bootstrap that `dsys up` wrote, and from what the
// disk kept. The same bootstrap on every node gives the same state at index 0 of every group.

import type { NodeOptions } from '../contract.ts';
import { Control } from '../control/control.ts';
import { Journal } from '../data/journal.ts';
import { Partition } from '../data/partition.ts';
import type { Resolver } from '../data/resolver.ts';
import { lastWriteWins } from '../data/resolver.ts';
import { assert } from '../model/assert.ts';
import type { Configuration } from '../model/entry.ts';
import type { GroupId, NodeId } from '../model/ids.ts';
import { compareIds, controlGroup, groupId, logIndex, term } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type { Random } from '../model/random.ts';
import type { LogRecord, Recovered, RecoveredGroup } from '../model/records.ts';
import type { AppliedPoint } from '../model/state.ts';
import type { PlacementTable } from '../placement/table.ts';
import { placeAll } from '../placement/table.ts';
import { Raft } from '../raft/raft.ts';
import type { Machine } from './replica.ts';
import { Replica } from './replica.ts';

export interface Born {
  readonly placement: PlacementTable;
  /** Sorted by group; only those that this node holds. */
  readonly replicas: readonly Replica[];
}

export function bringToLife(options: NodeOptions, random: Random): Born {
  const { bootstrap, recovered, self } = options;
  const members = bootstrap.members.map(({ node, zone }) => ({ node, zone }));
  const { partitions, replicationFactor } = bootstrap.settings;
  const placement = placeAll({ members, partitions, replicationFactor, hash: options.hash });
  const found = new Map(recovered.groups.map((group) => [group.group, group]));
  const replicas = placement.flatMap((nodes, number) => {
    const group = groupId(number);
    if (!nodes.includes(self) && !found.has(group)) return [];
    return [bearReplica({ options, random, group, nodes, placement, found: found.get(group) })];
  });
  return { placement, replicas };
}

/**
 * Logs that a recovery began anew behind the state, because what they held does not lead there (a
 * crash between the install of a snapshot and its record). The log must say so before anything is
 * appended, or the next recovery takes the new entries for a part of the old log.
 */
export function newStarts({ groups }: Recovered): readonly LogRecord[] {
  return groups.flatMap(({ group, point, start, entries }) =>
    point !== null && start.index === point.index && entries.length === 0
      ? [{ kind: 'log-start', group, start }]
      : [],
  );
}

interface Birth {
  readonly options: NodeOptions;
  readonly random: Random;
  readonly group: GroupId;
  readonly nodes: readonly NodeId[];
  readonly placement: PlacementTable;
  readonly found: RecoveredGroup | undefined;
}

function bearReplica(birth: Birth): Replica {
  const { options, random, group, found } = birth;
  const machine = group === controlGroup ? bearControl(birth) : bearPartition(birth);
  const point = found?.point ?? pointAtBirth(birth.nodes);
  const replica = new Replica({ group, machine, point });
  const start = found?.start ?? { index: logIndex(0), term: term(0) };
  replica.attach(
    new Raft({
      self: options.self,
      random: random.stream(`raft/${group}`),
      configuration: point.configuration,
      hardState: found?.hardState ?? { term: term(0), votedFor: null },
      start,
      entries: found?.entries ?? [],
      appliedIndex: point.index,
      takeSnapshot: () => replica.takeSnapshot(),
      bounds: options.bounds ?? limits,
    }),
  );
  return replica;
}

function bearControl({ options, placement, found }: Birth): Machine {
  const { members, settings } = options.bootstrap;
  const control = new Control({ members, settings, epoch: 1, placement });
  if (found?.point) control.restore(found.rows);
  return { kind: 'control', control };
}

function bearPartition({ options, group, found }: Birth): Machine {
  const { bounds = limits } = options;
  const resolver = resolverOf(options);
  const partition = new Partition({ group, resolver, bounds });
  if (found?.point) partition.restore(found.rows, { changed: false, stored: found.items });
  const journal = new Journal({ node: options.self, incarnation: options.incarnation });
  journal.restore(found?.tentative ?? []);
  return { kind: 'data', partition, journal };
}

function resolverOf({ bootstrap }: NodeOptions): Resolver {
  const { resolver } = bootstrap.settings;
  assert(resolver === lastWriteWins.name, () => `no resolver is called ${resolver}`);
  return lastWriteWins;
}

function pointAtBirth(nodes: readonly NodeId[]): AppliedPoint {
  const configuration: Configuration = {
    voters: [...nodes].sort(compareIds),
    votersOutgoing: [],
    learners: [],
  };
  return { index: logIndex(0), term: term(0), configuration };
}
