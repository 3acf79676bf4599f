// A file that is written line by line, quickly, and whole or not at all: lines gather in memory, go
// to the disk in blocks, and a failure is told when it is closed, never to whoever writes a line.

import { closeSync, openSync, writeSync } from 'node:fs';

const blockChars = 1 << 18;

export class LineFile {
  readonly #file: number;
  #lines: string[] = [];
  #chars = 0;
  #failure: { readonly cause: unknown } | null = null;

  /** Replaces what is there. Throws what the file system refuses. */
  constructor(path: string) {
    this.#file = openSync(path, 'w', 0o644);
  }

  /** Never throws. */
  write(line: string): void {
    this.#lines.push(line);
    this.#chars += line.length + 1;
    if (this.#chars >= blockChars) this.#flush();
  }

  /** Throws the first failure of any write. */
  close(): void {
    this.#flush();
    closeSync(this.#file);
    if (this.#failure !== null) throw this.#failure.cause;
  }

  #flush(): void {
    if (this.#chars === 0) return;
    const bytes = Buffer.from(`${this.#lines.join('\n')}\n`);
    this.#lines = [];
    this.#chars = 0;
    if (this.#failure !== null) return;
    try {
      for (let at = 0; at < bytes.length; ) at += writeSync(this.#file, bytes, at);
    } catch (cause) {
      this.#failure = { cause };
    }
  }
}
