// The partition table: which nodes hold each group, and which of them should lead it. A cluster is
// born with one that is placed from nothing: the ring says who is preferred, and a cap on the load
// of a node keeps the fullest within 1.25 × of the mean, which 64 partitions on a bare ring would
// not (bounded loads: Mirrokni, Thorup, Zadimoghaddam 2018). From then on it is planned
// (planner.ts).

import { hasFeature } from '../model/features.ts';
import type { GroupId, NodeId } from '../model/ids.ts';
import { compareIds, groupId } from '../model/ids.ts';
import type { Hash, RingMember } from './ring.ts';
import { Ring } from './ring.ts';
import { controlVotersMax, electorate } from './voters.ts';

const loadOverMeanMax = 1.25;

export interface PlacementOptions {
  readonly members: readonly RingMember[];
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly hash: Hash;
  /** Of the build that the cluster was born with (Bootstrap). */
  readonly featureLevel: number;
}

/**
 * Index is the group id (0 is the control group); the first node of a row is the preferred leader.
 */
export type PlacementTable = readonly (readonly NodeId[])[];

/** Places all groups from nothing; equal options give equal tables. */
export function placeAll(options: PlacementOptions): PlacementTable {
  const nodes = options.members.map((member) => member.node).sort(compareIds);
  const ring = new Ring(options);
  const replicas = Math.min(options.replicationFactor, nodes.length);
  const load = new Load((options.partitions * replicas) / nodes.length);
  const leads = new Load(options.partitions / nodes.length, 1);
  const table: NodeId[][] = [votersAtBirth(options, nodes)];
  for (let partition = 1; partition <= options.partitions; partition++) {
    const chosen = load.choose(ring.preferenceList(`partition/${partition}`), replicas);
    const [leader] = leads.choose(chosen, 1);
    table.push(chosen.filter((node) => node !== leader));
    if (leader !== undefined) table[partition]?.unshift(leader);
  }
  return table;
}

/**
 * Birth is the state at index 0, so it may not change with the build that reads an old log: before
 * the planner's rule there was this one, without zones and with four voters of four.
 */
function votersAtBirth({ members, featureLevel }: PlacementOptions, nodes: NodeId[]): NodeId[] {
  if (!hasFeature(featureLevel, 'elasticity')) return nodes.slice(0, controlVotersMax);
  return [...electorate({ current: [], members })];
}

export interface GroupPlace {
  readonly group: GroupId;
  readonly node: NodeId;
}

/** What one table has and the other has not, by group; of group 0 it is the voters. */
export function movesBetween(
  before: PlacementTable,
  after: PlacementTable,
): { readonly additions: readonly GroupPlace[]; readonly removals: readonly GroupPlace[] } {
  return { additions: without(after, before), removals: without(before, after) };
}

function without(table: PlacementTable, other: PlacementTable): readonly GroupPlace[] {
  return table.flatMap((nodes, group) =>
    nodes
      .filter((node) => !other[group]?.includes(node))
      .map((node) => ({ group: groupId(group), node })),
  );
}

/** Counts what each node has, and passes over the full ones while others are left. */
class Load {
  readonly #count = new Map<NodeId, number>();
  readonly #cap: number;

  constructor(mean: number, overMean = loadOverMeanMax) {
    this.#cap = Math.max(Math.ceil(mean), Math.floor(mean * overMean));
  }

  choose(preferred: readonly NodeId[], count: number): NodeId[] {
    const free = preferred.filter((node) => this.#of(node) < this.#cap);
    const full = preferred.filter((node) => this.#of(node) >= this.#cap);
    const chosen = [...free, ...full].slice(0, count);
    for (const node of chosen) this.#count.set(node, this.#of(node) + 1);
    return chosen;
  }

  #of(node: NodeId): number {
    return this.#count.get(node) ?? 0;
  }
}
