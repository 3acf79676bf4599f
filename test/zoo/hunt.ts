// Runs one build of the simulator over seeds in a worker, up to the first failure. A run that does
// not end is given up.

import { Worker } from 'node:worker_threads';
import type { Failure } from '../../src/simulation/outcome.ts';
import type { Ended } from './subject.ts';

/** No sound seed takes a hundredth of it, unless the machine is very busy. */
const patienceMs = 240_000;

export interface Catch {
  /** The seed that failed, or during which the run got stuck. */
  readonly seed: number;
  readonly failure: Failure | 'stuck';
}

/** The first failure over `seeds`, in their order, or null. */
export async function hunt(subject: string, seeds: readonly number[]): Promise<Catch | null> {
  const worker = new Worker(subject);
  const watch: { timer?: NodeJS.Timeout } = {};
  try {
    return await new Promise<Catch | null>((resolve, reject) => {
      let ended = 0;
      const wait = () => {
        clearTimeout(watch.timer);
        const stuck: Catch = { seed: seeds[ended] ?? 0, failure: 'stuck' };
        watch.timer = setTimeout(() => resolve(stuck), patienceMs);
      };
      worker.on('error', reject);
      worker.on('message', ({ seed, failure }: Ended) => {
        ended += 1;
        wait();
        if (failure !== null) resolve({ seed, failure });
        else if (ended === seeds.length) resolve(null);
      });
      wait();
      worker.postMessage(seeds);
    });
  } finally {
    clearTimeout(watch.timer);
    await worker.terminate();
  }
}
