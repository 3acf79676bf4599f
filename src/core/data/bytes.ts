// Values as bytes: who owns them, and whether two are the same.

/** A small value alone costs five times its bytes; many side by side share that cost. */
const slabBytes = 2048;
/** Larger values get memory of their own, so that the rest of a slab is never wasted on them. */
const sharedBytesMax = slabBytes >> 2;

/** Slabs are written by nobody else, so a slice of one needs no second copy. */
const slabs = new WeakSet<object>();
let slab = new Uint8Array(slabBytes);
let used = slabBytes;

/**
 * `value` in memory that it keeps little else alive in: of its own, or a small slab that it shares
 * with its neighbours in time. A slice of a network frame would keep the whole frame for as long as
 * the key lives. Slabs are small, so that what is overwritten soon frees them.
 */
export function ownBytes(value: Uint8Array): Uint8Array {
  const { buffer } = value;
  if (buffer.byteLength === value.byteLength || slabs.has(buffer)) return value;
  if (value.length > sharedBytesMax) return new Uint8Array(value);
  if (used + value.length > slabBytes) {
    slab = new Uint8Array(slabBytes);
    slabs.add(slab.buffer);
    used = 0;
  }
  const owned = slab.subarray(used, used + value.length);
  owned.set(value);
  used += value.length;
  return owned;
}

/** True when both are absent, or have the same bytes. */
export function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}
