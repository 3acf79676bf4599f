// Values as bytes: who owns them, and whether two are the same.

/**
 * `value` in a buffer of its own. A slice of a network frame would keep the whole frame in memory
 * for as long as the key lives.
 */
export function ownBytes(value: Uint8Array): Uint8Array {
  return value.buffer.byteLength > value.byteLength ? new Uint8Array(value) : value;
}

/** True when both are absent, or have the same bytes. */
export function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
