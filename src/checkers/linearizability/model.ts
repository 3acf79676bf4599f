// What the search knows of an object: a deterministic state machine over small numbers. Operations
// that ask the same and were answered the same are one class; equal states have equal numbers.

/** No such step: the operation cannot have had its answer in that state. */
export const impossible = -1;

export interface Model {
  readonly initial: number;
  /** The state after an operation of `kind` in `state`, or `impossible`. */
  step(state: number, kind: number): number;
  /** True: an operation of this kind leaves every state as it is. */
  isPure(kind: number): boolean;
  /** True: an operation of this kind can only answer as it did in certain states. */
  observes(kind: number): boolean;
  /** True: from here no state is ever reached in which an observing operation could answer. */
  isBlind(state: number): boolean;
  /** What is known of the kinds beforehand; null: nothing (then only `step` tells). */
  readonly roles: Roles | null;
  /** What the state is, for people. */
  describe(state: number): string;
}

/** For models in which each kind names its states beforehand, as plain registers do. */
export interface Roles {
  /** How many states there are. */
  readonly states: number;
  /**
   * The state that nobody asks for any more: once nothing pending mentions a state, it is as good
   * as this one.
   */
  readonly forgotten: number;
  roleOf(kind: number): Role;
}

export interface Role {
  /** The only state in which it can answer as it did; null: any. */
  readonly needs: number | null;
  /** The only state in which it cannot. */
  readonly rejects: number | null;
  /** The state that it leaves; null: the one that it found. */
  readonly makes: number | null;
}

/** One operation as the search sees it. */
export interface Interval {
  /** Rank of the call. All ranks of a problem are different. */
  readonly call: number;
  /** Rank of the return; null: it may act any time after its call. */
  readonly return: number | null;
  /** True: it may also never act. */
  readonly isOptional: boolean;
  readonly kind: number;
}

/**
 * Is there an order of `intervals` that respects time, and in which the model allows every answer?
 */
export interface Problem {
  readonly intervals: readonly Interval[];
  readonly model: Model;
}
