// `npm run bench:failover -- --rounds 10`: kill -9 of a leader under load, and the time until the
// next commit in that partition. Promise: a median of 500 ms or less, and nothing acknowledged is
// lost.

import type { Db } from '../src/client/api.ts';
import { waitUntil } from '../src/cluster/wait-until.ts';
import { seededRandom } from '../src/core/model/random.ts';
import { killNow, Laboratory } from './laboratory.ts';
import { runProgram } from './program.ts';
import { firstPut, smallValue } from './store.ts';
import { Workload } from './workload.ts';

const medianMsMax = 500;
const workers = 16;

/**
 * One round: finds who leads the key's partition, kills it, and puts until one put is committed.
 */
async function failOver(laboratory: Laboratory, db: Db, key: string): Promise<number> {
  await db.put(key, smallValue);
  const leader = (await db.get(key)).via;
  killNow(await laboratory.pids(), leader);
  const killedAt = performance.now();
  await firstPut(() => db.put(key, smallValue));
  const tookMs = performance.now() - killedAt;
  await laboratory.start(leader);
  return tookMs;
}

await runProgram({
  defaults: { seconds: 1, rounds: 10, seed: 'failover', nodes: 3 },
  async run({ rounds, seed }, { cleanup, say }) {
    const laboratory = await Laboratory.prepare();
    cleanup(() => laboratory.close());
    await laboratory.up();
    const db = await laboratory.connect();
    cleanup(() => db.close());
    const workload = new Workload({ db, random: seededRandom(seed) });
    const load = workload.run(workers);
    const times: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      times.push(await failOver(laboratory, db, `failover:${round}`));
      say(`round ${round}: ${times.at(-1)?.toFixed(0)} ms`);
    }
    workload.stop();
    await load;
    await waitUntil({ ask: () => wholeAgain(laboratory), everyMs: 100, timeoutMs: 10_000 });
    await workload.verify();
    const sorted = [...times].sort((a, b) => a - b);
    const median = sorted[sorted.length >> 1] ?? 0;
    const slow =
      median > medianMsMax ? [`median ${median.toFixed(0)} ms, promised ${medianMsMax}`] : [];
    return {
      json: { timesMs: times, medianMs: median, acknowledged: workload.tally.writes.acknowledged },
      text: `kill -9 of a leader to the next commit, ${rounds} rounds: median ${median.toFixed(0)} ms, \
worst ${sorted.at(-1)?.toFixed(0)} ms; ${workload.tally.writes.acknowledged} acknowledged writes, \
${workload.violations.length} lost or wrong`,
      broken: workload.violations,
      missed: slow,
    };
  },
});

async function wholeAgain(laboratory: Laboratory): Promise<true | null> {
  const { nodes } = await laboratory.status();
  return nodes.every((node) => node.state === 'up') ? true : null;
}
