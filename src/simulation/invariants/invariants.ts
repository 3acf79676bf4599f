// Every promise that is looked at while a run goes on, each in a file of its own. They see the world
// from outside, through what the engine tells (observation.ts), and end the run with a Violation.
//
//   engine ─► Watch ─► Commits, Disks          what the world as a whole knows
//                  └─► one observer a promise   ─► Violation
//
// To add one: write an Invariant with its paper and section, and a test in which a planted
// violation makes it speak.

import type { GroupId } from '../../core/model/ids.ts';
import type { Plan } from '../plan.ts';
import { AddressBooks } from './address-books.ts';
import { AllMeansAll } from './all-means-all.ts';
import { Bounded } from './bounded.ts';
import { Commits } from './commits.ts';
import { Configurations } from './configurations.ts';
import { Disks } from './disks.ts';
import { DropsInTruth } from './drops-in-truth.ts';
import { DurableBeforeSent } from './durable-before-sent.ts';
import { ElectedByVoters } from './elected-by-voters.ts';
import { ElectionSafety } from './election-safety.ts';
import { ExactlyOnce } from './exactly-once.ts';
import { ForeignFrames } from './foreign-frames.ts';
import { FreshReads } from './fresh-reads.ts';
import { LeaderAppendOnly } from './leader-append-only.ts';
import { LeaderCompleteness } from './leader-completeness.ts';
import { LogMatching } from './log-matching.ts';
import { MergedOnce } from './merged-once.ts';
import { MergesHeard } from './merges-heard.ts';
import { Monotonic } from './monotonic.ts';
import { OneChange } from './one-change.ts';
import { OwnTermCommits } from './own-term-commits.ts';
import { OwnWrites } from './own-writes.ts';
import { QuorumChecked } from './quorum-checked.ts';
import { RecoveryKeeps } from './recovery-keeps.ts';
import { Removals } from './removals.ts';
import { Seats } from './seats.ts';
import { StateEquality } from './state-equality.ts';
import { TombstonesKept } from './tombstones-kept.ts';
import { TrueAcks } from './true-acks.ts';
import { TrueChanges } from './true-changes.ts';
import { TrueReports } from './true-reports.ts';
import { VoteOnce } from './vote-once.ts';
import { type Invariant, Watch } from './watch.ts';

/** The invariants of one run, and what the judges of its end ask of them. */
export interface Invariants {
  readonly watch: Watch;
  readonly commits: Commits;
  readonly states: StateEquality;
  readonly exactlyOnce: ExactlyOnce;
  readonly mergedOnce: MergedOnce;
  readonly removals: Removals;
  readonly books: AddressBooks;
}

/** `others` watch as well, after the invariants. */
export function makeInvariants(plan: Plan, others: readonly Invariant[] = []): Invariants {
  const { partitions } = plan;
  const commits = new Commits();
  const disks = new Disks();
  const configurations = new Configurations(commits);
  const seats = new Seats(configurations, disks);
  const removals = new Removals(configurations, partitions);
  const states = new StateEquality(partitions);
  const books = new AddressBooks();
  const exactlyOnce = new ExactlyOnce(commits);
  const mergedOnce = new MergedOnce(disks, commits);
  // Who compares with what was comes before those who take over what is.
  const invariants: readonly Invariant[] = [
    new RecoveryKeeps(disks),
    disks,
    new ElectionSafety(),
    new VoteOnce(),
    new DurableBeforeSent({ disks, commits, configurations, seats }),
    new LeaderCompleteness(commits),
    new OwnTermCommits(),
    configurations,
    commits,
    new OneChange(commits, configurations, disks),
    seats,
    new ElectedByVoters({ configurations, seats, removals }),
    removals,
    new TrueReports(configurations),
    new LeaderAppendOnly(),
    new LogMatching(),
    new Monotonic(),
    new QuorumChecked(),
    states,
    exactlyOnce,
    mergedOnce,
    new MergesHeard(commits),
    new TombstonesKept(commits, configurations),
    new FreshReads(),
    new DropsInTruth(configurations),
    new TrueChanges(commits),
    new AllMeansAll(),
    new TrueAcks(disks),
    new OwnWrites(disks),
    new ForeignFrames(),
    new Bounded(plan.limits),
    books,
    ...others,
  ];
  const committed = (group: GroupId): number => commits.of(group).last;
  const watch = new Watch({ partitions, committed, invariants });
  return { watch, commits, states, exactlyOnce, mergedOnce, removals, books };
}
