// What a judge may spend. Whoever asks owns the clock: the simulator counts steps, the command line
// counts seconds, so that a judge itself stays deterministic.

export interface Budget {
  /** Bytes that remembered configurations may fill. */
  readonly memoryBytesMax: number;
  /** Asked every thousand steps or so; true ends the search with the verdict `unknown`. */
  readonly isOver: () => boolean;
}

/**
 * A budget that counts its questions instead of time; the same history always gets the same
 * verdict.
 */
export function stepBudget(questions: number, memoryBytesMax = 256 << 20): Budget {
  let left = questions;
  return { memoryBytesMax, isOver: () => --left < 0 };
}

/** The stricter of two. */
export function within(outer: Budget, questions: number): Budget {
  const inner = stepBudget(questions);
  return { memoryBytesMax: outer.memoryBytesMax, isOver: () => inner.isOver() || outer.isOver() };
}
