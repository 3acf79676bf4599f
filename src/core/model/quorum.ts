// Majorities of one set, and of two at once (joint consensus; Ongaro's thesis, section 4.3). Pure
// arithmetic: a decision stands only if a majority of EVERY set of the configuration agrees.

import type { LogIndex, NodeId } from './ids.ts';
import { logIndex } from './ids.ts';

export type VoteResult = 'pending' | 'won' | 'lost';

/** Smallest number of members that any two of which share a member. */
export function majority(size: number): number {
  return Math.floor(size / 2) + 1;
}

/**
 * The highest index that a majority of `voters` has; an empty set constrains nothing (Infinity).
 */
export function majorityIndex(
  voters: readonly NodeId[],
  acked: (voter: NodeId) => LogIndex | undefined,
): LogIndex {
  if (voters.length === 0) return logIndex(Number.POSITIVE_INFINITY);
  const falling: number[] = [];
  for (const voter of voters) insertFalling(falling, acked(voter) ?? 0);
  return logIndex(falling[majority(voters.length) - 1] ?? 0);
}

/** A leader asks this for every acknowledgement: sorting a few numbers by hand spares it a copy. */
function insertFalling(falling: number[], index: number): void {
  let at = falling.length;
  for (let before = falling[at - 1]; before !== undefined && before < index; ) {
    falling[at] = before;
    at -= 1;
    before = falling[at - 1];
  }
  falling[at] = index;
}

/** The highest index that a majority of every set has. */
export function jointIndex(
  sets: readonly (readonly NodeId[])[],
  acked: (voter: NodeId) => LogIndex | undefined,
): LogIndex {
  let least = Number.POSITIVE_INFINITY;
  for (const voters of sets) least = Math.min(least, majorityIndex(voters, acked));
  return logIndex(least);
}

/** The state of a vote in one set; an empty set agrees to everything. */
export function majorityVote(
  voters: readonly NodeId[],
  vote: (voter: NodeId) => boolean | undefined,
): VoteResult {
  if (voters.length === 0) return 'won';
  const needed = majority(voters.length);
  const yes = voters.filter((voter) => vote(voter) === true).length;
  const open = voters.filter((voter) => vote(voter) === undefined).length;
  if (yes >= needed) return 'won';
  return yes + open >= needed ? 'pending' : 'lost';
}

/** The state of a vote that every set must win. */
export function jointVote(
  sets: readonly (readonly NodeId[])[],
  vote: (voter: NodeId) => boolean | undefined,
): VoteResult {
  const results = sets.map((voters) => majorityVote(voters, vote));
  if (results.includes('lost')) return 'lost';
  return results.includes('pending') ? 'pending' : 'won';
}
