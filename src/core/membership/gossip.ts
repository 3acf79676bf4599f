// Rumours on their way out (SWIM, section 4.1): they ride on whatever is sent, those told least
// often first, each a bounded number of times. One rumour per subject: a newer one takes its place.

import type { NodeId } from '../model/ids.ts';
import type { Rumour } from './messages.ts';

interface Entry {
  readonly rumour: Rumour;
  /** The greater, the newer. */
  readonly order: number;
  sent: number;
}

export class Gossip {
  readonly #entries = new Map<NodeId, Entry>();
  #order = 0;

  get size(): number {
    return this.#entries.size;
  }

  add(rumour: Rumour): void {
    this.#order += 1;
    this.#entries.set(rumour.node, { rumour, order: this.#order, sent: 0 });
  }

  forget(subject: NodeId): void {
    this.#entries.delete(subject);
  }

  /** At most `count` rumours for one message, counted as sent; at `transmissions` they are done. */
  take(options: { readonly count: number; readonly transmissions: number }): Rumour[] {
    if (this.#entries.size === 0) return [];
    const taken = [...this.#entries.values()]
      .sort((a, b) => a.sent - b.sent || b.order - a.order)
      .slice(0, options.count);
    for (const entry of taken) {
      entry.sent += 1;
      if (entry.sent >= options.transmissions) this.#entries.delete(entry.rumour.node);
    }
    return taken.map(({ rumour }) => rumour);
  }
}
