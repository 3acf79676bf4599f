// Whether the nodes that were restarted first are well: nothing may be amiss for long while they are
// watched, and nothing at all at the end. Pure; the caller looks, and tells what it saw and when.

export interface CanaryLimits {
  /** So long they are watched. */
  readonly watchMs: number;
  /** So long something may be amiss before it counts, also when the watch ends meanwhile. */
  readonly illMsMax: number;
}

export class CanaryWatch {
  readonly #limits: CanaryLimits;
  readonly #sinceMs: number;
  #illSinceMs: number | null = null;

  constructor(limits: CanaryLimits, nowMs: number) {
    this.#limits = limits;
    this.#sinceMs = nowMs;
  }

  /** null: look again. */
  onLook(isWell: boolean, nowMs: number): 'well' | 'ill' | null {
    const { watchMs, illMsMax } = this.#limits;
    if (isWell) {
      this.#illSinceMs = null;
      return nowMs - this.#sinceMs >= watchMs ? 'well' : null;
    }
    this.#illSinceMs ??= nowMs;
    return nowMs - this.#illSinceMs > illMsMax ? 'ill' : null;
  }
}
