// How a node's replicas come to life: from the bootstrap that `dsys up` wrote, and from what the
// disk kept. The same bootstrap on every node gives the same state at index 0 of every group.

import type { NodeOptions } from '../contract.ts';
import { Control, type ControlBirth } from '../control/control.ts';
import type { Planner } from '../control/planning.ts';
import { Journal } from '../data/journal.ts';
import { Partition } from '../data/partition.ts';
import type { Resolver } from '../data/resolver.ts';
import { lastWriteWins } from '../data/resolver.ts';
import { assert } from '../model/assert.ts';
import type { Configuration, HardState } from '../model/entry.ts';
import type { GroupId } from '../model/ids.ts';
import { compareIds, controlGroup, groupId, logIndex, term } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type { Member } from '../model/member.ts';
import type { Random } from '../model/random.ts';
import type { GroupDrop, LogRecord, Recovered, RecoveredGroup } from '../model/records.ts';
import { planPlacement } from '../placement/planner.ts';
import type { PlacementTable } from '../placement/table.ts';
import { placeAll } from '../placement/table.ts';
import { Raft } from '../raft/raft.ts';
import { membersOf } from './refusals.ts';
import type { Machine } from './replica.ts';
import { Replica } from './replica.ts';

/** Bears the replicas of one node: those of its start, and those that a leader asks for later. */
export class Nursery {
  readonly #options: NodeOptions;
  readonly #random: Random;
  readonly #placement: PlacementTable;
  readonly #birthRow: ControlBirth;
  /** How often each group was dropped here. */
  readonly #lives: Map<GroupId, number>;
  /** What the replicas have promised, and no later life of theirs may break. */
  readonly #promises = new Map<GroupId, HardState>();
  /** Of the journals that were dropped since this start: no dot is used twice. */
  readonly #counters = new Map<GroupId, number>();

