// When V8 is told to compile sooner or later.

import { beforeEach, expect, test } from 'vitest';
import { CompilePace } from '../../src/runtime/compile-pace.ts';

const reluctant = '--interrupt-budget=400000';
const eager = '--interrupt-budget=67584';

let nowMs: number;
let told: string[];
let pace: CompilePace;
beforeEach(() => {
  nowMs = 0;
  told = [];
  pace = new CompilePace({ tune: (flag) => told.push(flag), nowMs: () => nowMs });
});

function flush(times: number, everyMs: number): void {
  for (let i = 0; i < times; i++) {
    nowMs += everyMs;
    pace.onFlush();
  }
}

test('a node starts reluctantly, and stays so while it rests', () => {
  flush(1000, 100);
  expect(told).toEqual([reluctant]);
});

test('under load it becomes eager, once', () => {
  flush(1000, 3);
  expect(told).toEqual([reluctant, eager]);
});

test('a burst after a long rest is seen in the next window at the latest', () => {
  flush(10, 1000);
  flush(390, 3);
  expect(told).toEqual([reluctant, eager]);
});

test('load that comes and goes leaves it eager', () => {
  for (let second = 0; second < 20; second++) {
    flush(300, 3);
    flush(30, 100);
  }
  expect(told).toEqual([reluctant, eager]);
});

test('at rest it becomes reluctant again', () => {
  flush(200, 3);
  flush(200, 100);
  expect(told).toEqual([reluctant, eager, reluctant]);
});
