// Compact memory for bytes that outlive the frame they came in. A slice would keep its whole frame
// alive: one small entry in a log could hold megabytes. Copies lie side by side in slabs of their
// own.

const slabBytes = 64 << 10;
/** Larger copies get memory of their own, so that a slab's rest is never wasted on them. */
const sharedBytesMax = slabBytes >> 3;

let slab = Buffer.allocUnsafeSlow(slabBytes);
let used = 0;

/** Where a copy lies: `memory` from `start` to `end`. Nobody else ever writes there. */
export interface Placed {
  readonly memory: Buffer;
  readonly start: number;
  readonly end: number;
}

/** Copies `bytes` to a place that keeps little else alive. */
export function place(bytes: Uint8Array): Placed {
  const { length } = bytes;
  if (length > sharedBytesMax) {
    const memory = Buffer.allocUnsafeSlow(length);
    memory.set(bytes);
    return { memory, start: 0, end: length };
  }
  if (used + length > slabBytes) {
    slab = Buffer.allocUnsafeSlow(slabBytes);
    used = 0;
  }
  slab.set(bytes, used);
  const start = used;
  used += length;
  return { memory: slab, start, end: used };
}

/** The same as one buffer. */
export function compactCopy(bytes: Uint8Array): Buffer {
  const { memory, start, end } = place(bytes);
  return memory.subarray(start, end);
}
