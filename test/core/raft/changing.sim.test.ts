// Random interleavings of configuration changes with elections, lost messages, crashes, cut links,
// compaction and disks that come back empty under a name that was removed: the safety properties of
// Raft hold after every step, and when the faults stop the group recovers.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { act, Run } from './changing.ts';

/** Runs; a hunt for a rare bug raises this. */
const runs = 300;

test('no interleaving of changes and faults breaks a safety property or stops the group', () => {
  const total = { accepted: 0, joint: 0, wiped: 0, committed: 0, terms: 0, snapshots: 0, reads: 0 };
  fc.assert(
    fc.property(
      fc.array(act, { minLength: 400, maxLength: 600 }),
      fc.integer({ min: 0, max: 1_000_000 }),
      (acts, seed) => {
        const run = new Run(`changing ${seed}`);
        for (const one of acts) run.act(one);
        run.checkSteps();
        run.recover();
        run.checkSteps();
        total.accepted += run.accepted;
        total.joint += run.joint;
        total.wiped += run.wiped;
        total.committed += run.invariants.committed;
        total.terms += run.invariants.terms;
        total.snapshots += run.cluster.snapshotsInstalled;
        total.reads += run.invariants.readsChecked;
      },
    ),
    // What fails is kept as it is: to shrink it takes minutes. Its seed and path repeat it.
    { numRuns: runs, seed: 4, endOnFailure: true },
  );
  // The runs are worth something only if all of this happened, many times.
  expect(total.accepted).toBeGreaterThan(3 * runs);
  expect(total.joint).toBeGreaterThan(runs);
  for (const what of ['committed', 'terms', 'reads'] as const) {
    expect(total[what], what).toBeGreaterThan(3 * runs);
  }
  for (const what of ['wiped', 'snapshots'] as const) {
    expect(total[what], what).toBeGreaterThan(runs / 5);
  }
}, 240_000);
