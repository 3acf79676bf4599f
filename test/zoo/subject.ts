// The simulator as a worker: built once as it is and once for each planted bug. Asked for seeds, it
// runs them in turn and tells how each ended. No test runner is near: the bundle is all there is.

import { parentPort } from 'node:worker_threads';
import { drawPlan } from '../../src/simulation/draw.ts';
import type { Failure } from '../../src/simulation/outcome.ts';
import { simulate } from '../../src/simulation/simulator.ts';

/** How the run of one seed ended. */
export interface Ended {
  readonly seed: number;
  readonly failure: Failure | null;
}

parentPort?.on('message', async (seeds: readonly number[]) => {
  for (const seed of seeds) {
    const { failure } = await simulate(drawPlan(String(seed)));
    parentPort?.postMessage({ seed, failure } satisfies Ended);
    if (failure !== null) return;
  }
});
