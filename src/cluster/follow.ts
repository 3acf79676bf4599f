// Lines of growing files, as `tail -f` gives them: what is there, then what is added. A file that
// is not there yet is waited for; one that becomes shorter is read from its beginning again.

import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { pause } from './wait-until.ts';

export interface FollowedFile {
  readonly name: string;
  readonly path: string;
}

export interface FollowedLine {
  readonly name: string;
  readonly line: string;
}

const pollMs = 100;
const chunkBytes = 64 << 10;

/** Lines of all files, each file's in order, until `signal` aborts. */
export async function* followLines(
  files: readonly FollowedFile[],
  options: { readonly signal: AbortSignal },
): AsyncGenerator<FollowedLine> {
  const tails = files.map((file) => new Tail(file));
  while (!options.signal.aborted) {
    for (const tail of tails) yield* tail.newLines();
    await pause(pollMs);
  }
}

/** What a file gains from `offset` on. */
export class Tail {
  readonly #file: FollowedFile;
  #offset: number;
  #decoder = new StringDecoder('utf8');
  #partial = '';

  constructor(file: FollowedFile, offset = 0) {
    this.#file = file;
    this.#offset = offset;
  }

  /** Whole lines that came since the last call. */
  *newLines(): Generator<FollowedLine> {
    for (let text = this.#readMore(); text !== ''; text = this.#readMore()) {
      const lines = (this.#partial + text).split('\n');
      this.#partial = lines.pop() ?? '';
      for (const line of lines) yield { name: this.#file.name, line };
    }
  }

  #readMore(): string {
    const size = statSync(this.#file.path, { throwIfNoEntry: false })?.size ?? 0;
    if (size < this.#offset) this.#startOver();
    if (size === this.#offset) return '';
    const file = openSync(this.#file.path, 'r');
    try {
      const bytes = Buffer.alloc(Math.min(chunkBytes, size - this.#offset));
      const read = readSync(file, bytes, 0, bytes.length, this.#offset);
      this.#offset += read;
      return this.#decoder.write(bytes.subarray(0, read));
    } finally {
      closeSync(file);
    }
  }

  #startOver(): void {
    this.#offset = 0;
    this.#decoder = new StringDecoder('utf8');
    this.#partial = '';
  }
}
