// Who judges a run: the invariants that watch it, what keeps it from rest at its end, and the checks
// of that end.
//
//   while it runs   invariants/ (see invariants.ts), coverage
//   at rest         every group where it is wanted; replicas equal; every `one` write merged;
//                   what failed never committed
//                   linearizability of each key, counters, weak reads (histories.ts)

import type { Judges, Rest } from '../cast.ts';
import type { Counts } from '../coverage.ts';
import { CoverageCounter } from '../coverage.ts';
import { MemberCoverage } from '../coverage-of-members.ts';
import type { Invariants } from '../invariants/invariants.ts';
import { makeInvariants } from '../invariants/invariants.ts';
import type { Plan } from '../plan.ts';
import { checkFailed, checkMerged } from './effects.ts';
import { judgeCounters, judgeHistory, judgeWeakReads } from './histories.ts';
import { misplacedIn, presentIn } from './placement.ts';
import { checkConvergence, checkLastReads, unrestOf } from './rest.ts';

export function makeJudges(plan: Plan): Judges {
  const { partitions } = plan;
  const coverage = new CoverageCounter();
  const invariants = makeInvariants(plan, [coverage, new MemberCoverage(coverage.counts)]);
  return {
    observers: [invariants.watch],
    unrest: ({ machines: all }) => {
      const machines = presentIn({ machines: all, partitions });
      const { books } = invariants;
      return unrestOf(machines, partitions) ?? misplacedIn({ machines, partitions, books });
    },
    judge(rest) {
      checkAtRest(rest, { partitions, invariants });
      const { judged, gaveUp } = judgeHistory(rest.workload.history());
      coverage.counts.count('judge keys linearizable', judged);
      coverage.counts.count('judge keys too hard', gaveUp.length);
    },
    coverage() {
      countRetries(coverage.counts, invariants);
      return coverage.counts.toCoverage();
    },
  };
}

function checkAtRest(
  { machines, workload }: Rest,
  { partitions, invariants }: { partitions: number; invariants: Invariants },
): void {
  const recorded = workload.recorded();
  const { states, exactlyOnce, mergedOnce, removals } = invariants;
  states.compareAll();
  const present = presentIn({ machines, partitions });
  checkConvergence(present, partitions);
  checkLastReads(machines, recorded);
  checkMerged({ machines, present }, mergedOnce.acknowledged, removals);
  checkFailed(recorded, { partitions, exactlyOnce, mergedOnce });
  judgeCounters(recorded);
  judgeWeakReads(recorded);
}

function countRetries(counts: Counts, { exactlyOnce, mergedOnce }: Invariants): void {
  counts.set('rare session retry', exactlyOnce.repeated);
  counts.set('rare dot proposed twice', mergedOnce.repeated);
}
