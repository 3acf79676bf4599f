// Invariants. A broken one is a bug in dsys: the process prints its last events and exits, it never
// limps on.

/** Thrown by `assert`; caught only by the host, which ends the process. */
export class InvariantError extends Error {
  override readonly name = 'InvariantError';
}

/**
 * Throws InvariantError unless `condition` holds. `message` says what must hold, and the values
 * found.
 */
export function assert(condition: boolean, message: string | (() => string)): asserts condition {
  if (!condition) throw new InvariantError(typeof message === 'string' ? message : message());
}

/** Ends an exhaustive switch: does not compile while a case is missing. */
export function assertNever(value: never): never {
  throw new InvariantError(`unexpected variant: ${JSON.stringify(value)}`);
}
