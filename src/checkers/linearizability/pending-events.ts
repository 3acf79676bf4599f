// Calls and returns that are not linearized yet, as a doubly linked list in order of time (Lowe
// 2016, section 4). To linearize an operation lifts its events out; to take that back puts them
// where they were, in constant time.

import type { Interval } from './model.ts';

export class PendingEvents {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #operations: Int32Array;
  readonly #isCall: Uint8Array;
  readonly #callOf: Int32Array;
  /** -1: never returned. */
  readonly #returnOf: Int32Array;

  constructor(intervals: readonly Interval[]) {
    const events = intervals.flatMap((each, operation) => [
      { time: each.call, operation, isCall: true },
      ...(each.return === null ? [] : [{ time: each.return, operation, isCall: false }]),
    ]);
    events.sort((a, b) => a.time - b.time);
    const size = events.length + 2;
    this.#next = new Int32Array(size).map((_, at) => at + 1);
    this.#previous = new Int32Array(size).map((_, at) => at - 1);
    this.#operations = new Int32Array(size);
    this.#isCall = new Uint8Array(size);
    this.#callOf = new Int32Array(intervals.length).fill(-1);
    this.#returnOf = new Int32Array(intervals.length).fill(-1);
    for (const [index, { operation, isCall }] of events.entries()) {
      this.#operations[index + 1] = operation;
      this.#isCall[index + 1] = isCall ? 1 : 0;
      (isCall ? this.#callOf : this.#returnOf)[operation] = index + 1;
    }
  }

  get first(): number {
    return this.#next[0] ?? 0;
  }

  /** False for returns and for the end of the list. */
  isCall(event: number): boolean {
    return this.#isCall[event] === 1;
  }

  isEnd(event: number): boolean {
    return event === this.#next.length - 1;
  }

  operationOf(event: number): number {
    return this.#operations[event] ?? 0;
  }

  after(event: number): number {
    return this.#next[event] ?? 0;
  }

  afterCallOf(operation: number): number {
    return this.after(this.#callOf[operation] ?? 0);
  }

  lift(operation: number): void {
    this.#unlink(this.#callOf[operation] ?? -1);
    this.#unlink(this.#returnOf[operation] ?? -1);
  }

  /** Only in the opposite order of `lift`. */
  putBack(operation: number): void {
    this.#relink(this.#returnOf[operation] ?? -1);
    this.#relink(this.#callOf[operation] ?? -1);
  }

  #unlink(event: number): void {
    if (event < 0) return;
    this.#next[this.#previous[event] ?? 0] = this.#next[event] ?? 0;
    this.#previous[this.#next[event] ?? 0] = this.#previous[event] ?? 0;
  }

  #relink(event: number): void {
    if (event < 0) return;
    this.#next[this.#previous[event] ?? 0] = event;
    this.#previous[this.#next[event] ?? 0] = event;
  }
}
