// Words for tests in which members come and go: a group with nodes that are to join, and changes.

import type { MemberChange } from '../../../src/core/model/configuration.ts';
import type { Configuration, Entry } from '../../../src/core/model/entry.ts';
import { logIndex, nodeId, term } from '../../../src/core/model/ids.ts';
import type { ChangeResult } from '../../../src/core/raft/contract.ts';
import { Cluster, voters } from './cluster.ts';
import { emptyDisk } from './disk.ts';

export interface Wishes {
  readonly voter?: readonly string[];
  readonly learner?: readonly string[];
  readonly removed?: readonly string[];
}

export function changesOf({ voter = [], learner = [], removed = [] }: Wishes): MemberChange[] {
  return [
    ...voter.map((name) => ({ node: nodeId(name), to: 'voter' as const })),
    ...learner.map((name) => ({ node: nodeId(name), to: 'learner' as const })),
    ...removed.map((name) => ({ node: nodeId(name), to: 'removed' as const })),
  ];
}

export function change(cluster: Cluster, leader: string, wishes: Wishes): ChangeResult {
  return cluster.on(leader, (raft) => raft.proposeConfiguration(changesOf(wishes)));
}

/** As `change`, and everybody has heard of it. */
export function changeAndSettle(cluster: Cluster, leader: string, wishes: Wishes): void {
  const result = change(cluster, leader, wishes);
  if (result.kind !== 'proposed') throw new Error(`refused: ${JSON.stringify(result)}`);
  cluster.tick(12);
}

/** `members` vote; `joiners` are empty and know of no configuration. */
export function groupWithJoiners(members: readonly string[], joiners: readonly string[]): Cluster {
  const disks = Object.fromEntries(joiners.map((name) => [name, emptyDisk(voters())]));
  const configuration = voters(...members);
  const cluster = new Cluster({ names: [...members, ...joiners], configuration, disks });
  cluster.elect(members[0] ?? '');
  return cluster;
}

export function configurationOf(sets: {
  readonly voters: readonly string[];
  readonly outgoing?: readonly string[];
  readonly learners?: readonly string[];
}): Configuration {
  return {
    voters: sets.voters.map(nodeId),
    votersOutgoing: (sets.outgoing ?? []).map(nodeId),
    learners: (sets.learners ?? []).map(nodeId),
  };
}

export function configurationEntry(
  index: number,
  ofTerm: number,
  configuration: Configuration,
): Entry {
  const payload = { kind: 'configuration', configuration } as const;
  return { index: logIndex(index), term: term(ofTerm), payload, size: 10 };
}
