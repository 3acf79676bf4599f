// What every decoder of this folder throws when bytes do not say what they must. Frame functions
// turn it into a counted drop, the storage into `storage-corrupt` with the file's name; nobody else
// sees it.

/**
 * The bytes are not what a healthy sender or writer makes. `message` says what was expected and
 * found.
 */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
}

/** Throws; `what` names the field, `expected` its rule, `found` is shown in short. */
export function malformed(what: string, expected: string, found: unknown): never {
  throw new MalformedError(`${what}: expected ${expected}, found ${shown(found)}`);
}

/** Enough to recognise a value, and never more than a line. */
function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (typeof value === 'bigint') return `${value}n`;
  if (value === null || typeof value !== 'object') return String(value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  return Array.isArray(value) ? `a list of ${value.length}` : 'an object';
}
