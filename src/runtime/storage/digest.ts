// A checksum over all rows of one group, kept up to date change by change and stored with the
// applied point. The embedded engine skips some damage without a word; a row that it lost, changed
// or brought back shows here, because count and sum no longer fit.

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
    this.add(name, checksum);
  }

  /** A row that the group does not have yet. */
  add(name: string, checksum: number): void {
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
