// The search for a linearization: Wing & Gong (1993) with Lowe's list of pending events and memory
// of configurations ("Testing for linearizability", 2016). Model-agnostic, without recursion,
// deterministic. Four sound shortcuts:
//
//   an operation that only observes, and may act now, acts now;
//   of two operations of one kind, the one called and returned first acts first (twins.ts);
//   an optional operation acts only where it changes the state;
//   a state is not left while it is needed and cannot come again, and is forgotten when nobody
//   asks for it any more (supply.ts).

import type { Budget } from '../budget.ts';
import { Memo } from './memo.ts';
import { type Interval, impossible, type Problem } from './model.ts';
import { PendingEvents } from './pending-events.ts';
import { Supply } from './supply.ts';
import { twinsOf } from './twins.ts';

export type Finding =
  /** `order`: positions of the problem's intervals; optional ones may be missing. */
  | { readonly kind: 'linearizable'; readonly order: readonly number[]; readonly steps: number }
  /** `deepest`: the longest order that any attempt reached. */
  | { readonly kind: 'violation'; readonly deepest: readonly number[]; readonly steps: number }
  | { readonly kind: 'gave-up'; readonly why: 'time' | 'memory'; readonly steps: number };

const stepsPerQuestion = 1024;

/** Searches until it knows, or until the budget is spent. */
export function findLinearization(problem: Problem, budget: Budget): Finding {
  return new Search(problem, budget).run();
}

/** What a move changed, one slot a move; plain arrays, because most moves are tried in vain. */
class Trail {
  readonly operation: Int32Array;
  readonly stateBefore: Int32Array;
  readonly latestCallBefore: Float64Array;
  readonly expiredBefore: Int32Array;
  /** 1: nothing else is worth trying in its place. */
  readonly isForced: Uint8Array;
  length = 0;

  constructor(size: number) {
    this.operation = new Int32Array(size);
    this.stateBefore = new Int32Array(size);
    this.latestCallBefore = new Float64Array(size);
    this.expiredBefore = new Int32Array(size);
    this.isForced = new Uint8Array(size);
  }

  operations(): readonly number[] {
    return [...this.operation.subarray(0, this.length)];
  }
}

class Search {
  readonly #problem: Problem;
  readonly #budget: Budget;
  readonly #pending: PendingEvents;
  readonly #bits: Int32Array;
  readonly #memo = new Memo();
  readonly #trail: Trail;
  readonly #twins: Int32Array;
  /**
   * Optional operations that returned, in order of their returns; the first `#expired` of them can
   * act no more.
   */
  readonly #optionals: readonly number[];
  #expired = 0;
  /** 1: expired without having acted. */
  readonly #missed: Uint8Array;
  #hash = 0;
  /** Of what is linearized: an optional operation that returned before it can act no more. */
  #latestCall = -1;
  #state: number;
  /** null: the model has no roles. */
  readonly #supply: Supply | null;
  #observersLeft = 0;
  #requiredLeft = 0;
  #steps = 0;
  #deepest: readonly number[] = [];

  constructor(problem: Problem, budget: Budget) {
    this.#problem = problem;
    this.#budget = budget;
    this.#pending = new PendingEvents(problem.intervals);
    this.#bits = new Int32Array((problem.intervals.length + 31) >> 5);
    this.#state = problem.model.initial;
    this.#trail = new Trail(problem.intervals.length + 1);
    this.#twins = twinsOf(problem.intervals);
    this.#missed = new Uint8Array(problem.intervals.length);
    this.#optionals = optionalsOf(problem.intervals);
    const { roles } = problem.model;
    this.#supply = roles === null ? null : new Supply(roles, problem.intervals);
    for (const each of problem.intervals) {
      if (each.isOptional) continue;
      this.#requiredLeft++;
      if (problem.model.observes(each.kind)) this.#observersLeft++;
    }
  }

