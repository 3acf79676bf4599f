// Checks the engine's table files before the engine opens them: it does not verify them itself when
// it reads, and a damaged one can abort the whole process. Layout of a table (LevelDB's
// doc/table_format.md):
//
//   data blocks … index block  footer (48 bytes: handles of meta index and index, magic)
//   each block: content, type (1 byte), masked CRC-32C of both (4 bytes)

import { crc32c } from './crc32c.ts';

const footerBytes = 48;
const magic = Buffer.from('57fb808b247547db', 'hex');

interface Handle {
  readonly offset: number;
  readonly size: number;
}

/** null: every block is as it was written. Else the offset of the first that is not. */
export function damageInTable(file: Buffer): number | null {
  const at = file.length - footerBytes;
  // Without a footer it was never finished, or the engine itself refuses it.
  if (at < 0 || !file.subarray(-magic.length).equals(magic)) return null;
  const footer = new VarintReader(file.subarray(at));
  const [metaIndex, index] = [footer.handle(), footer.handle()];
  for (const handle of [metaIndex, index]) {
    if (!isIntact(file, handle)) return at;
  }
  for (const handle of handlesIn(file.subarray(index.offset, index.offset + index.size))) {
    if (!isIntact(file, handle)) return handle.offset;
  }
  return null;
}

function isIntact(file: Buffer, { offset, size }: Handle): boolean {
  const end = offset + size + 1;
  if (end + 4 > file.length) return false;
  return unmask(file.readUInt32LE(end)) === crc32c(file.subarray(offset, end));
}

/** Checksums of checksums behave badly, so the engine stores them rotated and shifted. */
function unmask(stored: number): number {
  const rotated = (stored - 0xa282ead8) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}

/** Entries (shared, own and value bytes; key; value), then offsets of restarts and their count. */
function* handlesIn(block: Buffer): Iterable<Handle> {
  const restarts = block.readUInt32LE(block.length - 4);
  const end = block.length - 4 * (restarts + 1);
  const reader = new VarintReader(block);
  while (reader.at < end) {
    reader.next();
    const keyBytes = reader.next();
    const valueBytes = reader.next();
    reader.at += keyBytes;
    const next = reader.at + valueBytes;
    yield reader.handle();
    reader.at = next;
  }
}

class VarintReader {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  handle(): Handle {
    const offset = this.next();
    return { offset, size: this.next() };
  }

  /**
   * Seven bits a byte, the lowest first; past the end it reads as zeros, and the checksum fails.
   */
  next(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#bytes[this.at++] ?? 0;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80 || scale > 2 ** 49) return value;
    }
  }
}
