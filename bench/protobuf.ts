// The few parts of Protocol Buffers that etcd's requests need: varints, bytes, and reading fields
// by number.

const encoder = new TextEncoder();

export function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}

/** A length-delimited field: bytes, or text as UTF-8. */
export function bytesField(number: number, value: Uint8Array | string): Uint8Array {
  const bytes = typeof value === 'string' ? encoder.encode(value) : value;
  const head = [...varint(number * 8 + 2), ...varint(bytes.length)];
  const field = new Uint8Array(head.length + bytes.length);
  field.set(head);
  field.set(bytes, head.length);
  return field;
}

export type Field =
  | { readonly number: number; readonly kind: 'varint'; readonly value: bigint }
  | { readonly number: number; readonly kind: 'bytes'; readonly value: Uint8Array };

/** All fields of a message, in order. Throws on wire types that etcd's answers do not use here. */
export function readFields(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < message.length; ) {
    const tag = readVarint(message, at);
    const [number, wireType] = [Number(tag.value >> 3n), Number(tag.value & 7n)];
    const next = readVarint(message, tag.end);
    if (wireType === 0) {
      fields.push({ number, kind: 'varint', value: next.value });
      at = next.end;
    } else if (wireType === 2) {
      at = next.end + Number(next.value);
      fields.push({ number, kind: 'bytes', value: message.subarray(next.end, at) });
    } else throw new Error(`unexpected wire type ${wireType} of field ${number}`);
  }
  return fields;
}

function readVarint(message: Uint8Array, start: number): { value: bigint; end: number } {
  let value = 0n;
  for (let at = start; ; at++) {
    const byte = message[at];
    if (byte === undefined) throw new Error('the message ends inside a number');
    value |= BigInt(byte & 127) << BigInt(7 * (at - start));
    if (byte < 128) return { value, end: at + 1 };
  }
}
