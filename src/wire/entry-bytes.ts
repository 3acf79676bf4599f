// Remembers the bytes of the entries that are on their way, so that each is encoded once for the
// disk and all followers. Two generations, not a WeakMap: a weak table of a whole log costs every
// collection of garbage, and the bytes of an entry that has left are dead weight.

import type { Entry } from '../core/model/entry.ts';

/** A generation ends here: more than a turn of the loop has on its way … */
const entriesMax = 4096;
/** … and little memory beside what the logs themselves may hold. */
const bytesMax = 4 << 20;

export class EntryBytes {
  #young = new Map<Entry, Uint8Array>();
  #old = new Map<Entry, Uint8Array>();
  #youngBytes = 0;

  get(entry: Entry): Uint8Array | undefined {
    return this.#young.get(entry) ?? this.#old.get(entry);
  }

  set(entry: Entry, bytes: Uint8Array): void {
    if (this.#young.size >= entriesMax || this.#youngBytes >= bytesMax) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#youngBytes = 0;
    }
    this.#young.set(entry, bytes);
    this.#youngBytes += bytes.length;
  }
}
