// The refusals that a node hands out, each with what the client may conclude (DESIGN 8: three
// outcomes).

import type { Configuration } from '../model/entry.ts';
import type { GroupId, NodeId } from '../model/ids.ts';
import { compareIds } from '../model/ids.ts';
import type { Refusal, Result } from '../model/operation.ts';
import type { Version } from '../model/version.ts';

/** What is known about the partition at the moment of refusing. */
export interface Reach {
  readonly leader: NodeId | null;
  readonly replicas: readonly NodeId[];
  readonly reachable: readonly NodeId[];
}

export interface RefusalFacts {
  readonly reason: Refusal['reason'];
  readonly effect: Refusal['effect'];
  readonly message: string;
  readonly reach: Reach;
  readonly missing?: readonly NodeId[];
  readonly version?: Version | null;
}

export const nowhere: Reach = { leader: null, replicas: [], reachable: [] };

export function refuse(facts: RefusalFacts): Result {
  const refusal: Refusal = {
    reason: facts.reason,
    effect: facts.effect,
    message: facts.message,
    leader: facts.reach.leader,
    replicas: facts.reach.replicas,
    reachable: facts.reach.reachable,
    missing: facts.missing ?? [],
    version: facts.version ?? null,
  };
  return { kind: 'refused', refusal };
}

/** What was proposed by a leader that its group has let go of before the end is known elsewhere. */
export function letGo(
  { group }: { readonly group: GroupId },
  reach: Reach,
  effect: 'none' | 'unknown' = 'unknown',
): Result {
  const message = `group ${group} has let go of this node before the outcome was known here`;
  return refuse({ reason: 'not-leader', effect, message, reach });
}

/** Every node whose vote counts, of both sets, sorted, each once. */
export function votersOf({ voters, votersOutgoing }: Configuration): readonly NodeId[] {
  return [...new Set([...voters, ...votersOutgoing])].sort(compareIds);
}

/** Every node that holds the group: both sets of voters and the learners, sorted, each once. */
export function membersOf(configuration: Configuration): readonly NodeId[] {
  const { voters, votersOutgoing, learners } = configuration;
  return [...new Set([...voters, ...votersOutgoing, ...learners])].sort(compareIds);
}
