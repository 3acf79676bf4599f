// A partition table under work: who holds what, who leads what, how full everybody is. It knows what
// may be moved and who is preferred; what is worth moving is the planner's (planner.ts).

import { assert } from '../model/assert.ts';
import type { NodeId } from '../model/ids.ts';
import { compareIds } from '../model/ids.ts';
import type { Hash, RingMember } from './ring.ts';
import { Ring } from './ring.ts';
import type { PlacementTable } from './table.ts';
import { crowdAround, failTogether } from './zones.ts';

/** One partition. */
export interface DraftRow {
  readonly partition: number;
  /** Invariant: distinct. */
  readonly replicas: RingMember[];
  /** Invariant: one of the replicas; null while nobody is chosen. */
  leader: RingMember | null;
  /** Place of each member in the order in which the ring prefers them, from 0. */
  readonly rank: ReadonlyMap<NodeId, number>;
}

export interface DraftOptions {
  readonly current: PlacementTable;
  /** In any order. */
  readonly members: readonly RingMember[];
  readonly partitions: number;
  readonly hash: Hash;
}

export class Draft {
  /** Sorted by name. */
  readonly members: readonly RingMember[];
  /** In the order of the partitions. */
  readonly rows: readonly DraftRow[];
  readonly #load = new Map<RingMember, number>();
  readonly #leads = new Map<RingMember, number>();

  /** Begins with what the members hold of `current`. */
  constructor({ current, members, partitions, hash }: DraftOptions) {
    this.members = [...members].sort((a, b) => compareIds(a.node, b.node));
    const ring = new Ring({ members: this.members, hash });
    const byName = new Map(this.members.map((member) => [member.node, member]));
    this.rows = Array.from({ length: partitions }, (_, at) => {
      const row = current[at + 1] ?? [];
      const [first] = row;
      const order = ring.preferenceList(`partition/${at + 1}`);
      return {
        partition: at + 1,
        replicas: row.flatMap((node) => byName.get(node) ?? []),
        leader: (first !== undefined && byName.get(first)) || null,
        rank: new Map(order.map((node, place) => [node, place])),
      };
    });
    for (const { replicas, leader } of this.rows) {
      for (const member of replicas) count(this.#load, member, 1);
      if (leader !== null) count(this.#leads, leader, 1);
    }
  }

  /** Replicas that the member holds. */
  loadOf(member: RingMember): number {
    return this.#load.get(member) ?? 0;
  }

  /** Partitions that the member is to lead. */
  leadsOf(member: RingMember): number {
    return this.#leads.get(member) ?? 0;
  }

  add(row: DraftRow, member: RingMember): void {
    assert(!row.replicas.includes(member), 'a member holds a partition once');
    row.replicas.push(member);
    count(this.#load, member, 1);
  }

  remove(row: DraftRow, member: RingMember): void {
    row.replicas.splice(row.replicas.indexOf(member), 1);
    count(this.#load, member, -1);
    if (row.leader === member) this.lead(row, null);
  }

  lead(row: DraftRow, leader: RingMember | null): void {
    if (row.leader !== null) count(this.#leads, row.leader, -1);
    if (leader !== null) count(this.#leads, leader, 1);
    row.leader = leader;
  }

  /** The rows of the table for the partitions: the leader first. */
  toRows(): readonly (readonly NodeId[])[] {
    return this.rows.map(({ replicas, leader }) =>
      [
        ...replicas.filter((each) => each === leader),
        ...replicas.filter((each) => each !== leader),
      ].map(({ node }) => node),
    );
  }
}

/**
 * True when the row may have `taker` in the place of `giver` without more of its replicas failing
 * together than now.
 */
export function mayReplace(row: DraftRow, giver: RingMember, taker: RingMember): boolean {
  if (row.replicas.includes(taker) || !row.replicas.includes(giver)) return false;
  if (failTogether(giver, taker)) return true;
  return crowdAround(taker, row.replicas) < crowdAround(giver, row.replicas);
}

export function rankIn(row: DraftRow, { node }: RingMember): number {
  return row.rank.get(node) ?? row.rank.size;
}

function count(counts: Map<RingMember, number>, member: RingMember, by: number): void {
  counts.set(member, (counts.get(member) ?? 0) + by);
}
