// `npm run torture -- --seconds 60 --seed 1`: load on three nodes while a random one is killed with
// -9 and started again every two seconds; then every promise is checked. The seed draws who dies
// and what is written; it does not make a run repeatable, because real processes have real timing.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../src/client/api.ts';
import { waitUntil } from '../src/cluster/wait-until.ts';
import { type Random, seededRandom } from '../src/core/model/random.ts';
import { divergences, isSettled, type ReplicaState } from './judges.ts';
import { killNow, Laboratory } from './laboratory.ts';
import { type Outcome, runProgram } from './program.ts';
import { Workload } from './workload.ts';

const nodes = ['node1', 'node2', 'node3'];
const workers = 32;
const roundMs = 2000;
const settleMs = 30_000;

interface Nemesis {
  readonly kills: Record<string, number>;
}

/** Kills and starts until the time is over; at the end all nodes run. */
async function torment(options: {
  readonly laboratory: Laboratory;
  readonly random: Random;
  readonly seconds: number;
  readonly say: (line: string) => void;
}): Promise<Nemesis> {
  const { laboratory, random, say } = options;
  const end = performance.now() + options.seconds * 1000;
  const kills: Record<string, number> = Object.fromEntries(nodes.map((node) => [node, 0]));
  const pids = await laboratory.pids();
  while (performance.now() < end) {
    const round = sleep(roundMs);
    const node = nodes[random.below(nodes.length)] ?? '';
    killNow(pids, node);
    kills[node] = (kills[node] ?? 0) + 1;
    say(`killed ${node}`);
    pids.set(node, await laboratory.start(node));
    await round;
  }
  return { kills };
}

async function replicaStates(db: Db): Promise<ReplicaState[]> {
  const answers = await db.hashes({ timeoutMs: 2000 });
  return answers.flatMap((answer) =>
    answer.ok ? answer.answer.map((replica) => ({ node: answer.node, ...replica })) : [],
  );
}

/**
 * All replicas of all groups at one applied index each; null when that did not come about in time.
 */
function settled(db: Db): Promise<ReplicaState[] | null> {
  return waitUntil({
    ask: async () => {
      const states = await replicaStates(db);
      return states.length > 0 && isSettled(states, nodes.length) ? states : null;
    },
    everyMs: 100,
    timeoutMs: settleMs,
  });
}

function broken(run: {
  readonly workload: Workload;
  readonly nemesis: Nemesis;
  readonly states: readonly ReplicaState[] | null;
  readonly seconds: number;
}): string[] {
  const { workload, nemesis, states, seconds } = run;
  const kills = Object.values(nemesis.kills).reduce((sum, count) => sum + count, 0);
  const enough = 20 * seconds;
  return [
    ...workload.violations,
    ...(states === null
      ? [`replicas did not reach one index in ${settleMs} ms`]
      : divergences(states)),
    ...(kills * 8 < seconds ? [`only ${kills} kills in ${seconds} s: the run proves nothing`] : []),
    ...(workload.tally.writes.acknowledged < enough
      ? [`only ${workload.tally.writes.acknowledged} acknowledged writes: the run proves nothing`]
      : []),
  ];
}

function report(options: {
  workload: Workload;
  nemesis: Nemesis;
  seed: string;
  replicas: number;
}): string {
  const { workload, nemesis, seed, replicas } = options;
  const { writes, increments, reads, readsWithoutAnswer } = workload.tally;
  const fates = (counts: typeof writes): string =>
    `${counts.acknowledged} acknowledged, ${counts.failed} failed, ${counts.unknown} unknown`;
  return [
    `seed        ${seed}`,
    `kills       ${Object.entries(nemesis.kills)
      .map(([node, count]) => `${node} ${count}`)
      .join(', ')}`,
    `writes      ${fates(writes)}`,
    `increments  ${fates(increments)}`,
    `reads       ${reads} answered, ${readsWithoutAnswer} not`,
    `late        ${workload.late} writes of unknown outcome acted after a later one`,
    `replicas    ${replicas} compared by hash at the same applied index`,
    `violations  ${workload.violations.length}`,
  ].join('\n');
}

await runProgram({
  defaults: { seconds: 60, rounds: 1, seed: '1', nodes: 3 },
  async run({ seconds, seed }, { cleanup, say }): Promise<Outcome> {
    const laboratory = await Laboratory.prepare(nodes.length);
    cleanup(() => laboratory.close());
    await laboratory.up();
    const db = await laboratory.connect();
    cleanup(() => db.close());
    const random = seededRandom(seed);
    const workload = new Workload({ db, random: random.stream('load') });
    const load = workload.run(workers);
    const nemesis = await torment({ laboratory, random: random.stream('nemesis'), seconds, say });
    workload.stop();
    await load;
    const states = await settled(db);
    await workload.verify();
    const replicas = states?.length ?? 0;
    const { tally, late, violations } = workload;
    return {
      json: { seed, seconds, ...nemesis, ...tally, late, replicas, violations },
      text: report({ workload, nemesis, seed, replicas }),
      broken: broken({ workload, nemesis, states, seconds }),
      missed: [],
    };
  },
});
