// What this node can say about who holds a group and who of them it can reach now.

import type { GroupId, NodeId } from '../model/ids.ts';
import { controlGroup } from '../model/ids.ts';
import { majority } from '../model/quorum.ts';
import type { Liveness } from './liveness.ts';
import type { Reach } from './refusals.ts';
import type { Replica } from './replica.ts';

export function reachOf(replica: Replica, liveness: Liveness): Reach {
  const { leader } = replica.raft;
  const replicas = replica.voters;
  return { leader, replicas, reachable: replicas.filter((node) => liveness.reachable(node)) };
}

/** True when a majority of every voter set is reachable, this node included. */
export function hasQuorum(replica: Replica, liveness: Liveness): boolean {
  const { voters, votersOutgoing } = replica.raft.configuration;
  return reachesMajority(voters, liveness) && reachesMajority(votersOutgoing, liveness);
}

function reachesMajority(voters: readonly NodeId[], liveness: Liveness): boolean {
  if (voters.length === 0) return true;
  let reachable = 0;
  for (const voter of voters) if (liveness.reachable(voter)) reachable += 1;
  return reachable >= majority(voters.length);
}

/** "1 of 3 replicas of partition 17 reachable (node3)" */
export function describeReach(replica: Replica, reach: Reach): string {
  const { reachable, replicas } = reach;
  const names = reachable.join(', ') || 'none';
  const share = `${reachable.length} of ${replicas.length} replicas`;
  return `${share} of ${nameOf(replica)} reachable (${names})`;
}

export function nameOf({ group }: Replica): string {
  return nameOfGroup(group);
}

export function nameOfGroup(group: GroupId): string {
  return group === controlGroup ? 'the control group' : `partition ${group}`;
}
