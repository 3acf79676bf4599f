// What is in flight, ordered by the tick at which it arrives, then by turn, link and order of
// sending. A binary heap.

import type { Tick } from '../../core/model/ids.ts';

export interface InFlight {
  readonly due: Tick;
  /** What is caused within a tick, and due in it, comes in a later turn than its cause. */
  readonly turn: number;
  /** Of its link, other in each tick: no link is always first. */
  readonly phase: number;
  /** +1 for everything ever sent; breaks ties, so that the order is total. */
  readonly number: number;
  readonly arrive: () => void;
}

export class FlightQueue {
  readonly #heap: InFlight[] = [];

  get size(): number {
    return this.#heap.length;
  }

  get first(): InFlight | undefined {
    return this.#heap[0];
  }

  push(item: InFlight): void {
    const heap = this.#heap;
    let at = heap.push(item) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || before(above, item)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = item;
  }

  pop(): InFlight | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first === undefined || last === undefined || first === last) return first;
    this.#sink(last);
    return first;
  }

  #sink(item: InFlight): void {
    const heap = this.#heap;
    let at = 0;
    while (true) {
      const child = this.#smallerChild(at);
      const below = heap[child];
      if (below === undefined || before(item, below)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = item;
  }

  #smallerChild(at: number): number {
    const left = this.#heap[2 * at + 1];
    const right = this.#heap[2 * at + 2];
    if (left === undefined || right === undefined) return 2 * at + 1;
    return before(left, right) ? 2 * at + 1 : 2 * at + 2;
  }
}

function before(a: InFlight, b: InFlight): boolean {
  if (a.due !== b.due) return a.due < b.due;
  if (a.turn !== b.turn) return a.turn < b.turn;
  return a.phase < b.phase || (a.phase === b.phase && a.number < b.number);
}
