// What waits to be sent to one node. Requests share frames: a node handles a frame in one turn, with
// one write and one message to each peer, whatever is in it.

import type { Request } from '../core/model/operation.ts';

/** Bytes of requests that one frame takes; one bigger request goes alone. */
const frameBytesGoal = 256 << 10;

export class Outbox<Item extends { readonly request: Request }> {
  readonly #items = new Set<Item>();
  #bytes = 0;

  get isEmpty(): boolean {
    return this.#items.size === 0;
  }

  /** To wait for more would not make the next frame bigger. */
  get fillsFrame(): boolean {
    return this.#bytes >= frameBytesGoal;
  }

  add(item: Item): void {
    this.#items.add(item);
    this.#bytes += sizeOf(item.request);
  }

  remove(item: Item): void {
    if (this.#items.delete(item)) this.#bytes -= sizeOf(item.request);
  }

  /** The items of the next frame, oldest first: as many as it takes, and at least one. */
  takeFrame(): readonly Item[] {
    const items: Item[] = [];
    let bytes = 0;
    for (const item of this.#items) {
      const size = sizeOf(item.request);
      if (items.length > 0 && bytes + size > frameBytesGoal) break;
      bytes += size;
      items.push(item);
      this.#items.delete(item);
    }
    this.#bytes -= bytes;
    return items;
  }

  takeAll(): readonly Item[] {
    const items = [...this.#items];
    this.#items.clear();
    this.#bytes = 0;
    return items;
  }
}

/** Roughly what a request takes in a frame. */
function sizeOf({ operation }: Request): number {
  const value = operation.kind === 'put' ? operation.value.length : 0;
  return value + 128;
}
