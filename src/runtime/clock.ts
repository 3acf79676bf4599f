// The real clock behind the port.

import type { Clock } from '../ports/clock.ts';

/** The machine's monotonic clock, which all its processes share. (`performance` takes a start longer.) */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e3 + nanoseconds / 1e6;
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs,
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
