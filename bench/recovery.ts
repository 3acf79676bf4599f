// `npm run bench:recovery`: 100,000 keys of 100 bytes, the memory that they take, then all nodes
// killed with -9 and started again. Promises: under 250 MB a node, ready again in under 2 s, and
// every key is there.

import type { Db } from '../src/client/api.ts';
import { waitUntil } from '../src/cluster/wait-until.ts';
import { Laboratory } from './laboratory.ts';
import { residentMb } from './processes.ts';
import { runProgram } from './program.ts';

const keys = 100_000;
const inFlight = 256;
const memoryMbMax = 250;
const upMsMax = 2000;

const keyOf = (number: number): string => `key:${String(number).padStart(6, '0')}`;
/** 100 bytes that belong to this key only. */
const contentOf = (number: number): string => `${keyOf(number)}=`.padEnd(100, 'v');

async function forEachKey(work: (number: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let number = next++; number < keys; number = next++) await work(number);
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
}

async function fill(db: Db): Promise<number> {
  const begin = performance.now();
  await forEachKey(async (number) => {
    await db.put(keyOf(number), contentOf(number), { timeoutMs: 10_000 });
  });
  return performance.now() - begin;
}

async function countMissing(db: Db): Promise<number> {
  let missing = 0;
  await forEachKey(async (number) => {
    const { text } = await db.get(keyOf(number), { timeoutMs: 10_000 });
    if (text !== contentOf(number)) missing++;
  });
  return missing;
}

/** Followers apply a little later than the leader answers. */
async function memory(laboratory: Laboratory): Promise<{ name: string; mb: number }[]> {
  const { nodes } = await laboratory.status();
  return nodes.map(({ name, pid }) => ({ name, mb: residentMb(pid ?? 0) }));
}

async function restartAll(laboratory: Laboratory): Promise<number> {
  await laboratory.dsys('kill', 'all');
  await waitUntil({ ask: () => noneRuns(laboratory), everyMs: 50, timeoutMs: 5000 });
  const begin = performance.now();
  await laboratory.up();
  return performance.now() - begin;
}

async function noneRuns(laboratory: Laboratory): Promise<true | null> {
  const { nodes } = await laboratory.status();
  return nodes.every((node) => node.pid === null) ? true : null;
}

await runProgram({
  defaults: { seconds: 1, rounds: 1, seed: 'recovery', nodes: 3 },
  async run(_flags, { cleanup }) {
    const laboratory = await Laboratory.prepare();
    cleanup(() => laboratory.close());
    await laboratory.up();
    const db = await laboratory.connect();
    cleanup(() => db.close());
    const fillMs = await fill(db);
    const resident = await memory(laboratory);
    const upMs = await restartAll(laboratory);
    const missing = await countMissing(db);
    return {
      json: { keys, fillMs, resident, upMs, missing },
      text: [
        `${keys} keys of 100 bytes written in ${(fillMs / 1000).toFixed(1)} s`,
        ...resident.map(({ name, mb }) => `${name}  ${mb.toFixed(0)} MB resident`),
        `all killed; ready again in ${(upMs / 1000).toFixed(2)} s; ${missing} keys missing or wrong`,
      ].join('\n'),
      broken: missing > 0 ? [`${missing} of ${keys} acknowledged keys missing or wrong`] : [],
      missed: [
        ...resident
          .filter(({ mb }) => mb >= memoryMbMax)
          .map(
            ({ name, mb }) => `${name} holds ${mb.toFixed(0)} MB, promised under ${memoryMbMax}`,
          ),
        ...(upMs >= upMsMax
          ? [`ready after ${upMs.toFixed(0)} ms, promised under ${upMsMax}`]
          : []),
      ],
    };
  },
});
