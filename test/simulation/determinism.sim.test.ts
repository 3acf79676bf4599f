// The same plan gives the same run, byte for byte, and a change in one place shifts nothing in
// another (the traps' number 25).

import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/core/model/random.ts';
import { memberNames } from '../../src/simulation/cluster.ts';
import { drawPlan } from '../../src/simulation/draw.ts';
import { Fingerprint } from '../../src/simulation/fingerprint.ts';
import { drawFaults } from '../../src/simulation/nemesis/draw.ts';
import { simulate } from '../../src/simulation/simulator.ts';

async function traceOf(seed: string, nodes: number) {
  const lines: string[] = [];
  const plan = drawPlan(seed, { nodes, ticks: 800 });
  const outcome = await simulate(plan, { trace: (line) => lines.push(line) });
  return { lines, outcome };
}

describe('The same plan', () => {
  test.each([3, 5])('twice gives byte-identical traces (%i nodes)', async (nodes) => {
    const [one, other] = [await traceOf('twice', nodes), await traceOf('twice', nodes)];
    expect(one.lines.length).toBeGreaterThan(3000);
    expect(other.lines).toEqual(one.lines);
    expect(other.outcome).toEqual(one.outcome);
  });

  test('two runs at the same time do not touch each other', async () => {
    const alone = await traceOf('together', 3);
    const [one] = await Promise.all([traceOf('together', 3), traceOf('neighbour', 3)]);
    expect(one.outcome.traceHash).toBe(alone.outcome.traceHash);
  });

  test('has the same fingerprint whether or not anybody reads the trace', async () => {
    const plan = drawPlan('unread', { nodes: 3, ticks: 300 });
    const [read, unread] = [await simulate(plan, { trace: () => undefined }), await simulate(plan)];
    expect(unread.traceHash).toBe(read.traceHash);
  });

  test('survives its own JSON', async () => {
    const plan = drawPlan('json', { nodes: 3, ticks: 300 });
    const again = JSON.parse(JSON.stringify(plan));
    expect(again).toEqual(plan);
    expect((await simulate(again)).traceHash).toBe((await simulate(plan)).traceHash);
  });
});

describe('Another seed', () => {
  test('gives another plan and another trace', async () => {
    const [one, other] = [await traceOf('a', 3), await traceOf('b', 3)];
    expect(one.outcome.traceHash).not.toBe(other.outcome.traceHash);
  });
});

describe('A draw more in one place', () => {
  const draw = {
    random: seededRandom('streams'),
    members: memberNames(3),
    ticks: 5000,
    disksLostMax: 1,
  };

  test('a kind of fault more shifts none of the others', () => {
    const few = drawFaults(draw, { kill: 10, pause: 20 });
    const more = drawFaults(draw, { kill: 10, pause: 20, slow: 30, skew: 5 });
    expect(few.length).toBeGreaterThan(5);
    expect(more.length).toBeGreaterThan(few.length);
    expect(more.filter(({ fault: { kind } }) => kind === 'kill' || kind === 'pause')).toEqual(few);
  });

  test('a longer storm only adds faults at its end', () => {
    const short = drawFaults(draw, { kill: 10, pause: 20 });
    const long = drawFaults({ ...draw, ticks: 9000 }, { kill: 10, pause: 20 });
    expect(long.filter(({ fault }) => fault.at < draw.ticks)).toEqual(short);
  });

  test('the size of the cluster decides neither the bounds nor the weather', () => {
    const [three, five] = [drawPlan('size', { nodes: 3 }), drawPlan('size', { nodes: 5 })];
    expect(five.limits).toEqual(three.limits);
    expect(five.network).toEqual(three.network);
    expect(five.disk).toEqual(three.disk);
  });
});

describe('A fingerprint', () => {
  test('depends on every character, on their order, and on the numbers mixed in', () => {
    const of = (...parts: readonly (string | readonly [number, number])[]) => {
      const print = new Fingerprint();
      for (const part of parts) {
        if (typeof part === 'string') print.add(part);
        else print.mix(part[0], part[1]);
      }
      return print.digits;
    };
    const all = [
      of(),
      of('a'),
      of('b'),
      of('ab'),
      of('ba'),
      of('a', [1, 2]),
      of('a', [2, 1]),
      of([1, 2], 'a'),
      of([1, 1_700_000_000_000]),
      of([1, 1_700_000_000_001]),
      of([1, 1_700_000_000_000 + 2 ** 32]),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(all.every((digits) => /^[0-9a-f]{16}$/.test(digits))).toBe(true);
  });
});
