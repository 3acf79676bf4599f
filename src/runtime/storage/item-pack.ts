// Item rows of one group as the engine gave them: sealed, side by side in compact memory, with no
// object for any of them. They come in the order of their keys' bytes, which is the engine's own,
// so that one is found by halving and nothing has to be made ready for it.

import { assert } from '../../core/model/assert.ts';
import { itemKeySpan, type Span } from '../../wire/item-key.ts';
import { place } from '../../wire/slab.ts';
import { sealedHeadBytes } from './engine-value.ts';

export class ItemPack {
  readonly #memory: Buffer[] = [];
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  get length(): number {
    return this.#starts.length;
  }

  /** Throws when this is no item, or not the next one. */
  add(sealed: Buffer): void {
    const { memory, start, end } = place(sealed);
    const key = itemKeySpan(memory, start + sealedHeadBytes);
    if (this.length > 0 && compare(this.#key(this.length - 1), key) >= 0) {
      throw new Error('the rows are out of order');
    }
    this.#memory.push(memory);
    this.#starts.push(start);
    this.#ends.push(end);
  }

  /** Number of the row with this key; null: there is none. */
  find(key: string): number | null {
    const memory = Buffer.from(key, 'utf8');
    const wanted = { memory, start: 0, end: memory.length };
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = compare(this.#key(middle), wanted);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return null;
  }

  key(number: number): string {
    const { memory, start, end } = this.#key(number);
    return memory.toString('utf8', start, end);
  }

  /** As it was added; a slice. */
  sealed(number: number): Buffer {
    const memory = this.#memory[number];
    assert(memory !== undefined, () => `there is no row ${number}`);
    return memory.subarray(this.#starts[number], this.#ends[number]);
  }

  #key(number: number): Span {
    const memory = this.#memory[number];
    const start = this.#starts[number];
    assert(memory !== undefined && start !== undefined, () => `there is no row ${number}`);
    return itemKeySpan(memory, start + sealedHeadBytes);
  }
}

/** In the order of unsigned bytes, like the engine. */
function compare(a: Span, b: Span): number {
  const length = Math.min(a.end - a.start, b.end - b.start);
  for (let i = 0; i < length; i++) {
    const order = (a.memory[a.start + i] as number) - (b.memory[b.start + i] as number);
    if (order !== 0) return order;
  }
  return a.end - a.start - (b.end - b.start);
}
