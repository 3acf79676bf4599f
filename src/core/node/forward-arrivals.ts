// Which forwarded attempts have arrived here. A second copy of one would be executed at most once
// too, but it would be ANSWERED again: refused for a reason of its own (a full window), while the
// first copy takes effect. So a copy is not answered at all.

import type { NodeId } from '../model/ids.ts';

/** Attempts of one peer that may overtake each other, and still be told from copies. */
const windowMax = 1024;

interface Arrivals {
  /** A peer numbers its attempts upwards, through all its lives. */
  newest: number;
  /** All above newest - windowMax, and older ones that are thrown out now and then. */
  readonly seen: Set<number>;
}

export class ForwardArrivals {
  readonly #byPeer = new Map<NodeId, Arrivals>();

  /** False: this attempt has arrived before, or is too old to tell. */
  admit(from: NodeId, id: number): boolean {
    const arrivals = this.#of(from);
    const { seen } = arrivals;
    if (id <= arrivals.newest - windowMax || seen.has(id)) return false;
    seen.add(id);
    arrivals.newest = Math.max(arrivals.newest, id);
    // Seldom, so that an arrival does not pay for a walk over the window.
    if (seen.size > 2 * windowMax) forget(seen, arrivals.newest - windowMax);
    return true;
  }

  /** Another disk under the name numbers from the beginning. */
  forget(peer: NodeId): void {
    this.#byPeer.delete(peer);
  }

  #of(peer: NodeId): Arrivals {
    let arrivals = this.#byPeer.get(peer);
    if (arrivals === undefined) {
      arrivals = { newest: 0, seen: new Set() };
      this.#byPeer.set(peer, arrivals);
    }
    return arrivals;
  }
}

function forget(seen: Set<number>, upTo: number): void {
  for (const id of seen) if (id <= upTo) seen.delete(id);
}
