// Tells a cycle in words: who takes part, and for each why it must come before the next, until the
// last must come before the first.

import type { Anomaly } from '../judgement.ts';
import type { Cycle, Shape } from './cycles.ts';
import { type DependencyGraph, type EdgeKind, edges } from './graph.ts';
import { showSteps, type Transaction, type WriteWord } from './transaction.ts';

export interface FoundCycle {
  readonly graph: DependencyGraph;
  readonly nodes: Cycle;
  readonly shape: Shape;
  readonly timeMask: number;
  readonly committed: readonly Transaction[];
  readonly word: WriteWord;
}

interface Step {
  readonly kind: EdgeKind;
  readonly why: string;
}

const meaning: Readonly<Record<Shape, string>> = {
  G0: 'write cycle: transactions overwrote each other in both directions',
  G1c: 'circular information flow: each transaction saw or followed the other',
  'G-single': 'read skew: a transaction missed a write of one that it must come after',
  'G-nonadjacent': 'transactions missed each other’s writes, never two in a row',
  G2: 'write skew: transactions missed each other’s writes',
};

export function explainCycle(the: FoundCycle): Anomaly {
  const { nodes, graph, committed, word } = the;
  const members = nodes.flatMap((node) => committed.find((each) => each.node === node) ?? []);
  const steps = nodes.map((node, at) =>
    stepBetween(graph, the, [node, nodes[(at + 1) % nodes.length] ?? 0]),
  );
  const shape = shapeOf(steps);
  const name = `${shape}${suffix(steps)}`;
  const label = (at: number): string => `T${(at % members.length) + 1}`;
  return {
    name,
    why: `${name}, a cycle of ${members.length} transactions; ${meaning[shape]}`,
    story: [
      ...members.map((each, at) => `${label(at)} = ${introduce(each, word)}`),
      ...steps.map(
        ({ kind, why }, at) =>
          `${label(at)} before ${label(at + 1)} (${kind}): ${spell(why, label, at)}`,
      ),
      `so ${label(0)} must come before itself: no order exists`,
    ],
    witness: members.map(({ operation }) => operation),
  };
}

function stepBetween(
  graph: DependencyGraph,
  { timeMask }: FoundCycle,
  [from, to]: readonly [number, number],
): Step {
  const mask = edges.ww | edges.wr | edges.rw | timeMask;
  return graph.plainest(from, to, mask) ?? { kind: 'ww', why: '' };
}

const spell = (why: string, label: (at: number) => string, at: number): string =>
  why
    .replace(/\bthe other\b/g, label(at))
    .replace(/\bit\b/, label(at + 1))
    .replace(/\bthat\b/, label(at));

function introduce(transaction: Transaction, word: WriteWord): string {
  const { client, line, outcome } = transaction.operation;
  const who = client === null ? '' : `client ${client}, `;
  const end = outcome === 'unknown' ? ' (outcome unknown, but its write was seen)' : '';
  return `${who}line ${line}: ${showSteps(transaction, word)}${end}`;
}

/** What the cycle is, by the plainest edges between its members. */
function shapeOf(steps: readonly Step[]): Shape {
  const missed = steps.filter(({ kind }) => kind === 'rw').length;
  if (missed === 0) return steps.some(({ kind }) => kind === 'wr') ? 'G1c' : 'G0';
  if (missed === 1) return 'G-single';
  const adjacent = steps.some(
    ({ kind }, at) => kind === 'rw' && steps[(at + 1) % steps.length]?.kind === 'rw',
  );
  return adjacent ? 'G2' : 'G-nonadjacent';
}

function suffix(steps: readonly Step[]): string {
  if (steps.some(({ kind }) => kind === 'realtime')) return '-realtime';
  return steps.some(({ kind }) => kind === 'process') ? '-process' : '';
}