  constructor(options: NodeOptions, random: Random) {
    this.#options = options;
    this.#random = random;
    const { members, settings, featureLevel } = options.bootstrap;
    const { partitions, replicationFactor } = settings;
    const { hash } = options;
    const placed = members.map(({ node, zone }) => ({ node, zone }));
    const plan = { partitions, replicationFactor, hash, featureLevel };
    this.#placement = placeAll({ members: placed, ...plan });
    this.#birthRow = {
      members,
      settings,
      featureLevel,
      epoch: 1,
      placement: this.#placement,
    };
    this.#lives = new Map(options.recovered.groups.map(({ group, life }) => [group, life]));
    for (const { group, hardState } of options.recovered.groups) {
      this.#promises.set(group, hardState);
    }
  }

  /** Sorted by group; only those that this node holds. */
  bearAll(): readonly Replica[] {
    const { recovered, bootstrap, self } = this.#options;
    const found = new Map(recovered.groups.map((group) => [group.group, group]));
    return this.#placement.flatMap((_, number) => {
      const group = groupId(number);
      const kept = found.get(group);
      const configuration = birthConfiguration(this.#placement, bootstrap.members, group);
      const isBornHere = this.#isFounder && membersOf(configuration).includes(self);
      if (kept !== undefined && kept.life > 0) {
        return isAlive(kept) ? [this.#bear(group, { configuration: nobody, kept })] : [];
      }
      if (isBornHere) return [this.#bear(group, { configuration, kept })];
      // A group that came later: its log says who is in it.
      return kept !== undefined && isAlive(kept)
        ? [this.#bear(group, { configuration: nobody, kept })]
        : [];
    });
  }

  /** Another disk under the name of a founder has forgotten what the founder promised. */
  get #isFounder(): boolean {
    const { bootstrap, self, storageId } = this.#options;
    return bootstrap.members.some(
      (member) => member.node === self && member.storageId === storageId,
    );
  }

  /** Groups that were dropped here and not born again. */
  droppedGroups(): readonly GroupId[] {
    return this.#options.recovered.groups.flatMap((group) =>
      group.life > 0 && !isAlive(group) ? [group.group] : [],
    );
  }

  /** A replica that knows nothing, and votes for nobody until its log names it. */
  bearEmpty(group: GroupId): Replica {
    return this.#bear(group, { configuration: nobody, kept: undefined });
  }

  /** True: there is such a group. */
  knows(group: GroupId): boolean {
    return group < this.#placement.length;
  }

  /** What the next life of the group's replica here is bound to. */
  promiseOf(group: GroupId): HardState {
    return this.#promises.get(group) ?? { term: term(0), votedFor: null };
  }

  /** What is to be remembered when the replica is dropped: one life more, no promise less. */
  drop({ group, machine }: Replica, hardState: HardState): GroupDrop {
    const life = (this.#lives.get(group) ?? 0) + 1;
    this.#lives.set(group, life);
    this.#promises.set(group, hardState);
    if (machine.kind === 'data') this.#counters.set(group, machine.journal.lastCounter);
    return { group, life, hardState };
  }

  #bear(
    group: GroupId,
    birth: { readonly configuration: Configuration; readonly kept: RecoveredGroup | undefined },
  ): Replica {
    const { kept, configuration } = birth;
    const options = this.#options;
    const machine = group === controlGroup ? this.#bearControl(kept) : this.#bearData(group, kept);
    const point = kept?.point ?? { index: logIndex(0), term: term(0), configuration };
    const { members } = options.bootstrap;
    const replicasAtBirth = membersOf(birthConfiguration(this.#placement, members, group));
    const replica = new Replica({ group, machine, point, replicasAtBirth });
    if (this.#needsProof(group)) replica.provenAt = null;
    const start = kept?.start ?? { index: logIndex(0), term: term(0) };
    const life = this.#lives.get(group) ?? 0;
    replica.attach(
      new Raft({
        self: options.self,
        random: this.#random.stream(life === 0 ? `raft/${group}` : `raft/${group}/${life}`),
        configuration: point.configuration,
        hardState: this.promiseOf(group),
        start,
        entries: kept?.entries ?? [],
        appliedIndex: point.index,
        takeSnapshot: () => replica.takeSnapshot(),
        bounds: options.bounds ?? limits,
      }),
    );
    return replica;
  }

  /** The name may stand in the log for an earlier life or disk. */
  #needsProof(group: GroupId): boolean {
    const { bootstrap, self, recovered } = this.#options;
    if ((this.#lives.get(group) ?? 0) > 0) return true;
    if (this.#isFounder) return false;
    const rows = recovered.groups.find((kept) => kept.group === controlGroup)?.rows ?? [];
    const row = rows.find((kept) => kept.kind === 'control');
    const wasUsed = [...bootstrap.members, ...(row?.removed ?? [])].some(
      ({ node }) => node === self,
    );
    return row === undefined || wasUsed;
  }

  #bearControl(kept: RecoveredGroup | undefined): Machine {
    const { hash } = this.#options;
    const plan: Planner = (request) => planPlacement({ ...request, hash });
    const control = new Control({ birth: this.#birthRow, plan });
    if (kept?.point) control.restore(kept.rows);
    return { kind: 'control', control };
  }

  #bearData(group: GroupId, kept: RecoveredGroup | undefined): Machine {
    const { bounds = limits, self, storageId, incarnation } = this.#options;
    const partition = new Partition({ group, resolver: resolverOf(this.#options), bounds });
    if (kept?.point) partition.restore(kept.rows, { changed: false, stored: kept.items });
    const cameLater = this.#isFounder ? null : storageId;
    const lastCounter = this.#counters.get(group) ?? 0;
    const journal = new Journal({ node: self, incarnation, cameLater, lastCounter });
    journal.restore(kept?.tentative ?? []);
    return { kind: 'data', partition, journal };
  }
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

function resolverOf({ bootstrap }: NodeOptions): Resolver {
  const { resolver } = bootstrap.settings;
  assert(resolver === lastWriteWins.name, () => `no resolver is called ${resolver}`);
  return lastWriteWins;
}

const nobody: Configuration = { voters: [], votersOutgoing: [], learners: [] };

/** Of a founder: every member holds the control group, those that do not vote as learners. */
function birthConfiguration(
  placement: PlacementTable,
  members: readonly Member[],
  group: GroupId,
): Configuration {
  const voters = [...(placement[group] ?? [])].sort(compareIds);
  const others = members.map(({ node }) => node).filter((node) => !voters.includes(node));
  const learners = group === controlGroup ? others.sort(compareIds) : [];
  return { voters, votersOutgoing: [], learners };
}

/** It has a log or state; a term alone is what a drop leaves. */
function isAlive({ point, start, entries, tentative }: RecoveredGroup): boolean {
  return point !== null || start.index > 0 || entries.length > 0 || tentative.length > 0;
}
