// The real clock behind the port.

import { performance } from 'node:perf_hooks';
import type { Clock } from '../ports/clock.ts';

/** The machine's monotonic clock, which all its processes share, where ours began. */
const zeroMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => zeroMs + performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
