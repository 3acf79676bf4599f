// The consistent-hash ring (Karger et al. 1997): every node stands at `virtualNodes` points, and
// walking clockwise from any point meets the nodes in the order of preference. Pure and
// deterministic: the same members give the same ring on every node.
//
//      n2 ─ n1 ─ n3            preferenceList(p) starts at p and walks clockwise,
//     /           \            skipping nodes that it has met, and at first also
//    n1     p ──►  n2          zones that it has met.

import type { NodeId } from '../model/ids.ts';
import { compareIds } from '../model/ids.ts';
import { limits } from '../model/limits.ts';

/** 32-bit hash with good avalanche over the UTF-8 bytes of a text. */
export type Hash = (text: string) => number;

export interface RingMember {
  readonly node: NodeId;
  readonly zone: string;
}

interface Position {
  readonly point: number;
  readonly member: RingMember;
}

export class Ring {
  readonly #positions: readonly Position[];
  readonly #members: number;
  readonly #hash: Hash;

  constructor(options: { members: readonly RingMember[]; hash: Hash; virtualNodes?: number }) {
    const perNode = options.virtualNodes ?? limits.virtualNodes;
    this.#hash = options.hash;
    this.#members = options.members.length;
    this.#positions = options.members
      .flatMap((member) => positionsOf(member, perNode, options.hash))
      .sort((a, b) => a.point - b.point || compareIds(a.member.node, b.member.node));
  }

  /** All nodes in the order in which `text` prefers them: distinct zones first, then the rest. */
  preferenceList(text: string): readonly NodeId[] {
    const met = this.#clockwiseFrom(this.#hash(text));
    const zones = new Set<string>();
    const first: NodeId[] = [];
    const rest: NodeId[] = [];
    for (const { node, zone } of met) {
      // An empty zone is no zone: such nodes do not exclude each other.
      if (zone !== '' && zones.has(zone)) rest.push(node);
      else first.push(node);
      zones.add(zone);
    }
    return [...first, ...rest];
  }

  /** Share of the hash space that each node is first for, between 0 and 1; sums to 1. */
  shares(): ReadonlyMap<NodeId, number> {
    const shares = new Map<NodeId, number>();
    let previous = (this.#positions.at(-1)?.point ?? 0) - 2 ** 32;
    for (const { point, member } of this.#positions) {
      shares.set(member.node, (shares.get(member.node) ?? 0) + (point - previous) / 2 ** 32);
      previous = point;
    }
    return shares;
  }

  #clockwiseFrom(point: number): readonly RingMember[] {
    const start = this.#firstAtOrAfter(point);
    const met = new Map<NodeId, RingMember>();
    for (let i = 0; i < this.#positions.length && met.size < this.#members; i++) {
      const position = this.#positions[(start + i) % this.#positions.length];
      if (position && !met.has(position.member.node))
        met.set(position.member.node, position.member);
    }
    return [...met.values()];
  }

  #firstAtOrAfter(point: number): number {
    let low = 0;
    let high = this.#positions.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#positions[middle]?.point ?? 0) < point) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function positionsOf(member: RingMember, count: number, hash: Hash): Position[] {
  return Array.from({ length: count }, (_, i) => ({ point: hash(`${member.node}/${i}`), member }));
}
