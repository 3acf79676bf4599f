// `npm run bench:rolling`: `dsys rolling-restart` of five nodes under load at quorum. Promises: no
// operation fails (retries inside its deadline are allowed), and p99 of the latency stays under 1 s.

import { Laboratory } from './laboratory.ts';
import { PartitionLoad, percentile } from './partition-load.ts';
import { runProgram } from './program.ts';

const partitions = 64;
const p99MsMax = 1000;

await runProgram({
  defaults: { seconds: 1, rounds: 1, seed: 'rolling', nodes: 5 },
  async run({ nodes }, { cleanup }) {
    const laboratory = await Laboratory.prepare(nodes);
    cleanup(() => laboratory.close());
    await laboratory.up();
    const db = await laboratory.connect();
    cleanup(() => db.close());
    const load = new PartitionLoad(db, partitions);
    load.start();
    cleanup(() => load.stop());
    const result = (await laboratory.dsys('rolling-restart')) as {
      nodes: { node: string; downMs: number; caughtUpMs: number }[];
      durationMs: number;
    };
    await load.stop();
    await load.verify();
    const latencies = load.takeLatencies();
    const p99 = percentile(latencies, 0.99);
    const maxMs = Math.max(0, ...latencies);
    const { tally, violations, errors } = load;
    const failed = tally.writes.failed + tally.writes.unknown + tally.readsFailed;
    const done = tally.writes.acknowledged + tally.reads;
    return {
      json: { ...result, p99Ms: p99, maxMs, ...tally, violations },
      text: [
        ...result.nodes.map(
          ({ node, downMs, caughtUpMs }) =>
            `${node}  down ${downMs} ms, caught up ${caughtUpMs} ms`,
        ),
        `${done} operations, ${failed} failed ${JSON.stringify(Object.fromEntries(errors))}`,
        `latency p50 ${whole(percentile(latencies, 0.5))}, p99 ${whole(p99)}, max ${whole(maxMs)}`,
      ].join('\n'),
      broken: [
        ...violations,
        ...(failed > 0 ? [`${failed} operations failed, promised none`] : []),
      ],
      missed: p99 >= p99MsMax ? [`p99 ${p99.toFixed(0)} ms, promised under ${p99MsMax}`] : [],
    };
  },
});

function whole(number: number): string {
  return `${number.toFixed(0)} ms`;
}
