// The desired placement after members came or went, or the replication factor changed: as even as
// before or better, with as few moves as that takes. Pure: equal tables, members and settings give
// equal plans, in whatever order they are listed.
//
//     keep    what the members hold stays with them
//     trim    too many replicas of a partition: the fullest member lets go
//     fill    too few: the emptiest member takes one
//     spread  two replicas in one zone while another zone has none: one moves there
//     share   who holds nothing, a newcomer or whom trim or spread left so, takes from the fullest until
//             it has the mean
//     relieve who is still beyond the bound gives to the emptiest
//     lead    the first of each row, evenly (leads.ts)
//
// So a join moves nothing between old members, and a leave moves only what the leaver held. Between
// two old members something moves by `spread` and `relieve` alone, and to one whom a smaller factor or
// a better zone left with nothing: `spread` mends rows from before there were enough zones, `relieve` a
// table that is uneven because zones had made it so. Zones come before evenness: a copy that fails
// together with another is none. Among equals the ring decides. A plan has nothing to add to itself.
//
// The plan is part of the control group's state, which every member computes for itself. A build
// that would plan anything else needs a feature level of its own (model/features.ts).

import type { DraftRow } from './draft.ts';
import { Draft, type DraftOptions, mayReplace, rankIn } from './draft.ts';
import { spreadLeads } from './leads.ts';
import { firstBy } from './order.ts';
import type { RingMember } from './ring.ts';
import type { PlacementTable } from './table.ts';
import { electorate } from './voters.ts';
import { crowdAround } from './zones.ts';

/** Goal for the fullest member (DESIGN 7). */
const loadOverMeanMax = 1.3;

export interface PlanOptions extends DraftOptions {
  /** Where there are fewer members, every one of them holds everything. */
  readonly replicationFactor: number;
}

interface Move {
  readonly row: DraftRow;
  readonly giver: RingMember;
}

/** `members` are those that may hold replicas: who is on its way out is none of them. */
export function planPlacement(options: PlanOptions): PlacementTable {
  const { current, members, partitions } = options;
  const replicas = Math.min(options.replicationFactor, members.length);
  const draft = new Draft(options);
  for (const row of draft.rows) trim(draft, row, replicas);
  const isEmpty = (member: RingMember) => draft.loadOf(member) === 0;
  const empty = new Set(draft.members.filter(isEmpty));
  for (const row of draft.rows) fill(draft, row, replicas);
  for (const row of draft.rows) spread(draft, row);
  const newcomers = draft.members.filter((member) => empty.has(member) || isEmpty(member));
  const mean = (partitions * replicas) / Math.max(1, members.length);
  share(draft, newcomers, Math.floor(mean));
  relieve(draft, Math.max(Math.ceil(mean) + 1, Math.floor(mean * loadOverMeanMax)));
  spreadLeads(draft);
  return [electorate({ current: current[0] ?? [], members }), ...draft.toRows()];
}

/** Whoever shares its zone goes first, the leader last. */
function trim(draft: Draft, row: DraftRow, replicas: number): void {
  while (row.replicas.length > replicas) {
    const one = firstBy(row.replicas, (each) => [
      -crowdAround(each, row.replicas),
      each === row.leader ? 1 : 0,
      -draft.loadOf(each),
      -rankIn(row, each),
    ]);
    if (one !== null) draft.remove(row, one);
  }
}

function fill(draft: Draft, row: DraftRow, replicas: number): void {
  while (row.replicas.length < replicas) {
    const others = draft.members.filter((member) => !row.replicas.includes(member));
    const one = firstBy(others, (each) => [
      crowdAround(each, row.replicas),
      draft.loadOf(each),
      rankIn(row, each),
    ]);
    if (one !== null) draft.add(row, one);
  }
}

/** Until no zone has two replicas more than another one could have. */
function spread(draft: Draft, row: DraftRow): void {
  for (;;) {
    const giver = firstBy(row.replicas, (each) => [
      -crowdAround(each, row.replicas),
      each === row.leader ? 1 : 0,
      -draft.loadOf(each),
    ]);
    const others = draft.members.filter((member) => !row.replicas.includes(member));
    const taker = firstBy(others, (each) => [
      crowdAround(each, row.replicas),
      draft.loadOf(each),
      rankIn(row, each),
    ]);
    if (giver === null || taker === null) return;
    if (crowdAround(giver, row.replicas) - crowdAround(taker, row.replicas) < 2) return;
    replace(draft, { row, giver }, taker);
  }
}

/** Newcomers take turns, the emptiest first. */
function share(draft: Draft, newcomers: readonly RingMember[], enough: number): void {
  const hungry = new Set(newcomers);
  while (hungry.size > 0) {
    const taker = firstBy(hungry, (each) => [draft.loadOf(each)]);
    if (taker === null) return;
    const move = draft.loadOf(taker) < enough ? moveTo(draft, taker, draft.members) : null;
    if (move === null) hungry.delete(taker);
    else replace(draft, move, taker);
  }
}

function relieve(draft: Draft, loadMax: number): void {
  while (relieveOne(draft, loadMax));
}

function relieveOne(draft: Draft, loadMax: number): boolean {
  const givers = draft.members.filter((member) => draft.loadOf(member) > loadMax);
  const takers = [...draft.members].sort((a, b) => draft.loadOf(a) - draft.loadOf(b));
  for (const taker of takers) {
    const move = moveTo(draft, taker, givers);
    if (move === null) continue;
    replace(draft, move, taker);
    return true;
  }
  return false;
}

/**
 * What the taker should take, if that evens anything: from the fullest, rather not what it leads,
 * rather where the ring prefers the taker.
 */
function moveTo(draft: Draft, taker: RingMember, givers: readonly RingMember[]): Move | null {
  const fuller = givers.filter((each) => draft.loadOf(each) >= draft.loadOf(taker) + 2);
  const fullestFirst = fuller.sort((a, b) => draft.loadOf(b) - draft.loadOf(a));
  for (const giver of fullestFirst) {
    const row = firstBy(
      draft.rows.filter((each) => mayReplace(each, giver, taker)),
      (each) => [giver === each.leader ? 1 : 0, rankIn(each, taker)],
    );
    if (row !== null) return { row, giver };
  }
  return null;
}

function replace(draft: Draft, { row, giver }: Move, taker: RingMember): void {
  draft.remove(row, giver);
  draft.add(row, taker);
}
