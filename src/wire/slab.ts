// Compact memory for bytes that outlive the frame they came in. A slice would keep its whole frame alive: one
// small entry in a log could hold megabytes. Copies lie side by side in slabs of their own.

const slabBytes = 64 << 10;
/** Larger copies get memory of their own, so that a slab's rest is never wasted on them. */
const sharedBytesMax = slabBytes >> 3;

let slab = Buffer.allocUnsafeSlow(slabBytes);
let used = 0;

/** A copy of `bytes` that keeps little else alive. */
export function compactCopy(bytes: Uint8Array): Buffer {
  const { length } = bytes;
  if (length > sharedBytesMax) {
    const own = Buffer.allocUnsafeSlow(length);
    own.set(bytes);
    return own;
  }
  if (used + length > slabBytes) {
    slab = Buffer.allocUnsafeSlow(slabBytes);
    used = 0;
  }
  const copy = slab.subarray(used, used + length);
  copy.set(bytes);
  used += length;
  return copy;
}
