// Whose turn it is to be probed (SWIM, section 4.3): a shuffled list, walked from front to end, then
// shuffled again. Invariant: two turns of the same member are at most 2(n−1) − 1 turns apart, where
// n − 1 members are in the list.

import type { NodeId } from '../model/ids.ts';
import type { Random } from '../model/random.ts';

export class Rotation {
  readonly #random: Random;
  readonly #nodes: NodeId[];
  #next: number;

  constructor(nodes: readonly NodeId[], random: Random) {
    this.#nodes = [...nodes];
    this.#next = nodes.length;
    this.#random = random;
  }

  /** At a random place, as the paper asks: so that a newcomer's turn comes as soon as any other's. */
  add(node: NodeId): void {
    if (this.#nodes.includes(node)) return;
    const place = this.#random.between(0, this.#nodes.length);
    this.#nodes.splice(place, 0, node);
    if (place < this.#next) this.#next += 1;
  }

  remove(node: NodeId): void {
    const place = this.#nodes.indexOf(node);
    if (place < 0) return;
    this.#nodes.splice(place, 1);
    if (place < this.#next) this.#next -= 1;
  }

  /** null: nobody to probe. */
  next(): NodeId | null {
    if (this.#next >= this.#nodes.length) {
      shuffle(this.#nodes, this.#random);
      this.#next = 0;
    }
    return this.#nodes[this.#next++] ?? null;
  }
}

/** Every order equally likely (Fisher and Yates). */
function shuffle(nodes: NodeId[], random: Random): void {
  for (let i = nodes.length - 1; i > 0; i--) {
    const j = random.between(0, i);
    const taken = nodes[i] as NodeId;
    nodes[i] = nodes[j] as NodeId;
    nodes[j] = taken;
  }
}

/** `count` different ones of `nodes`, or all of them. */
export function draw(nodes: readonly NodeId[], count: number, random: Random): NodeId[] {
  const drawn = [...nodes];
  for (let i = 0; i < Math.min(count, drawn.length); i++) {
    const j = random.between(i, drawn.length - 1);
    const taken = drawn[i] as NodeId;
    drawn[i] = drawn[j] as NodeId;
    drawn[j] = taken;
  }
  return drawn.slice(0, count);
}
