// The clock of one machine: true time, plus what is wrong with it. And its ticks, as the real
// ticker counts them: a resting node lets several pass at a time, and none is ever lost.

/** The instant at which every run begins; any will do. */
const epochMs = 1_700_000_000_000;
/**
 * However many faults add up, no clock is further off: a `one` write that is dated in the future is
 * merged when the others' clocks come near that date, and that must be before a run's calm is over.
 */
const offMsMax = 25_000;

export class MachineClock {
  /** How far the wall clock is off, for as long as a fault lasts. */
  skewMs = 0;
  readonly #tickMs: number;
  #jumpedMs = 0;
  #now = 0;
  #countedUntil = 0;
  #due = 0;
  #armed = false;

  constructor(tickMs: number) {
    this.#tickMs = tickMs;
  }

  get wallMs(): number {
    const offMs = Math.max(-offMsMax, Math.min(offMsMax, this.skewMs + this.#jumpedMs));
    return trueMs(this.#now, this.#tickMs) + offMs;
  }

  /** The wall clock jumps, and stays there until it is set right. */
  jump(ms: number): void {
    this.#jumpedMs += ms;
  }

  setRight(): void {
    this.#jumpedMs = 0;
    this.skewMs = 0;
  }

  advance(now: number): void {
    this.#now = now;
  }

  /** A process starts: it counts from now. */
  start(): void {
    this.#countedUntil = this.#now;
    this.#armed = false;
    this.arm(1);
  }

  /** The next tick shall come `ticks` after the last one, or sooner if it is already due sooner. */
  arm(ticks: number): void {
    const due = this.#countedUntil + ticks;
    if (this.#armed && this.#due <= due) return;
    this.#due = due;
    this.#armed = true;
  }

  /** Ticks to tell the node of now; 0 while none is due. */
  take(): number {
    if (!this.#armed || this.#now < this.#due || this.#now === this.#countedUntil) return 0;
    const ticks = this.#now - this.#countedUntil;
    this.#countedUntil = this.#now;
    this.#armed = false;
    return ticks;
  }
}

export function trueMs(now: number, tickMs: number): number {
  return epochMs + now * tickMs;
}
