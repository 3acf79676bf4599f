// Seeded chance: xoshiro128** (Blackman & Vigna 2018), seeded through splitmix32 from text. Every
// user of chance draws from a stream with its own name, so that one more draw in one place shifts
// no other.

/** A deterministic stream of numbers. */
export interface Random {
  /** Uniform integer in [0, bound); bound is 1..2^32. */
  below(bound: number): number;
  /** Uniform integer in [low, high], both included. */
  between(low: number, high: number): number;
  /** True with probability `p` (0..1). */
  chance(p: number): boolean;
  /**
   * An independent stream that depends on this stream's seed and the name only, not on draws made
   * so far.
   */
  stream(name: string): Random;
}

/** A stream for `seed`; equal seeds give equal streams on every platform. */
export function seededRandom(seed: string | number): Random {
  return new Xoshiro(String(seed));
}

class Xoshiro implements Random {
  readonly #seed: string;
  readonly #state: Uint32Array;

  constructor(seed: string) {
    this.#seed = seed;
    this.#state = expandSeed(seed);
  }

  below(bound: number): number {
    return Math.floor((this.#next() / 4294967296) * bound);
  }

  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  chance(p: number): boolean {
    return this.#next() / 4294967296 < p;
  }

  stream(name: string): Random {
    return new Xoshiro(`${this.#seed}/${name}`);
  }

  #next(): number {
    const s = this.#state as unknown as [number, number, number, number];
    const result = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotateLeft(s[3], 11);
    return result;
  }
}

function rotateLeft(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

/** FNV-1a over code units, then splitmix32: four words that are never all zero. */
function expandSeed(seed: string): Uint32Array {
  let hash = 0x811c9dc5;
  for (let i = 0; i < seed.length; i++) hash = Math.imul(hash ^ seed.charCodeAt(i), 0x01000193);
  const state = new Uint32Array(4);
  for (let i = 0; i < 4; i++) {
    hash = (hash + 0x9e3779b9) | 0;
    let z = hash ^ (hash >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    state[i] = z ^ (z >>> 15);
  }
  if (state.every((word) => word === 0)) state[0] = 1;
  return state;
}
