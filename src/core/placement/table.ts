// The partition table: which nodes hold each group, and which of them should lead it. The ring says
// who is preferred; a cap on the load of a node keeps the fullest within 1.25 × of the mean, which
// 64 partitions on a bare ring would not (bounded loads: Mirrokni, Thorup, Zadimoghaddam 2018).

import type { NodeId } from '../model/ids.ts';
import { compareIds } from '../model/ids.ts';
import type { Hash, RingMember } from './ring.ts';
import { Ring } from './ring.ts';

/** Control voters beyond this many only slow every commit down (DESIGN 15). */
export const controlVotersMax = 5;
const loadOverMeanMax = 1.25;

export interface PlacementOptions {
  readonly members: readonly RingMember[];
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly hash: Hash;
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
  const table: NodeId[][] = [nodes.slice(0, controlVotersMax)];
  for (let partition = 1; partition <= options.partitions; partition++) {
    const chosen = load.choose(ring.preferenceList(`partition/${partition}`), replicas);
    const [leader] = leads.choose(chosen, 1);
    table.push(chosen.filter((node) => node !== leader));
    if (leader !== undefined) table[partition]?.unshift(leader);
  }
  return table;
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
