// Turns real time into ticks. A busy node ticks every `limits.tickMs`; a resting one lets a
// heartbeat period pass at a time, which is what makes an idle node cheap.

import { limits } from '../core/model/limits.ts';
import type { Clock } from '../ports/clock.ts';

export class Ticker {
  readonly #clock: Clock;
  readonly #onTicks: (ticks: number) => void;
  #countedUntilMs: number;
  #dueMs = Number.POSITIVE_INFINITY;
  #cancel: (() => void) | null = null;

  constructor(options: { clock: Clock; onTicks: (ticks: number) => void }) {
    this.#clock = options.clock;
    this.#onTicks = options.onTicks;
    this.#countedUntilMs = options.clock.monotonicMs();
  }

  /** The next tick shall come `ticks` after the last one, or sooner if it is already due sooner. */
  arm(ticks: number): void {
    const dueMs = this.#countedUntilMs + ticks * limits.tickMs;
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
