// Where the key lies in an encoded item row (MessagePack: a list, then the kind, then the key), so
// that a row can be found among thousands without decoding any. Anything but the beginning of an
// item row is malformed.

import { malformed } from './malformed.ts';
import { rowKinds } from './numbers.ts';

/** The bytes from `start` to `end` of `memory`. */
export interface Span {
  readonly memory: Buffer;
  readonly start: number;
  readonly end: number;
}

/** The key of the item row that begins at `at`, in UTF-8. */
export function itemKeySpan(memory: Buffer, at: number): Span {
  const head = keyHead(memory, at);
  const first = memory[head] ?? 0;
  if ((first & 0xe0) === 0xa0) return span(memory, head + 1, first & 0x1f);
  switch (first) {
    // Text, or bytes where a text would lose its byte order mark.
    case 0xd9:
    case 0xc4:
      return span(memory, head + 2, memory[head + 1]);
    case 0xda:
    case 0xc5:
      return span(memory, head + 3, memory.readUInt16BE(head + 1));
    default:
      return malformed('key', 'text', first);
  }
}

/** A list of up to 15 fields has its length in its first byte, a longer one in two more. */
function keyHead(memory: Buffer, at: number): number {
  const first = memory[at] ?? 0;
  const kind = first === 0xdc ? at + 3 : at + 1;
  const isList = first === 0xdc || (first & 0xf0) === 0x90;
  return isList && memory[kind] === rowKinds.item ? kind + 1 : malformed('row', 'an item', first);
}

function span(memory: Buffer, start: number, length = 0): Span {
  const end = start + length;
  return end <= memory.length ? { memory, start, end } : malformed('key', 'all of it', length);
}
