// The local health multiplier (Lifeguard, section IV, LHA-Probe): how far this member doubts
// itself. 0 is health; each doubt makes it wait one base period and one base timeout longer, so
// that a member that is slow itself does not take its slowness for the death of others.
//
//   probe answered −1 · probe failed +1 · nack missing +1 · had to refute a suspicion +1
//   own loop stalled +1 for each period of it, or part of one, but no more than +3

export class LocalHealth {
  readonly #max: number;
  #score = 0;

  constructor(max: number) {
    this.#max = max;
  }

  /** 0 to max, both included. */
  get score(): number {
    return this.#score;
  }

  improve(): void {
    this.#score = Math.max(0, this.#score - 1);
  }

  worsen(by = 1): void {
    this.#score = Math.min(this.#max, this.#score + by);
  }

  /** A base duration as this member should use it now. */
  stretch(ticks: number): number {
    return ticks * (this.#score + 1);
  }
}
