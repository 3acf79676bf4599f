// A checksum over all rows of one group, kept up to date change by change and stored with the applied point.
// The embedded engine skips some damage without a word; a row that it lost, changed or brought back shows
// here, because count and sum no longer fit.

export interface DigestValue {
  readonly count: number;
  readonly sum: number;
}

export class GroupDigest {
  readonly #checksums = new Map<string, number>();
  #sum = 0;

  get value(): DigestValue {
    return { count: this.#checksums.size, sum: this.#sum };
  }

  /** Every row that the group has. */
  get names(): Iterable<string> {
    return this.#checksums.keys();
  }

  put(name: string, checksum: number): void {
    this.remove(name);
    this.#checksums.set(name, checksum);
    this.#sum = (this.#sum + checksum) >>> 0;
  }

  remove(name: string): void {
    const before = this.#checksums.get(name);
    if (before === undefined) return;
    this.#checksums.delete(name);
    this.#sum = (this.#sum - before) >>> 0;
  }
}

/** Bytes of the digest and the point that it belongs to, for the group's point row. */
export function encodePointRow({ count, sum }: DigestValue, point: Uint8Array): Buffer {
  const row = Buffer.allocUnsafe(12 + point.length);
  row.writeUIntLE(count, 0, 6);
  row.writeUInt32LE(sum, 6);
  row.writeUInt16LE(0, 10);
  row.set(point, 12);
  return row;
}

/** null: too short for a point row. */
export function decodePointRow(row: Buffer): { value: DigestValue; point: Buffer } | null {
  if (row.length < 12) return null;
  const value = { count: row.readUIntLE(0, 6), sum: row.readUInt32LE(6) };
  return { value, point: row.subarray(12) };
}
