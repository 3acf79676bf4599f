// Numbers that are stored as text: `-?(0|[1-9][0-9]*)` in ASCII, within the safe integers. Only the
// form that `formatDecimal` writes is a number; anything else ("007", "1.0", "5\n", "-0") is not.

const minus = 0x2d;
const zero = 0x30;
/** "-9007199254740991" */
const bytesMax = 17;

/** The safe integer that `bytes` spell, or null. */
export function parseDecimal(bytes: Uint8Array): number | null {
  const negative = bytes[0] === minus;
  const first = negative ? 1 : 0;
  if (bytes.length === first || bytes.length > bytesMax) return null;
  if (bytes[first] === zero && bytes.length > 1) return null;
  let number = 0;
  for (let at = first; at < bytes.length; at++) {
    const digit = (bytes[at] ?? 0) - zero;
    if (digit < 0 || digit > 9) return null;
    number = number * 10 + digit;
  }
  if (!Number.isSafeInteger(number)) return null;
  return negative ? -number : number;
}

/** ASCII digits of a safe integer. */
export function formatDecimal(number: number): Uint8Array {
  const text = String(number === 0 ? 0 : number);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return bytes;
}
