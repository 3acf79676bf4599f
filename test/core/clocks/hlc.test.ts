// The hybrid clock against the published vectors, and its promises against random physical clocks.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HybridClock, laterOf, successor } from '../../../src/core/clocks/hlc.ts';
import { limits } from '../../../src/core/model/limits.ts';
import { compareTimestamps, type Timestamp } from '../../../src/core/model/version.ts';

interface Vectors {
  readonly init_wall: number;
  readonly steps: readonly {
    readonly wall: number;
    readonly ev: 'send' | 'recv';
    readonly in?: readonly [number, number];
    readonly expect: readonly [number, number];
  }[];
  readonly bounds: readonly {
    readonly max_offset_ms: number;
    readonly remote_ahead_ms: number;
    readonly accept: boolean;
  }[];
}

const root = new URL('../../..', import.meta.url).pathname;
const folder = process.env.DSYS_EXTERNAL_DATA ?? join(root, '..', 'shared', 'data');
const path = join(folder, 'vectors', 'hlc.json');
const vectors = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Vectors) : null;
const why = vectors === null ? ` (skipped: no ${path}; set DSYS_EXTERNAL_DATA)` : '';

describe.skipIf(vectors === null)(`the published vectors of hybrid clocks${why}`, () => {
  it('every step gives the published reading', () => {
    const { init_wall, steps } = vectors as Vectors;
    const clock = new HybridClock({ wallMs: init_wall, logical: 0 });
    for (const step of steps) {
      const [wallMs, logical] = step.in ?? [0, 0];
      if (step.ev === 'recv') {
        clock.now(step.wall);
        expect(clock.update({ wallMs, logical }, step.wall).kind).toBe('ok');
      }
      const { wallMs: wall, logical: count } = clock.now(step.wall);
      expect([wall, count]).toEqual(step.expect);
    }
  });

  it('a remote timestamp is accepted or refused as published', () => {
    for (const bound of (vectors as Vectors).bounds) {
      expect(bound.max_offset_ms).toBe(limits.clockAheadMsMax);
      const remote = { wallMs: 1000 + bound.remote_ahead_ms, logical: 0 };
      const update = new HybridClock().update(remote, 1000);
      expect(update.kind).toBe(bound.accept ? 'ok' : 'clock-ahead');
    }
  });
});

describe('the hybrid clock', () => {
  const wall = fc.integer({ min: 0, max: 2000 });
  const timestamp = fc.record({ wallMs: wall, logical: fc.integer({ min: 0, max: 9 }) });

  it('is strictly monotone and ahead of all it accepted, however the physical clock jumps', () => {
    const steps = fc.array(fc.tuple(wall, fc.option(timestamp)), { maxLength: 50 });
    fc.assert(
      fc.property(steps, (all) => {
        const clock = new HybridClock();
        let seen: Timestamp = { wallMs: -1, logical: 0 };
        for (const [wallMs, remote] of all) {
          if (remote !== null && clock.update(remote, wallMs).kind === 'ok') {
            seen = laterOf(seen, remote);
          }
          const reading = clock.now(wallMs);
          expect(compareTimestamps(reading, seen)).toBeGreaterThan(0);
          expect(reading.wallMs).toBeGreaterThanOrEqual(wallMs);
          seen = reading;
        }
      }),
    );
  });

  it('never runs further ahead of the physical clock than the remote clocks it accepted', () => {
    const clock = new HybridClock();
    for (let wallMs = 0; wallMs < 100; wallMs++) {
      clock.update({ wallMs: wallMs + limits.clockAheadMsMax, logical: 0 }, wallMs);
      expect(clock.now(wallMs).wallMs - wallMs).toBeLessThanOrEqual(limits.clockAheadMsMax);
    }
  });

  it('a refused timestamp changes nothing and says how far ahead it was', () => {
    const clock = new HybridClock();
    const before = clock.now(10);
    expect(clock.update({ wallMs: 511, logical: 0 }, 10)).toEqual({
      kind: 'clock-ahead',
      aheadMs: 501,
    });
    expect(clock.last).toBe(before);
    expect(clock.now(10)).toEqual(successor(before));
  });

  it('accepts its own earlier readings after the physical clock went back', () => {
    const clock = new HybridClock();
    const before = clock.now(1_000_000);
    expect(clock.update(successor(before), 10).kind).toBe('ok');
    expect(clock.update({ wallMs: 1_000_001, logical: 0 }, 10).kind).toBe('clock-ahead');
  });

  it('what the own log holds raises the clock without a bound', () => {
    const clock = new HybridClock();
    clock.raise({ wallMs: 1_000_000, logical: 7 });
    expect(clock.now(10)).toEqual({ wallMs: 1_000_000, logical: 8 });
    clock.raise({ wallMs: 5, logical: 0 });
    expect(clock.now(10)).toEqual({ wallMs: 1_000_000, logical: 9 });
  });
});
