// Closed-loop load: a fixed number of callers, each of which waits for its answer before it asks
// again; on several sides in turn, a second at a time, so that a machine whose speed changes changes
// it for all of them.

/** One operation; the number is unique within one measurement of a side. Its rejection ends the run. */
export type Operation = (number: number) => Promise<unknown>;

export interface LoadOptions {
  /** Callers at once. */
  readonly inFlight: number;
  /** For each side; whole ones are counted. */
  readonly seconds: number;
}

interface Side {
  readonly operation: Operation;
  /** Of the next operation. */
  number: number;
  operations: number;
  elapsedMs: number;
}

/** Operations per second of each side, in their order. Warms each up for a second first. */
export async function compareInTurn(
  operations: readonly Operation[],
  { inFlight, seconds }: LoadOptions,
): Promise<number[]> {
  const sides = operations.map(
    (operation): Side => ({ operation, number: 0, operations: 0, elapsedMs: 0 }),
  );
  for (const side of sides) await workASecond(side, inFlight);
  for (const turn of turns(sides, Math.max(1, Math.floor(seconds)))) {
    for (const side of turn) {
      const begin = performance.now();
      side.operations += await workASecond(side, inFlight);
      side.elapsedMs += performance.now() - begin;
    }
  }
  return sides.map((side) => (side.operations * 1000) / side.elapsedMs);
}

/**
 * Whoever works finds the machine as the one before left it: the order is rotated, and reversed every
 * second time. With three sides six turns are all orders that there are.
 */
function turns(sides: readonly Side[], count: number): Side[][] {
  return Array.from({ length: count }, (_, turn) => {
    const from = turn % sides.length;
    const order = [...sides.slice(from), ...sides.slice(0, from)];
    return turn % 2 === 0 ? order : order.reverse();
  });
}

async function workASecond(side: Side, inFlight: number): Promise<number> {
  const operation = () => side.operation(side.number++);
  return runFor({ inFlight, seconds: 1, operation });
}

/** Resolves with the number of operations when the last answer is there. */
export async function runFor({
  inFlight,
  seconds,
  operation,
}: LoadOptions & { readonly operation: Operation }): Promise<number> {
  const end = performance.now() + seconds * 1000;
  let next = 0;
  const caller = async (): Promise<void> => {
    while (performance.now() < end) await operation(next++);
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  return next;
}
