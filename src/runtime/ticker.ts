// Turns real time into ticks. A busy node ticks every `limits.tickMs`; a resting one lets a
// heartbeat period pass at a time, which is what makes an idle node cheap. All resting nodes of a
// machine wake at the same instants: what they then say to each other finds them awake, where each
// frame would wake its receiver.

import { limits } from '../core/model/limits.ts';
import type { Clock } from '../ports/clock.ts';

/** Resting nodes wake when their common clock is a multiple of the longest of these that fits in. */
const sharedTicks = [limits.aliveTicksLarge, limits.aliveTicks];

export class Ticker {
  readonly #clock: Clock;
  readonly #onTicks: (ticks: number) => void;
  #countedUntilMs: number;
  #dueMs = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | null = null;

  constructor(options: { clock: Clock; onTicks: (ticks: number) => void }) {
    this.#clock = options.clock;
    this.#onTicks = options.onTicks;
    // The first tick may come early by less than a tick; from then on they are everybody's.
    this.#countedUntilMs = floorTo(limits.tickMs, options.clock.monotonicMs());
  }

  /** The next tick shall come `ticks` after the last one, or sooner if it is already due sooner. */
  arm(ticks: number): void {
    const latestMs = this.#countedUntilMs + ticks * limits.tickMs;
    const step = sharedTicks.find((shared) => shared <= ticks) ?? 1;
    const dueMs = floorTo(step * limits.tickMs, latestMs);
    if (this.#cancel !== null && this.#dueMs <= dueMs) return;
    this.#cancel?.();
    this.#dueMs = dueMs;
    const waitMs = Math.max(1, dueMs - this.#clock.monotonicMs());
    this.#cancel = this.#clock.after(waitMs, () => this.#fire());
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #fire(): void {
    this.#cancel = null;
    const elapsedMs = this.#clock.monotonicMs() - this.#countedUntilMs;
    const ticks = Math.floor(elapsedMs / limits.tickMs);
    if (ticks > 0) {
      this.#countedUntilMs += ticks * limits.tickMs;
      this.#onTicks(ticks);
    } else this.arm(1);
  }
}

function floorTo(step: number, ms: number): number {
  return Math.floor(ms / step) * step;
}
