// The weather of a network: what faults add on one link touches no other, and a calm ends all of it.

import { expect, test } from 'vitest';
import { nodeId, tick } from '../../../src/core/model/ids.ts';
import { seededRandom } from '../../../src/core/model/random.ts';
import type { LinkFault } from '../../../src/simulation/network/weather.ts';
import { Weather } from '../../../src/simulation/network/weather.ts';

const [node1, node2, node3] = [nodeId('node1'), nodeId('node2'), nodeId('node3')];
const usual = { delayMin: 1, delayMax: 3, loss: 0.1, dup: 0.2, reorder: 0.3 };
const lasts = { at: tick(1), for: 100 };

function weatherOf(changes: Partial<typeof usual> = {}): Weather {
  return new Weather({ random: seededRandom('weather'), usual: { ...usual, ...changes } });
}

function fates(weather: Weather, [from, to] = [node1, node2], count = 2000) {
  const packet = { from, to, lane: 'raft', bytes: 10 } as const;
  return Array.from({ length: count }, () => weather.fate(packet));
}

const share = (hits: readonly unknown[], of: readonly unknown[]) => hits.length / of.length;

test('a share of the frames is lost, doubled, late, and every delay is within its bounds', () => {
  const found = fates(weatherOf());
  expect(
    share(
      found.filter(({ copies }) => copies === 0),
      found,
    ),
  ).toBeCloseTo(0.1, 1);
  expect(
    share(
      found.filter(({ copies }) => copies === 2),
      found,
    ),
  ).toBeCloseTo(0.18, 1);
  expect(
    share(
      found.filter(({ lateTicks }) => lateTicks > 0),
      found,
    ),
  ).toBeCloseTo(0.27, 1);
  expect(new Set(found.map(({ delayTicks }) => delayTicks))).toEqual(new Set([1, 2, 3]));
});

test('a fault makes its own link worse, in its own direction only', () => {
  const link = { from: node1, to: node2 };
  const weather = weatherOf({ loss: 0 });
  const before = fates(weather, [node2, node1], 50);
  const faults: LinkFault[] = [
    { kind: 'slow', ...link, delay: 10, jitter: 5, ...lasts },
    { kind: 'flaky', ...link, share: 0.5, ...lasts },
  ];
  weather.change(faults);
  const slow = fates(weather);
  expect(Math.min(...slow.map(({ delayTicks }) => delayTicks))).toBe(11);
  expect(Math.max(...slow.map(({ delayTicks }) => delayTicks))).toBe(18);
  expect(
    share(
      slow.filter(({ copies }) => copies === 0),
      slow,
    ),
  ).toBeCloseTo(0.5, 1);
  const back = fates(weather, [node2, node1]);
  expect(back.every(({ delayTicks, copies }) => delayTicks <= 3 && copies > 0)).toBe(true);
  expect(before).toHaveLength(50);
});

test('traffic on one link shifts nothing on another', () => {
  const [quiet, busy] = [weatherOf(), weatherOf()];
  fates(busy, [node3, node1], 500);
  expect(fates(busy)).toEqual(fates(quiet));
});

test('a calm leaves the delays, and nothing else', () => {
  const weather = weatherOf();
  weather.change([{ kind: 'flaky', from: node1, to: node2, share: 1, ...lasts }]);
  expect(fates(weather).every(({ copies }) => copies === 0)).toBe(true);
  weather.calm();
  const found = fates(weather);
  expect(found.every(({ copies, lateTicks }) => copies === 1 && lateTicks === 0)).toBe(true);
  expect(new Set(found.map(({ delayTicks }) => delayTicks))).toEqual(new Set([1, 2, 3]));
});
