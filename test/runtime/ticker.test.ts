// Real time becomes ticks: none lost, none early, few while nothing happens.

import { describe, expect, it } from 'vitest';
import { limits } from '../../src/core/model/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { Ticker } from '../../src/runtime/ticker.ts';

/** A clock whose time passes only when the test says so. */
class ManualClock implements Clock {
  nowMs = 1000;
  #timers: { dueMs: number; callback: () => void }[] = [];

  wallMs = () => this.nowMs;
  monotonicMs = () => this.nowMs;

  after(ms: number, callback: () => void): () => void {
    const timer = { dueMs: this.nowMs + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  get pending(): number {
    return this.#timers.length;
  }

  pass(ms: number): void {
    this.nowMs += ms;
    const due = this.#timers.filter((timer) => timer.dueMs <= this.nowMs);
    this.#timers = this.#timers.filter((timer) => timer.dueMs > this.nowMs);
    for (const { callback } of due) callback();
  }
}

function tickerOn(clock: ManualClock) {
  const ticks: number[] = [];
  const ticker = new Ticker({ clock, onTicks: (count) => ticks.push(count) });
  return { ticker, ticks };
}

describe('ticker', () => {
  it('a resting node gets its ticks in one piece after a heartbeat period', () => {
    const clock = new ManualClock();
    const { ticker, ticks } = tickerOn(clock);
    ticker.arm(5);
    clock.pass(49);
    expect(ticks).toEqual([]);
    clock.pass(1);
    expect(ticks).toEqual([5]);
  });

  it('a node that becomes busy is ticked sooner', () => {
    const clock = new ManualClock();
    const { ticker, ticks } = tickerOn(clock);
    ticker.arm(5);
    clock.pass(3);
    ticker.arm(1);
    clock.pass(7);
    expect(ticks).toEqual([1]);
    expect(clock.pending).toBe(0);
  });

  it('a late timer counts all the ticks that passed, and loses no fraction', () => {
    const clock = new ManualClock();
    const { ticker, ticks } = tickerOn(clock);
    ticker.arm(1);
    clock.pass(27);
    ticker.arm(1);
    clock.pass(3);
    expect(ticks).toEqual([2, 1]);
  });

  it.each([
    [limits.aliveTicks, 200],
    [limits.aliveTicksLarge, 300],
  ])('resting nodes wake together, whenever each of them began, every %i ticks', (rest, ms) => {
    const wakeUps = [1003, 1068, 1149].map((beganMs) => {
      const clock = new ManualClock();
      clock.nowMs = beganMs;
      const at: number[] = [];
      const ticker: Ticker = new Ticker({
        clock,
        onTicks: () => {
          at.push(clock.nowMs);
          ticker.arm(rest);
        },
      });
      ticker.arm(rest);
      while (clock.nowMs < 2600) clock.pass(1);
      return at.slice(1);
    });
    expect(new Set(wakeUps.map(String)).size).toBe(1);
    const at = wakeUps[0] ?? [];
    const between = at.slice(1).map((later, index) => later - (at[index] ?? 0));
    expect(between.length).toBeGreaterThan(2);
    expect(new Set(between)).toEqual(new Set([ms]));
  });

  it('stopped, it never fires again', () => {
    const clock = new ManualClock();
    const { ticker, ticks } = tickerOn(clock);
    ticker.arm(1);
    ticker.stop();
    clock.pass(100);
    expect(ticks).toEqual([]);
  });
});
