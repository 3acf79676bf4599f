// The configurations that the search has been in: which operations are linearized, and the state. A
// configuration is looked up by a hash and then compared in full, so two different ones are never
// taken for one another. Of the bit set only the words between the first gap and the last bit are
// kept.

const headWords = 4;

export class Memo {
  #slots = new Int32Array(1 << 10);
  #arena = new Int32Array(1 << 12);
  #used = 1;
  #count = 0;

  get bytes(): number {
    return (this.#slots.length + this.#arena.length) * 4;
  }

  /**
   * Remembers the configuration; false when it was known. `hash` is any function of bits and state.
   */
  add(bits: Int32Array, state: number, hash: number): boolean {
    const [from, to] = windowOf(bits);
    const mask = this.#slots.length - 1;
    let slot = hash & mask;
    for (let at = this.#slots[slot] ?? 0; at !== 0; at = this.#slots[slot] ?? 0) {
      if (this.#isSame(at, { bits, state, hash, from, to })) return false;
      slot = (slot + 1) & mask;
    }
    this.#slots[slot] = this.#write({ bits, state, hash, from, to });
    this.#count++;
    if (this.#count * 2 > this.#slots.length) this.#rehash();
    return true;
  }

  #isSame(at: number, { bits, state, hash, from, to }: Configuration): boolean {
    const arena = this.#arena;
    if (arena[at] !== hash || arena[at + 1] !== state) return false;
    if (arena[at + 2] !== from || arena[at + 3] !== to) return false;
    for (let word = from; word < to; word++)
      if (arena[at + headWords + word - from] !== bits[word]) return false;
    return true;
  }

  #write({ bits, state, hash, from, to }: Configuration): number {
    const at = this.#used;
    const size = headWords + to - from;
    if (at + size > this.#arena.length) this.#grow(at + size);
    this.#arena.set([hash, state, from, to], at);
    this.#arena.set(bits.subarray(from, to), at + headWords);
    this.#used += size;
    return at;
  }

  #grow(atLeast: number): void {
    const larger = new Int32Array(Math.max(this.#arena.length * 2, atLeast));
    larger.set(this.#arena);
    this.#arena = larger;
  }

  #rehash(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    const mask = this.#slots.length - 1;
    for (const at of old) {
      if (at === 0) continue;
      let slot = (this.#arena[at] ?? 0) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = at;
    }
  }
}

interface Configuration {
  readonly bits: Int32Array;
  readonly state: number;
  readonly hash: number;
  readonly from: number;
  readonly to: number;
}

/** Words before `from` are full, words from `to` on are empty. */
function windowOf(bits: Int32Array): readonly [number, number] {
  let from = 0;
  while (from < bits.length && bits[from] === -1) from++;
  let to = bits.length;
  while (to > from && bits[to - 1] === 0) to--;
  return [from, to];
}
