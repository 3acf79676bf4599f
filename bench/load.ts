// Closed-loop load: a fixed number of callers, each of which waits for its answer before it asks
// again; on several sides in turn, a second at a time, so that a machine whose speed changes changes
// it for all of them.

/** One operation; the number is unique within the side. Its rejection ends the run. */
export type Operation = (number: number) => Promise<unknown>;

export interface LoadOptions {
  /** Callers at once. */
  readonly inFlight: number;
  /** For each side; whole ones are counted. */
  readonly seconds: number;
}

interface Side {
  readonly operation: Operation;
  operations: number;
  elapsedMs: number;
}

/** Operations per second of each side, in their order. Warms each up for a second first. */
export async function compareInTurn(
  operations: readonly Operation[],
  { inFlight, seconds }: LoadOptions,
): Promise<number[]> {
  const sides = operations.map((operation): Side => ({ operation, operations: 0, elapsedMs: 0 }));
  for (const { operation } of sides) await runFor({ inFlight, seconds: 1, operation });
  for (let turn = 0; turn < Math.max(1, Math.floor(seconds)); turn++) {
    // Whoever comes first finds the machine as the last one left it: everybody is first as often.
    for (let i = 0; i < sides.length; i++)
      await takeTurn(sides[(turn + i) % sides.length], inFlight);
  }
  return sides.map((side) => (side.operations * 1000) / side.elapsedMs);
}

async function takeTurn(side: Side | undefined, inFlight: number): Promise<void> {
  if (side === undefined) return;
  const { operation } = side;
  const begin = performance.now();
  side.operations += await runFor({ inFlight, seconds: 1, operation });
  side.elapsedMs += performance.now() - begin;
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
