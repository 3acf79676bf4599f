// The next segment, made while the current one fills: zeros are written and synced in the
// background, so that a rotation costs a rename. A spare that could not be made is made again when
// it is needed, and fails then.

import { join } from 'node:path';
import { encodeSegmentHeader } from './block.ts';
import type { Files } from './files.ts';

export const spareName = 'spare';

export interface SpareOptions {
  readonly files: Files;
  /** wal/ */
  readonly directory: string;
}

interface Prepared {
  readonly number: number;
  readonly size: number;
}

export class Spare {
  readonly #files: Files;
  readonly #path: string;
  /** Resolves to null when the disk refused. */
  #preparing: Promise<Prepared | null> = Promise.resolve(null);

  constructor({ files, directory }: SpareOptions) {
    this.#files = files;
    this.#path = join(directory, spareName);
  }

  prepare(number: number, size: number): void {
    this.#preparing = this.#make(number, size).then(
      () => ({ number, size }),
      () => this.#giveBack(),
    );
  }

  /** Puts a segment of at least `size` bytes at `path`, durably; returns its size. */
  async take(path: string, number: number, size: number): Promise<number> {
    const prepared = await this.#preparing;
    const fits = prepared?.number === number && prepared.size >= size;
    if (!fits) await this.#make(number, size);
    await this.#files.rename(this.#path, path);
    return fits ? prepared.size : size;
  }

  async settled(): Promise<void> {
    await this.#preparing;
  }

  #make(number: number, size: number): Promise<void> {
    return this.#files.create(this.#path, encodeSegmentHeader({ number, size }), size);
  }

  /** Half a spare on a full disk takes the room that the state needs. */
  async #giveBack(): Promise<null> {
    return this.#files.remove(this.#path).then(
      () => null,
      () => null,
    );
  }
}
