// The graph of dependencies (Adya 1999, section 3): who must come before whom in any serial order,
// and why.
//
//   ww        u's version of an object comes right after t's
//   wr        u read what t wrote
//   rw        u overwrote what t had read (anti-dependency)
//   process   one client ran t, then u
//   realtime  t had returned before u was called

export const edges = { ww: 1, wr: 2, rw: 4, process: 8, realtime: 16 } as const;
export type EdgeKind = keyof typeof edges;

/** Edges that come from data, not from time. */
export const dataEdges = edges.ww | edges.wr | edges.rw;

const kindsInOrder: readonly EdgeKind[] = ['ww', 'wr', 'rw', 'process', 'realtime'];

interface Edge {
  mask: number;
  readonly reasons: Map<EdgeKind, string>;
}

export class DependencyGraph {
  readonly #out: Map<number, Edge>[] = [];
  readonly size: number;
  #dataEdges = 0;

  constructor(size: number) {
    this.size = size;
    for (let node = 0; node < size; node++) this.#out.push(new Map());
  }

  /** An edge from a node to itself says nothing and is left out. */
  add(edge: {
    readonly from: number;
    readonly to: number;
    readonly kind: EdgeKind;
    readonly why: string;
  }): void {
    const { from, to, kind, why } = edge;
    const row = this.#out[from];
    if (from === to || row === undefined) return;
    const known = row.get(to) ?? { mask: 0, reasons: new Map<EdgeKind, string>() };
    row.set(to, known);
    if ((known.mask & edges[kind]) !== 0) return;
    known.mask |= edges[kind];
    known.reasons.set(kind, why);
    if ((edges[kind] & dataEdges) !== 0) this.#dataEdges++;
  }

  get dataEdgeCount(): number {
    return this.#dataEdges;
  }

  /** Where edges of `mask` lead from `node`. */
  *successors(node: number, mask: number): Generator<readonly [to: number, mask: number]> {
    for (const [to, edge] of this.#out[node] ?? [])
      if ((edge.mask & mask) !== 0) yield [to, edge.mask & mask];
  }

  /** The plainest edge of `mask` between two nodes: data before time. */
  plainest(
    from: number,
    to: number,
    mask: number,
  ): { readonly kind: EdgeKind; readonly why: string } | null {
    const edge = this.#out[from]?.get(to);
    if (edge === undefined) return null;
    for (const kind of kindsInOrder) {
      const why = edge.reasons.get(kind);
      if ((edges[kind] & mask) !== 0 && why !== undefined) return { kind, why };
    }
    return null;
  }
}