  run(): Finding {
    if (this.#supply?.isSufficient(this.#state) === false)
      return { kind: 'violation', deepest: [], steps: 0 };
    let event = this.#pending.first;
    for (;;) {
      if (this.#requiredLeft === 0) return this.#found();
      const spent = this.#spent();
      if (spent !== null) return { kind: 'gave-up', why: spent, steps: this.#steps };
      const next = this.#pending.isCall(event) ? this.#tryCall(event) : this.#pass(event);
      if (next === null) return { kind: 'violation', deepest: this.#deepest, steps: this.#steps };
      event = next;
    }
  }

  #found(): Finding {
    return { kind: 'linearizable', order: this.#trail.operations(), steps: this.#steps };
  }

  #spent(): 'time' | 'memory' | null {
    this.#steps++;
    if (this.#steps % stepsPerQuestion !== 0) return null;
    if (this.#memo.bytes > this.#budget.memoryBytesMax) return 'memory';
    return this.#budget.isOver() ? 'time' : null;
  }

  /** The event to look at next; null: every order has been tried. */
  #tryCall(event: number): number | null {
    const operation = this.#pending.operationOf(event);
    const state = this.#stateAfter(operation);
    if (state === impossible) return this.#pending.after(event);
    const before = this.#state;
    const isForced = this.#enter(operation, state);
    if (this.#isWorthwhile(before, state)) {
      this.#trail.length++;
      this.#pending.lift(operation);
      this.#count(operation, -1);
      return this.#pending.first;
    }
    this.#leave();
    return isForced ? this.#backtrack() : this.#pending.after(event);
  }

  /** After the move: nothing needed was left behind, and this configuration is new. */
  #isWorthwhile(before: number, after: number): boolean {
    if (after !== before && this.#supply?.mayLeave(before) === false) return false;
    return this.#memo.add(
      this.#bits,
      this.#state,
      this.#hash ^ Math.imul(this.#state + 1, 0x9e3779b1),
    );
  }

  /** `impossible` also when the step is not worth trying. */
  #stateAfter(operation: number): number {
    const { intervals, model } = this.#problem;
    const interval = intervals[operation];
    if (interval === undefined) return impossible;
    if (this.#missed[operation] === 1 || this.#waitsForTwin(operation)) return impossible;
    const state = model.step(this.#state, interval.kind);
    if (interval.isOptional && state === this.#state) return impossible;
    if (state === impossible || this.#observersLeft === 0) return state;
    return model.isBlind(state) ? impossible : state;
  }

  /** Its twin may act in its place, and has less time left. */
  #waitsForTwin(operation: number): boolean {
    const twin = this.#twins[operation] ?? -1;
    return twin >= 0 && !this.#isLinearized(twin);
  }

  /** For an optional operation: something that was called after its return has acted. */
  #isTooLate(interval: Interval): boolean {
    return interval.return !== null && interval.return < this.#latestCall;
  }

  /** The return of an operation that must act: it is too late. */
  #pass(event: number): number | null {
    if (this.#pending.isEnd(event)) return this.#backtrack();
    const interval = this.#problem.intervals[this.#pending.operationOf(event)];
    return interval?.isOptional === true ? this.#pending.after(event) : this.#backtrack();
  }

  #isLinearized(operation: number): boolean {
    return (((this.#bits[operation >> 5] ?? 0) >>> (operation & 31)) & 1) === 1;
  }

  #flip(operation: number): void {
    const word = operation >> 5;
    this.#bits[word] = (this.#bits[word] ?? 0) ^ (1 << (operation & 31));
    this.#hash ^= scatter(operation);
  }

  /** Puts the move on the trail, whose length it leaves; true when nothing else is worth trying. */
  #enter(operation: number, state: number): boolean {
    const interval = this.#problem.intervals[operation];
    const trail = this.#trail;
    const at = trail.length;
    const before = this.#state;
    trail.operation[at] = operation;
    trail.stateBefore[at] = before;
    trail.latestCallBefore[at] = this.#latestCall;
    trail.expiredBefore[at] = this.#expired;
    if (interval === undefined) return false;
    this.#flip(operation);
    this.#latestCall = Math.max(this.#latestCall, interval.call);
    this.#supply?.change(interval, -1);
    const missedAny = this.#expire();
    this.#state = this.#supply?.remembered(state) ?? state;
    const isForced = !missedAny && this.#isFree(interval.kind, before);
    trail.isForced[at] = isForced ? 1 : 0;
    return isForced;
  }

  /** True: it loses nothing to act at once. */
  #isFree(kind: number, stateBefore: number): boolean {
    if (this.#problem.model.isPure(kind)) return true;
    return this.#supply?.isIdle(stateBefore, this.#state) === true;
  }

  /**
   * What can act no more counts as done: configurations that differ only in it are the same. True
   * when something was missed that way.
   */
  #expire(): boolean {
    let missedAny = false;
    for (;;) {
      const optional = this.#optionals[this.#expired] ?? -1;
      const interval = this.#problem.intervals[optional];
      if (interval === undefined || !this.#isTooLate(interval)) return missedAny;
      this.#expired++;
      if (this.#isLinearized(optional)) continue;
      this.#flip(optional);
      this.#missed[optional] = 1;
      this.#supply?.change(interval, -1);
      missedAny = true;
    }
  }

  /** Takes back what `enter` did, the trail being as long as it was then. */
  #leave(): void {
    const trail = this.#trail;
    const at = trail.length;
    const operation = trail.operation[at] ?? 0;
    const expiredBefore = trail.expiredBefore[at] ?? 0;
    while (this.#expired > expiredBefore) this.#unexpire();
    this.#state = trail.stateBefore[at] ?? 0;
    this.#latestCall = trail.latestCallBefore[at] ?? 0;
    this.#flip(operation);
    const interval = this.#problem.intervals[operation];
    if (interval !== undefined) this.#supply?.change(interval, 1);
  }

  #unexpire(): void {
    this.#expired--;
    const optional = this.#optionals[this.#expired] ?? 0;
    const interval = this.#problem.intervals[optional];
    if (interval === undefined || this.#missed[optional] !== 1) return;
    this.#flip(optional);
    this.#missed[optional] = 0;
    this.#supply?.change(interval, 1);
  }

  /** Takes back moves up to and including one that had alternatives. */
  #backtrack(): number | null {
    const trail = this.#trail;
    if (trail.length > this.#deepest.length) this.#deepest = trail.operations();
    while (trail.length > 0) {
      trail.length--;
      const operation = trail.operation[trail.length] ?? 0;
      this.#pending.putBack(operation);
      this.#count(operation, 1);
      this.#leave();
      if (trail.isForced[trail.length] === 0) return this.#pending.afterCallOf(operation);
    }
    return null;
  }

  #count(operation: number, change: 1 | -1): void {
    const interval = this.#problem.intervals[operation];
    if (interval === undefined || interval.isOptional) return;
    this.#requiredLeft += change;
    if (this.#problem.model.observes(interval.kind)) this.#observersLeft += change;
  }
}

/** A well-spread number for each operation; configurations are hashed by exclusive or. */
function scatter(operation: number): number {
  let mixed = Math.imul(operation + 1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35);
  return mixed ^ (mixed >>> 13);
}

function optionalsOf(intervals: readonly Interval[]): readonly number[] {
  const returnOf = (at: number): number => intervals[at]?.return ?? 0;
  return [...intervals.keys()]
    .filter((at) => intervals[at]?.isOptional === true && intervals[at]?.return !== null)
    .sort((a, b) => returnOf(a) - returnOf(b));
}
