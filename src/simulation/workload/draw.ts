// What the clients of a run will ask, drawn from the seed. Swarm testing (Groce et al. 2012): each
// seed draws its own mix of kinds, levels, keys and haste, because a run that does a bit of
// everything does nothing often.

import type { NodeId } from '../../core/model/ids.ts';
import { tick } from '../../core/model/ids.ts';
import type { Consistency } from '../../core/model/operation.ts';
import type { Random } from '../../core/model/random.ts';
import type { OperationKind, PlannedOperation } from '../plan.ts';
import type { KeyClass } from './keys.ts';
import { keyOf } from './keys.ts';

export interface WorkloadDraw {
  /** A stream of the workload's own. */
  readonly random: Random;
  readonly members: readonly NodeId[];
  /** Operations are issued in this time. */
  readonly ticks: number;
}

/** Judging a history costs more than making it: no run asks more than this. */
const operationsMax = 500;

interface Mix {
  readonly clients: number;
  /** Ticks between two operations, on average. */
  readonly gap: number;
  readonly keys: Readonly<Record<KeyClass, number>>;
  readonly classes: Readonly<Record<KeyClass, number>>;
  /** Share of operations that go to the first key of their class. */
  readonly hot: number;
  readonly all: number;
  readonly one: number;
  readonly big: number;
  readonly named: number;
  readonly retriesMax: number;
  readonly deadlineMax: number;
}

export function drawOperations({ random, members, ticks }: WorkloadDraw): PlannedOperation[] {
  const mix = drawMix(random.stream('mix'));
  const times = random.stream('times');
  const operations: PlannedOperation[] = [];
  let at = times.between(5, 40);
  for (let id = 1; at < ticks && id <= operationsMax; id++) {
    operations.push(drawOperation({ id, at, mix, members, random: random.stream(`draw/${id}`) }));
    // Half of them come in bursts.
    at += times.chance(0.5) ? times.below(2) : times.between(1, 4 * mix.gap);
  }
  return operations;
}

function drawMix(random: Random): Mix {
  const some = (share: number, most: number) =>
    random.chance(share) ? random.between(1, most) : 0;
  return {
    clients: random.between(2, 8),
    gap: random.between(2, 8),
    keys: {
      register: random.between(1, 5),
      list: random.between(1, 2),
      counter: random.between(1, 2),
      mixed: random.between(1, 4),
    },
    classes: {
      register: random.between(1, 6),
      list: some(0.6, 3),
      counter: some(0.7, 5),
      mixed: some(0.8, 5),
    },
    hot: random.between(2, 9) / 10,
    all: random.chance(0.7) ? random.between(1, 4) / 10 : 0,
    one: random.between(2, 8) / 10,
    big: random.chance(0.4) ? random.between(1, 3) / 20 : 0,
    named: random.between(0, 10) / 10,
    retriesMax: random.between(1, 8),
    deadlineMax: random.between(40, 240),
  };
}

interface Draw {
  readonly id: number;
  readonly at: number;
  readonly mix: Mix;
  readonly members: readonly NodeId[];
  readonly random: Random;
}

function drawOperation({ id, at, mix, members, random }: Draw): PlannedOperation {
  const keyClass = drawWeighted(random, mix.classes);
  const kind = drawWeighted(random, kindsOf[keyClass]);
  const number = random.chance(mix.hot) ? 1 : random.between(1, mix.keys[keyClass]);
  return {
    id,
    at: tick(at),
    client: random.between(1, mix.clients),
    via: random.chance(mix.named) ? drawFrom(random, members) : 'leader',
    kind,
    key:
      kind === 'scan'
        ? drawFrom(random, ['', '', keyOf(keyClass, 1).charAt(0)])
        : keyOf(keyClass, number),
    value: drawValue(random, { id, kind, mix }),
    consistency: drawLevel(random, { keyClass, kind, mix }),
    retries: random.between(0, mix.retriesMax),
    deadlineTicks: random.between(20, mix.deadlineMax),
  };
}

const kindsOf: Readonly<Record<KeyClass, Partial<Record<OperationKind, number>>>> = {
  register: { read: 30, write: 30, cas: 20, delete: 8, scan: 6 },
  list: { append: 60, read: 35, scan: 5 },
  counter: { increment: 65, read: 33, scan: 2 },
  mixed: { read: 35, write: 45, cas: 10, delete: 12, scan: 4 },
};

function drawLevel(
  random: Random,
  { keyClass, kind, mix }: { keyClass: KeyClass; kind: OperationKind; mix: Mix },
): Consistency {
  const mayBeOne = kind === 'read' || kind === 'write' || kind === 'delete';
  if (keyClass === 'mixed' && mayBeOne && random.chance(mix.one)) return 'one';
  // A weak read says little of the other classes, but must never show what nobody wrote.
  if (kind === 'read' && random.chance(0.05)) return 'one';
  return random.chance(mix.all) ? 'all' : 'quorum';
}

function drawValue(
  random: Random,
  { id, kind, mix }: { id: number; kind: OperationKind; mix: Mix },
): string | null {
  if (kind === 'append') return `${id},`;
  if (kind === 'increment') return String(random.chance(0.8) ? 1 : random.between(2, 9));
  if (kind !== 'write' && kind !== 'cas') return null;
  if (!random.chance(mix.big)) return `v${id}`;
  return `v${id}~${random.chance(0.8) ? random.between(100, 1500) : random.between(2000, 20_000)}`;
}

function drawFrom<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[random.below(items.length)];
  if (item === undefined) throw new RangeError('nothing to draw from');
  return item;
}

function drawWeighted<Name extends string>(
  random: Random,
  weights: Partial<Readonly<Record<Name, number>>>,
): Name {
  const names = Object.keys(weights) as Name[];
  const sum = names.reduce((total, name) => total + (weights[name] ?? 0), 0);
  let left = random.below(sum);
  for (const name of names) {
    left -= weights[name] ?? 0;
    if (left < 0) return name;
  }
  return drawFrom(random, names);
}
