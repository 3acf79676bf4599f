// Have the replicas of a group converged? Two replicas that have applied the log up to the same
// index must have the same state, so the same hash. At the end of a run all must also be at the
// same index.

import type { ReplicaReport } from './history/history.ts';
import {
  type Anomaly,
  type Judgement,
  judgementOf,
  unknownJudgement,
  validJudgement,
} from './judgement.ts';

export interface ConvergenceCase {
  readonly replicas: readonly ReplicaReport[];
  /** True: replicas of one group must also have applied equally much. */
  readonly atTheEnd: boolean;
}

export function judgeConvergence({ replicas, atTheEnd }: ConvergenceCase): Judgement {
  const about = { model: 'convergence', operations: replicas.length };
  const groups = new Map<number, ReplicaReport[]>();
  for (const each of replicas) groups.set(each.group, [...(groups.get(each.group) ?? []), each]);
  const anomalies = [...groups.values()].flatMap((group) => [
    ...diverged(group),
    ...(atTheEnd ? behind(group) : []),
  ]);
  if (anomalies.length > 0) return judgementOf(about, anomalies);
  const isCompared = [...groups.values()].some((group) => group.length > 1);
  return isCompared
    ? validJudgement(about)
    : unknownJudgement(about, 'no group has two reports that could be compared');
}

function anomaly(name: string, why: string): Anomaly {
  return { name, why, story: [], witness: [] };
}

function diverged(group: readonly ReplicaReport[]): readonly Anomaly[] {
  const first = new Map<number, ReplicaReport>();
  for (const each of group) {
    const other = first.get(each.appliedIndex) ?? each;
    first.set(each.appliedIndex, other);
    if (other.hash === each.hash) continue;
    const both = `${other.node} and ${each.node} applied the log up to ${each.appliedIndex}`;
    const states = `hold different states (${other.hash} and ${each.hash})`;
    return [anomaly('divergence', `group ${each.group}: ${both}, but ${states}`)];
  }
  return [];
}

/** A node may report several times; its last word counts. */
function behind(group: readonly ReplicaReport[]): readonly Anomaly[] {
  const last = new Map<string, ReplicaReport>();
  for (const each of group) {
    const known = last.get(each.node);
    if (known === undefined || known.appliedIndex <= each.appliedIndex) last.set(each.node, each);
  }
  const sorted = [...last.values()].sort((a, b) => a.appliedIndex - b.appliedIndex);
  const [slowest] = sorted;
  const fastest = sorted.at(-1);
  if (slowest === undefined || fastest === undefined) return [];
  if (slowest.appliedIndex === fastest.appliedIndex) return [];
  const behindBy = `${slowest.node} stopped at ${slowest.appliedIndex}`;
  const ahead = `${fastest.node} is at ${fastest.appliedIndex}`;
  return [anomaly('lag', `group ${slowest.group}: ${behindBy}, ${ahead}`)];
}
