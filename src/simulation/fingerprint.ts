// A hash of 64 bits over a growing text, fed line by line. Two lanes of FNV-1a with different
// offsets, mixed at the end (murmur3's finalizer): not for enemies, but no accident goes unseen, and
// every platform gets the same digits.

const prime = 0x01000193;

export class Fingerprint {
  #low = 0x811c9dc5;
  #high = 0x2f0b4a27;

  /** Two whole numbers; below 2^53 each. */
  mix(a: number, b: number): void {
    const wide = (a ^ Math.floor(b / 0x1_0000_0000)) | 0;
    this.#low = Math.imul(this.#low ^ wide, prime);
    this.#high = Math.imul(this.#high ^ (b | 0) ^ this.#low, 0x85ebca6b);
    this.#high ^= this.#high >>> 15;
  }

  add(text: string): void {
    let low = this.#low;
    let high = this.#high;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      low = Math.imul(low ^ code, prime);
      high = Math.imul(high ^ (code + 0x9e37), 0x85ebca6b);
      high ^= high >>> 13;
    }
    this.#low = low;
    this.#high = high;
  }

  /** 16 hexadecimal digits over everything so far. */
  get digits(): string {
    return hex(mixed(this.#low ^ mixed(this.#high))) + hex(mixed(this.#high));
  }
}

function mixed(word: number): number {
  let z = word ^ (word >>> 16);
  z = Math.imul(z, 0x85ebca6b);
  z ^= z >>> 13;
  z = Math.imul(z, 0xc2b2ae35);
  return z ^ (z >>> 16);
}

function hex(word: number): string {
  return (word >>> 0).toString(16).padStart(8, '0');
}
