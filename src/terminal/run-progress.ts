// How far many runs are: a spinner on a terminal, a plain line at each tenth elsewhere, nothing for
// scripts.

import type { Phases } from './phases.ts';
import { durationText } from './quantities.ts';

export class RunProgress {
  readonly #phases: Phases;
  readonly #note: (line: string) => void;
  readonly #total: number;
  readonly #startedAt = performance.now();
  #done = 0;
  #failed = 0;

  constructor(total: number, to: { phases: Phases; note: (line: string) => void }) {
    this.#total = total;
    this.#phases = to.phases;
    this.#note = to.note;
  }

  advance(failure: string | null): void {
    this.#done += 1;
    if (failure !== null) this.#fail(failure);
    if (this.#total === 1) return;
    this.#phases.begin(this.#words);
    const tenth = Math.ceil(this.#total / 10);
    if (!process.stderr.isTTY && this.#done % tenth === 0) this.#note(this.#words);
  }

  end(): void {
    this.#phases.stop();
  }

  #fail(failure: string): void {
    this.#failed += 1;
    this.#phases.stop();
    this.#note(failure);
  }

  get #words(): string {
    const elapsedMs = performance.now() - this.#startedAt;
    const leftMs = (elapsedMs / this.#done) * (this.#total - this.#done);
    const left = this.#done === this.#total ? '' : `, about ${durationText(leftMs)} left`;
    return `${this.#done} of ${this.#total} seeds, ${this.#failed} failed${left}`;
  }
}
