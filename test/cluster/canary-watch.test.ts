// The watch over the nodes that a rolling restart restarts first.

import { expect, it } from 'vitest';
import { CanaryWatch } from '../../src/cluster/canary-watch.ts';

const limits = { watchMs: 5000, illMsMax: 3000 };
/** Looks in order: when, and whether all was well; the words that came back. */
function looks(...seen: readonly (readonly [number, boolean])[]): unknown[] {
  const watch = new CanaryWatch(limits, 0);
  return seen.map(([nowMs, isWell]) => watch.onLook(isWell, nowMs));
}

it('ends well when the time is over and nothing is amiss', () => {
  expect(looks([100, true], [4999, true], [5000, true])).toEqual([null, null, 'well']);
});

it('forgives a moment, also one in which the time is over', () => {
  expect(looks([100, false], [3000, true], [5000, true])).toEqual([null, null, 'well']);
  expect(looks([4900, false], [5100, false], [5300, true])).toEqual([null, null, 'well']);
});

it('ends ill when something stays amiss', () => {
  expect(looks([100, false], [3100, false], [3101, false])).toEqual([null, null, 'ill']);
  expect(looks([4900, false], [7900, false], [7901, false])).toEqual([null, null, 'ill']);
});
