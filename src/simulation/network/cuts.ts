// Who can not reach whom, from the partitions and isolations in force together: tells the network
// only what changes.

import type { NodeId } from '../../core/model/ids.ts';
import type { Isolate, Partition } from '../../faults/fault.ts';
import type { SimulatedNetwork } from './network.ts';

export type CutFault = Partition | Isolate;

export class Cuts {
  readonly #network: SimulatedNetwork;
  readonly #members: readonly NodeId[];
  readonly #isCut = new Set<string>();
  readonly #isSevered = new Set<string>();

  constructor(options: { network: SimulatedNetwork; members: readonly NodeId[] }) {
    this.#network = options.network;
    this.#members = options.members;
  }

  /** The cuts in force from now on. */
  change(faults: readonly CutFault[]): void {
    for (const [at, from] of this.#members.entries()) {
      for (const to of this.#members.slice(at + 1)) this.#changePair(from, to, faults);
    }
  }

  #changePair(a: NodeId, b: NodeId, faults: readonly CutFault[]): void {
    const cutting = faults.filter((fault) => cuts(fault, a, b) || cuts(fault, b, a));
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const name = `${from} ${to}`;
      const isCut = cutting.some((fault) => cuts(fault, from, to));
      if (isCut === this.#isCut.has(name)) continue;
      if (isCut) this.#network.cut(from, to);
      else this.#network.heal(from, to);
      if (isCut) this.#isCut.add(name);
      else this.#isCut.delete(name);
    }
    const pair = `${a} ${b}`;
    const isSevered = cutting.some(breaks);
    if (isSevered === this.#isSevered.has(pair)) return;
    if (isSevered) this.#network.sever(a, b);
    else this.#network.join(a, b);
    if (isSevered) this.#isSevered.add(pair);
    else this.#isSevered.delete(pair);
  }
}

function breaks(fault: CutFault): boolean {
  return fault.breaks && !(fault.kind === 'partition' && fault.oneWay);
}

function cuts(fault: CutFault, from: NodeId, to: NodeId): boolean {
  if (fault.kind === 'isolate') return fault.node === from || fault.node === to;
  const [a, b] = [groupOf(fault, from), groupOf(fault, to)];
  return a !== b && (!fault.oneWay || a === 0);
}

/** Of nodes in no group: -1. */
function groupOf({ groups }: Partition, node: NodeId): number {
  return groups.findIndex((group) => group.includes(node));
}
