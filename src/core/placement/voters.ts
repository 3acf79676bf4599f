// Who votes in the control group. Every member holds a replica of it; the voters are the few whose
// majority commits (row 0 of the partition table), all others learn.

import type { NodeId } from '../model/ids.ts';
import { compareIds } from '../model/ids.ts';
import type { RingMember } from './ring.ts';
import { crowdAround } from './zones.ts';

/** Control voters beyond this many only slow every commit down (DESIGN 15). */
export const controlVotersMax = 5;

/**
 * An even number of voters survives no more failures than the odd one below it, and every commit
 * needs one more disk: so 5, 3 or 1. Except that two members are both voters: one of them alone
 * would survive no more either, but then a single lost disk would take the control log with it.
 */
export function controlVotersOf(members: number): number {
  if (members <= 2) return members;
  return members < controlVotersMax ? 3 : controlVotersMax;
}

/**
 * The voters among `members`. Those of now stay, in their order, as far as they are members; one
 * that is missing comes from the zone with the fewest, one too many goes from the zone with the
 * most. The first is the preferred leader.
 */
export function electorate(options: {
  readonly current: readonly NodeId[];
  readonly members: readonly RingMember[];
}): readonly NodeId[] {
  const candidates = [...options.members].sort((a, b) => compareIds(a.node, b.node));
  const count = controlVotersOf(candidates.length);
  const voters = options.current.flatMap(
    (voter) => candidates.find(({ node }) => node === voter) ?? [],
  );
  while (voters.length > count) voters.splice(voters.indexOf(mostCrowded(voters)), 1);
  while (voters.length < count) voters.push(leastCrowded(candidates, voters));
  return voters.map(({ node }) => node);
}

/** The last of those that share their zone with the most others. */
function mostCrowded(voters: readonly RingMember[]): RingMember {
  return voters.reduce((most, voter) =>
    crowdAround(voter, voters) >= crowdAround(most, voters) ? voter : most,
  );
}

/** The first one outside whose zone has the fewest voters. */
function leastCrowded(
  candidates: readonly RingMember[],
  voters: readonly RingMember[],
): RingMember {
  return candidates
    .filter((candidate) => !voters.includes(candidate))
    .reduce((least, candidate) =>
      crowdAround(candidate, voters) < crowdAround(least, voters) ? candidate : least,
    );
}
