// `npm run bench:idle -- --seconds 10 --nodes 9`: what an idle cluster costs. Promises: under 1 % of
// a core for each node, and up to nine nodes are ready in under 3 s.

import { setTimeout as sleep } from 'node:timers/promises';
import { Laboratory } from './laboratory.ts';
import { cpuMs } from './processes.ts';
import { runProgram } from './program.ts';
import { smallValue } from './store.ts';

const shareMax = 0.01;
const upMsMax = 3000;
/** Every group has gone quiet by then, and the engine of JavaScript has tidied its heap (twice). */
const calmMs = 20_000;

await runProgram({
  defaults: { seconds: 10, rounds: 1, seed: 'idle', nodes: 3 },
  async run({ seconds, nodes: size }, { cleanup }) {
    const laboratory = await Laboratory.prepare(size);
    cleanup(() => laboratory.close());
    const begin = performance.now();
    await laboratory.up();
    const upMs = performance.now() - begin;
    const db = await laboratory.connect();
    cleanup(() => db.close());
    await Promise.all(
      Array.from({ length: 500 }, (_, n) => db.put(`key:${n}`, smallValue, { timeoutMs: 20_000 })),
    );
    await db.close();
    const { nodes } = await laboratory.status();
    await sleep(calmMs);
    const used = (): number[] => nodes.map(({ pid }) => cpuMs(pid ?? 0));
    const before = used();
    await sleep(seconds * 1000);
    const shares = used().map((ms, index) => (ms - (before[index] ?? 0)) / (seconds * 1000));
    const percent = (share: number): string => `${(share * 100).toFixed(2)} %`;
    const lines = nodes.map(
      ({ name }, index) => `${name}  ${percent(shares[index] ?? 0)} of a core`,
    );
    return {
      json: {
        seconds,
        upMs,
        nodes: nodes.map(({ name }, index) => ({ name, share: shares[index] })),
      },
      text: [`${size} nodes ready after ${(upMs / 1000).toFixed(2)} s`, ...lines].join('\n'),
      broken: [],
      missed: [
        ...nodes
          .filter((_, index) => (shares[index] ?? 1) >= shareMax)
          .map(({ name }) => `${name} uses ${percent(shareMax)} of a core or more while idle`),
        ...(upMs >= upMsMax && size <= 9
          ? [`ready after ${upMs.toFixed(0)} ms, promised under ${upMsMax}`]
          : []),
      ],
    };
  },
});
