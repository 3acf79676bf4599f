// `npm run bench:elastic`: 3 → 5 → 7 → 4 nodes under load at quorum. Promises: no operation is lost;
// no partition stands still for longer than a change of its leader takes (the longest gap of each
// partition in each step; of these, p99 ≤ 500 ms); after each step the replicas are spread with
// max/mean ≤ 1.30, and at the end all replicas are equal.

import type { Db } from '../src/client/api.ts';
import { type Balance, balanceOf, sharesOf } from '../src/cluster/balance.ts';
import { groupViews } from '../src/cluster/group-view.ts';
import { waitUntil } from '../src/cluster/wait-until.ts';
import { divergences, isSettled, type ReplicaState } from './judges.ts';
import { Laboratory } from './laboratory.ts';
import { PartitionLoad, percentile } from './partition-load.ts';
import { type Outcome, runProgram } from './program.ts';

const partitions = 64;
const replicas = 3;
const gapMsMax = 500;
const balanceMax = 1.3;
const settleMs = 30_000;

interface Step {
  readonly what: string;
  readonly nodes: number;
  readonly tookMs: number;
  readonly moved: number;
  readonly gaps: readonly number[];
  readonly balance: Balance;
}

type Verb = 'join' | 'leave';

/** One node comes or goes; the load runs on. */
async function take(
  step: { readonly verb: Verb; readonly node?: string },
  { laboratory, db, load }: { laboratory: Laboratory; db: Db; load: PartitionLoad },
): Promise<Step> {
  const { verb, node } = step;
  load.takeGaps();
  const begin = performance.now();
  const done = (await laboratory.dsys(verb, ...(node === undefined ? [] : [node]))) as {
    node: string;
    moved: number;
  };
  const tookMs = performance.now() - begin;
  const gaps = load.takeGaps();
  const { nodes, balance } = await wholeBalance(db);
  const { moved } = done;
  const what = `${verb} ${done.node}`;
  return { what, nodes, tookMs, moved, gaps, balance };
}

/** When every member has answered: on a busy machine a look may miss some, and then says nothing. */
async function wholeBalance(
  db: Db,
): Promise<{ readonly nodes: number; readonly balance: Balance }> {
  const ask = async (): Promise<{ nodes: number; balance: Balance } | null> => {
    const { row } = await db.control({ timeoutMs: 2000 });
    const answers = await db.status({ timeoutMs: 2000 });
    if (!answers.every(({ ok }) => ok)) return null;
    const statuses = answers.flatMap((answer) => (answer.ok ? [answer.answer] : []));
    const names = row.members.map(({ node }) => node as string);
    const views = groupViews(statuses, row.placement.length).slice(1);
    return { nodes: names.length, balance: balanceOf(sharesOf(names, views)) };
  };
  const found = await waitUntil({ ask, everyMs: 100, timeoutMs: settleMs });
  if (found === null) throw new Error(`not every member answered in ${settleMs} ms`);
  return found;
}

/** The leader of the control group, one of the first and one of the last leave. */
async function leavers(laboratory: Laboratory): Promise<string[]> {
  const { nodes, consensus } = await laboratory.status();
  const leader = consensus.control.leader ?? 'node1';
  const others = nodes.map(({ name }) => name).filter((name) => name !== leader);
  return [leader, others[0] ?? '', others.at(-1) ?? ''];
}

function settled(db: Db): Promise<ReplicaState[] | null> {
  return waitUntil({
    ask: async () => {
      const answers = await db.hashes({ timeoutMs: 2000 });
      const states = answers.flatMap((answer) =>
        answer.ok ? answer.answer.map((replica) => ({ node: answer.node, ...replica })) : [],
      );
      // Every member has the control group.
      const data = states.filter(({ group }) => group > 0);
      return data.length > 0 && isSettled(data, replicas) ? states : null;
    },
    everyMs: 200,
    timeoutMs: settleMs,
  });
}

function lineOf({ what, nodes, tookMs, moved, gaps, balance }: Step): string {
  const gap = `gap p50 ${ms(percentile(gaps, 0.5))}, max ${ms(Math.max(...gaps))}`;
  const even = `balance ${balance.replicas.toFixed(2)} (leads ${balance.leads.toFixed(2)})`;
  const seconds = (tookMs / 1000).toFixed(1);
  return `${what.padEnd(12)} ${nodes} nodes  ${seconds} s  moved ${moved}  ${gap}  ${even}`;
}

function ms(number: number): string {
  return `${number.toFixed(0)} ms`;
}

function outcome(run: {
  readonly steps: readonly Step[];
  readonly load: PartitionLoad;
  readonly states: readonly ReplicaState[] | null;
}): Outcome {
  const { steps, load, states } = run;
  const { tally, violations } = load;
  const { acknowledged, failed, unknown } = tally.writes;
  const gaps = steps.flatMap((step) => step.gaps);
  const p99 = percentile(gaps, 0.99);
  const errors = Object.fromEntries(load.errors);
  const uneven = steps.filter(({ balance }) => balance.replicas > balanceMax);
  return {
    json: {
      steps: steps.map(({ gaps: each, ...step }) => ({ ...step, maxGapMs: Math.max(...each) })),
      gapP99Ms: p99,
      gapMaxMs: Math.max(...gaps),
      ...tally,
      errors,
      violations,
    },
    text: [
      ...steps.map(lineOf),
      `longest gap of a partition in a step: p99 ${ms(p99)}, max ${ms(Math.max(...gaps))}`,
      `writes ${acknowledged} acknowledged, ${failed} failed, ${unknown} unknown`,
      `reads ${tally.reads}, ${tally.readsFailed} failed; errors ${JSON.stringify(errors)}`,
      `${violations.length} lost or wrong; ${states?.length ?? 0} replicas compared by hash`,
    ].join('\n'),
    broken: [
      ...violations,
      ...(states === null
        ? [`replicas did not reach one index in ${settleMs} ms`]
        : divergences(states)),
      ...uneven.map(({ what, balance }) => `after ${what} max/mean is ${balance.replicas}`),
    ],
    missed: p99 > gapMsMax ? [`p99 of the gaps ${ms(p99)}, promised ${ms(gapMsMax)}`] : [],
  };
}

await runProgram({
  defaults: { seconds: 1, rounds: 1, seed: 'elastic', nodes: 3 },
  async run(_flags, { cleanup, say }) {
    const laboratory = await Laboratory.prepare();
    cleanup(() => laboratory.close());
    await laboratory.up();
    const db = await laboratory.connect();
    cleanup(() => db.close());
    const load = new PartitionLoad(db, partitions);
    load.start();
    cleanup(() => load.stop());
    const steps: Step[] = [];
    const go = async (step: { verb: Verb; node?: string }): Promise<void> => {
      steps.push(await take(step, { laboratory, db, load }));
      const last = steps.at(-1);
      if (last !== undefined) say(lineOf(last));
    };
    for (let nodes = 4; nodes <= 7; nodes++) await go({ verb: 'join' });
    for (const node of await leavers(laboratory)) await go({ verb: 'leave', node });
    await load.stop();
    const states = await settled(db);
    await load.verify();
    return outcome({ steps, load, states });
  },
});
