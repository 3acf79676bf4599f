// Values as a plan writes them and as nodes store them. Every value of a run is unique, so that who
// reads one knows which write it is from. A big value is written short: `v12~4000` stands for
// `v12~4000` followed by 4,000 dots.

const mark = '~';
const dot = 0x2e;

/** ASCII bytes of a value in the plan's notation. */
export function bytesOf(value: string): Uint8Array {
  const padding = paddingOf(value);
  const bytes = new Uint8Array(value.length + padding);
  for (let at = 0; at < value.length; at++) bytes[at] = value.charCodeAt(at);
  return bytes.fill(dot, value.length);
}

/**
 * Back to the plan's notation. Bytes that no value of a plan has are shown as they are: nobody wrote
 * them, and the judges will say so.
 */
export function textOf(bytes: Uint8Array | null): string | null {
  if (bytes === null) return null;
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === dot) end--;
  const short = asText(bytes, end);
  return paddingOf(short) === bytes.length - end ? short : asText(bytes, bytes.length);
}

function paddingOf(value: string): number {
  const at = value.lastIndexOf(mark);
  const count = at < 0 ? 0 : Number(value.slice(at + 1));
  return Number.isSafeInteger(count) ? count : 0;
}

function asText(bytes: Uint8Array, end: number): string {
  let text = '';
  for (let at = 0; at < end; at++) text += String.fromCharCode(bytes[at] ?? 0);
  return text;
}
