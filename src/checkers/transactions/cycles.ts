// Finds the smallest cycle of each forbidden shape. A shape is a kind of edge that the cycle must
// hold, and what the rest may be. Whether a cycle exists is decided by components; only its
// smallest form costs a search.
//
//   G0             ww only
//   G1c            ww and wr, at least one wr
//   G-single       exactly one rw
//   G-nonadjacent  several rw, no two in a row (snapshot isolation forbids it too)
//   G2             any rw

import type { Budget } from '../budget.ts';
import { componentsOf } from './components.ts';
import { type DependencyGraph, dataEdges, edges } from './graph.ts';

export type Shape = 'G0' | 'G1c' | 'G-single' | 'G-nonadjacent' | 'G2';

/**
 * Nodes in order; the last one leads back to the first. The first edge is of the kind that the
 * shape must hold.
 */
export type Cycle = readonly number[];

export interface CycleSearch {
  readonly graph: DependencyGraph;
  readonly shape: Shape;
  /** process and realtime edges that may take part. */
  readonly timeMask: number;
  readonly budget: Budget;
}

export type CycleFinding =
  | { readonly kind: 'cycle'; readonly nodes: Cycle }
  | { readonly kind: 'none' | 'gave-up' };

interface Plan {
  readonly must: number;
  readonly rest: number;
  /** 2: no two rw edges in a row. */
  readonly layers: 1 | 2;
}

const { ww, wr, rw } = edges;
const plans: Readonly<Record<Shape, Plan>> = {
  G0: { must: ww, rest: ww, layers: 1 },
  G1c: { must: wr, rest: ww | wr, layers: 1 },
  'G-single': { must: rw, rest: ww | wr, layers: 2 },
  'G-nonadjacent': { must: rw, rest: ww | wr | rw, layers: 2 },
  G2: { must: rw, rest: ww | wr | rw, layers: 1 },
};

/** Starting edges that are tried for a smaller cycle once one is known. */
const attemptsMax = 300;

/** False: no shape has a cycle, which one look at the components of everything tells. */
export function hasCycles(graph: DependencyGraph, timeMask: number): boolean {
  const plan: Plan = { must: 0, rest: dataEdges | timeMask, layers: 1 };
  const component = componentsOf(graph.size, (node) => moves(graph, node, plan));
  return new Set(component).size < graph.size;
}

export function findCycle({ graph, shape, timeMask, budget }: CycleSearch): CycleFinding {
  const plan: Plan = { ...plans[shape], rest: plans[shape].rest | timeMask };
  let best: Cycle | null = null;
  let attempts = 0;
  for (const [from, to] of edgesOnCycles(graph, plan)) {
    if (best !== null && (best.length === 2 || attempts >= attemptsMax)) break;
    if (budget.isOver())
      return best === null ? { kind: 'gave-up' } : { kind: 'cycle', nodes: best };
    attempts++;
    const path = shortestPath(graph, { from: to, to: from, plan });
    if (path !== null && (best === null || path.length < best.length))
      best = [from, ...path.slice(0, -1)];
  }
  return best === null ? { kind: 'none' } : { kind: 'cycle', nodes: best };
}

/** Edges of the kind that the shape must hold, both ends in one component. */
function* edgesOnCycles(
  graph: DependencyGraph,
  plan: Plan,
): Generator<readonly [from: number, to: number]> {
  const component = componentsOf(graph.size * plan.layers, (state) => moves(graph, state, plan));
  const layers = plan.layers;
  for (let from = 0; from < graph.size; from++) {
    for (const [to] of graph.successors(from, plan.must)) {
      const end = to * layers + (layers - 1);
      if (component[from * layers] === component[end]) yield [from, to];
    }
  }
}

/**
 * With two layers a state is a node and whether an rw edge led there; from there no second rw may
 * follow. With one layer it is the node.
 */
function* moves(graph: DependencyGraph, state: number, plan: Plan): Generator<number> {
  const { layers, must, rest } = plan;
  const mask = must | rest;
  if (layers === 1) {
    for (const [to] of graph.successors(state, mask)) yield to;
    return;
  }
  const cameByRw = state % 2 === 1;
  for (const [to, found] of graph.successors(state >> 1, mask)) {
    if ((found & ~rw) !== 0) yield to * 2;
    if ((found & rw) !== 0 && !cameByRw) yield to * 2 + 1;
  }
}

interface Trip {
  readonly from: number;
  readonly to: number;
  readonly plan: Plan;
}

/** Breadth first; null when there is no way. */
function shortestPath(graph: DependencyGraph, { from, to, plan }: Trip): readonly number[] | null {
  const { layers } = plan;
  const within: Plan = { ...plan, must: 0 };
  const start = from * layers + (layers - 1);
  const goal = to * layers;
  const parents = new Map<number, number>([[start, -1]]);
  const queue = [start];
  for (let at = 0; at < queue.length; at++) {
    const state = queue[at] ?? 0;
    for (const next of moves(graph, state, within)) {
      if (parents.has(next)) continue;
      parents.set(next, state);
      if (next === goal) return pathTo(goal, parents).map((each) => Math.floor(each / layers));
      queue.push(next);
    }
  }
  return null;
}

function pathTo(goal: number, parents: ReadonlyMap<number, number>): readonly number[] {
  const path: number[] = [];
  for (let state = goal; state >= 0; state = parents.get(state) ?? -1) path.push(state);
  return path.reverse();
}
