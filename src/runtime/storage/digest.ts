// A checksum over all rows of one group, kept up to date change by change and stored with the
// applied point. The embedded engine skips some damage without a word; a row that it lost, changed
// or brought back shows here, because count and sum no longer fit.

export interface DigestValue {
  readonly count: number;
  readonly sum: number;
}

/** Rows that were counted, and whose names nobody needed yet. */
export interface UnnamedRows {
  /** The checksum of the row; from then on it is named. null: there is none, or it is named. */
  takeName(name: string): number | null;
  /** All that are not named. */
  takeNames(): Iterable<readonly [name: string, checksum: number]>;
}

export class GroupDigest {
  readonly #checksums = new Map<string, number>();
  #count = 0;
  #sum = 0;
  #unnamed: UnnamedRows | null = null;

  get value(): DigestValue {
    return { count: this.#count, sum: this.#sum };
  }

  /** Every row that the group has. */
  get names(): Iterable<string> {
    for (const [name, checksum] of this.#unnamed?.takeNames() ?? []) this.name(name, checksum);
    this.#unnamed = null;
    return this.#checksums.keys();
  }

  put(name: string, checksum: number): void {
    this.remove(name);
    this.add(name, checksum);
  }

  /** A row that the group does not have yet. */
  add(name: string, checksum: number): void {
    this.count(checksum);
    this.name(name, checksum);
  }

  remove(name: string): void {
    const before = this.#checksums.get(name) ?? this.#unnamed?.takeName(name) ?? null;
    if (before === null) return;
    this.#checksums.delete(name);
    this.#count -= 1;
    this.#sum = (this.#sum - before) >>> 0;
  }

  /** A row whose name comes later: its part in the value. */
  count(checksum: number): void {
    this.#count += 1;
    this.#sum = (this.#sum + checksum) >>> 0;
  }

  /** The name of a row that was counted. */
  name(name: string, checksum: number): void {
    this.#checksums.set(name, checksum);
  }

  /** Where to ask for names of rows that were only counted. */
  nameLater(unnamed: UnnamedRows): void {
    this.#unnamed = unnamed;
  }
}
