// Who gets the processor, and when: another machine comes first in each tick, and now and then one
// that has work is not let to it, so that what it does next carries more.

import type { Random } from '../../core/model/random.ts';
import type { Pace } from '../plan.ts';
import type { Machine } from './machine.ts';

export class Schedule {
  readonly #random: Random;
  readonly #lazy: number;
  /** Twice in a row, so that a rotation is a slice. */
  #twice: readonly Machine[] = [];
  #order: readonly Machine[] = [];

  constructor(options: { pace: Pace; random: Random }) {
    this.#lazy = options.pace.lazy;
    this.#random = options.random;
  }

  /** Who is scheduled from now on. */
  change(machines: readonly Machine[]): void {
    this.#order = machines;
    this.#twice = [...machines, ...machines];
  }

  /** The machines in the order of this tick. */
  get order(): readonly Machine[] {
    return this.#order;
  }

  /** A tick begins. */
  turn(): void {
    const count = this.#order.length;
    const first = this.#random.below(count);
    this.#order = this.#twice.slice(first, first + count);
  }

  /** Lets the machines do what they have to do; true when any of them did something. */
  flush(): boolean {
    let any = false;
    for (const machine of this.#order) {
      if (this.#lazy > 0 && machine.hasWork && this.#random.chance(this.#lazy)) continue;
      any = machine.flush() || any;
    }
    return any;
  }
}
