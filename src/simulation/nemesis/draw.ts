// The faults of a run, drawn from its seed. Swarm testing (Groce et al. 2012): each seed leaves some
// kinds out and makes others frequent, because a run with a bit of everything never has much of
// anything. Each kind draws from its own stream.

import type { NodeId, Tick } from '../../core/model/ids.ts';
import { tick } from '../../core/model/ids.ts';
import type { Random } from '../../core/model/random.ts';
import type { Fault, FaultKind, MembershipFault } from '../../faults/fault.ts';
import { faultKinds, membershipFaultKinds } from '../../faults/fault.ts';
import type { PlannedFault } from '../plan.ts';
import { drawMembershipMix } from './membership-draw.ts';

export type FaultMix = Readonly<Partial<Record<FaultKind, number>>>;

/** Kinds of faults that the world makes by itself. */
type WorldKind = Exclude<FaultKind, MembershipFault['kind']>;
type WorldFault = Exclude<Fault, MembershipFault>;
const isOfMembership = (kind: FaultKind): boolean =>
  (membershipFaultKinds as readonly FaultKind[]).includes(kind);
const worldKinds = faultKinds.filter((kind): kind is WorldKind => !isOfMembership(kind));

export interface FaultDraw {
  readonly random: Random;
  readonly members: readonly NodeId[];
  /** Faults strike in this time. */
  readonly ticks: number;
  /** Disks that may be destroyed: a cluster that loses more can not go on, and need not. */
  readonly disksLostMax: number;
}

/** Faults of each kind in 10,000 ticks, in a run that has them: at least, at most. */
const frequency: Readonly<Record<WorldKind, readonly [min: number, max: number]>> = {
  kill: [3, 30],
  'power-cut': [3, 30],
  restart: [2, 12],
  pause: [3, 20],
  partition: [3, 20],
  isolate: [3, 15],
  slow: [3, 20],
  flaky: [3, 20],
  dup: [3, 20],
  reorder: [3, 20],
  skew: [2, 12],
  'clock-jump': [2, 12],
  'disk-slow': [3, 15],
  'disk-full': [2, 8],
  'disk-failing': [2, 8],
  'bit-flip': [1, 3],
  wipe: [1, 3],
  'foreign-frame': [10, 60],
  'garbage-frame': [10, 60],
};

const perTicks = 10_000;
/** Rare by nature: at most one or two in a run, so they come in most runs that may have them. */
const shareOfRuns = 0.5;
const turnsMax = 4;

/** Which kinds this run has, and how many of each in 10,000 ticks. */
export function drawMix(random: Random): FaultMix {
  const mix: Partial<Record<FaultKind, number>> = {};
  for (const kind of worldKinds) {
    const stream = random.stream(kind);
    const [min, max] = frequency[kind];
    if (stream.chance(shareOfRuns)) mix[kind] = stream.between(min, max);
  }
  return { ...mix, ...drawMembershipMix(random.stream('membership')) };
}

export function drawFaults(draw: FaultDraw, mix: FaultMix): PlannedFault[] {
  const faults = worldKinds.flatMap((kind, number) =>
    drawKind(draw, kind, mix[kind] ?? 0).map(
      ({ fault, turn }, at): PlannedFault => ({ id: 1000 * (number + 1) + at, turn, fault }),
    ),
  );
  let disksLost = 0;
  return inOrder(faults).filter(({ fault: { kind } }) => {
    if (kind !== 'wipe' && kind !== 'bit-flip') return true;
    disksLost += 1;
    return disksLost <= draw.disksLostMax;
  });
}

/** By time. */
export function inOrder(faults: readonly PlannedFault[]): PlannedFault[] {
  return [...faults].sort((a, b) => a.fault.at - b.fault.at || a.id - b.id);
}

function drawKind(draw: FaultDraw, kind: WorldKind, rate: number): Omit<PlannedFault, 'id'>[] {
  const random = draw.random.stream(kind);
  const found: Omit<PlannedFault, 'id'>[] = [];
  if (rate === 0) return found;
  const gap = Math.max(1, Math.floor(perTicks / rate));
  for (let at = random.between(1, 2 * gap); at < draw.ticks; at += random.between(1, 2 * gap)) {
    const turn = random.chance(0.5) ? 0 : random.between(1, turnsMax);
    const fault = drawFault(random, { kind, at: tick(at), members: draw.members });
    for (const each of [fault, ...accomplices(random, fault, draw.members)]) {
      found.push({ turn, fault: each });
    }
  }
  return found;
}

/** Faults that strike together: several nodes at once, or a link in both directions. */
function accomplices(
  random: Random,
  fault: WorldFault,
  members: readonly NodeId[],
): readonly WorldFault[] {
  switch (fault.kind) {
    case 'kill':
    case 'power-cut':
    case 'restart':
    case 'pause': {
      if (!random.chance(0.2)) return [];
      const others = members.filter((node) => node !== fault.node && random.chance(0.7));
      return others.map((node) => ({ ...fault, node }));
    }
    case 'slow':
    case 'flaky':
    case 'dup':
    case 'reorder':
      return random.chance(0.4) ? [{ ...fault, from: fault.to, to: fault.from }] : [];
    default:
      return [];
  }
}

interface Place {
  readonly kind: WorldKind;
  readonly at: Tick;
  readonly members: readonly NodeId[];
}

function drawFault(random: Random, { kind, at, members }: Place): WorldFault {
  const node = pick(random, members);
  const lasts = (min: number, max: number) => ({ at, for: drawLength(random, min, max) });
  const link = () => {
    const others = members.filter((name) => name !== node);
    return random.chance(0.5)
      ? { from: node, to: pick(random, others) }
      : { from: pick(random, others), to: node };
  };
  const breaks = random.chance(0.4);
  const share = random.between(5, 60) / 100;
  switch (kind) {
    case 'kill':
    case 'wipe':
      return { kind, node, ...lasts(2, 300) };
    case 'power-cut': {
      const tornBytes = random.chance(0.4) ? 0 : random.between(1, random.chance(0.5) ? 300 : 5000);
      return { kind, node, ...lasts(2, 300), tornBytes, stateBatches: random.below(4) };
    }
    case 'restart':
      return { kind, node, ...lasts(20, 300) };
    case 'pause':
      return { kind, node, ...lasts(1, 250) };
    case 'partition': {
      const oneWay = random.chance(0.35);
      return { kind, groups: drawGroups(random, members), oneWay, breaks, ...lasts(5, 400) };
    }
    case 'isolate':
      return { kind, node, breaks, ...lasts(5, 400) };
    case 'slow': {
      const delay = random.between(1, random.chance(0.5) ? 5 : 40);
      return { kind, ...link(), ...lasts(10, 600), delay, jitter: random.between(0, delay) };
    }
    case 'flaky':
      // A link that loses everything is cut, while both ends hear the others.
      return { kind, ...link(), ...lasts(10, 600), share: random.chance(0.3) ? 1 : share };
    case 'dup':
      return { kind, ...link(), ...lasts(10, 600), share };
    case 'reorder':
      return { kind, ...link(), ...lasts(10, 600), share, window: random.between(1, 30) };
    case 'skew':
      return { kind, node, ...lasts(50, 1500), ms: drawOffset(random) };
    case 'clock-jump':
      return { kind, node, at, ms: drawOffset(random) };
    case 'disk-slow':
      return {
        kind,
        node,
        ...lasts(20, 600),
        delay: random.between(1, random.chance(0.5) ? 10 : 90),
      };
    case 'disk-full':
    case 'disk-failing':
      return { kind, node, ...lasts(20, 300) };
    case 'bit-flip': {
      const where = random.chance(0.6) ? 'log' : 'state';
      const [block, bit] = [random.below(1000), random.below(100_000)];
      return { kind, node, ...lasts(2, 100), where, block, bit };
    }
    case 'foreign-frame':
      return { kind, ...link(), at, stranger: random.chance(0.6) ? 'cluster' : 'storage' };
    case 'garbage-frame':
      return { kind, ...link(), at, content: random.chance(0.5) ? 'noise' : 'flipped' };
  }
}

/** Short ones are as frequent as long ones: half of them are within a tenth of the range. */
function drawLength(random: Random, min: number, max: number): number {
  const range = max - min;
  return (
    min + (random.chance(0.5) ? random.below(Math.ceil(range / 10) + 1) : random.below(range + 1))
  );
}

/** Within what clocks tolerate, or far beyond. */
function drawOffset(random: Random): number {
  const size = random.chance(0.5) ? random.between(1, 450) : random.between(451, 20_000);
  return random.chance(0.5) ? size : -size;
}

/** Two groups, now and then three; none is empty. */
function drawGroups(random: Random, members: readonly NodeId[]): NodeId[][] {
  const count = members.length > 3 && random.chance(0.2) ? 3 : 2;
  const rest = [...members];
  const groups: NodeId[][] = Array.from({ length: count }, () => [take(random, rest)]);
  for (const node of rest) groups[random.below(count)]?.push(node);
  return groups;
}

function take(random: Random, from: NodeId[]): NodeId {
  const [taken] = from.splice(random.below(from.length), 1);
  if (taken === undefined) throw new RangeError('nothing is left to draw');
  return taken;
}

function pick(random: Random, from: readonly NodeId[]): NodeId {
  const picked = from[random.below(from.length)];
  if (picked === undefined) throw new RangeError('nothing to draw from');
  return picked;
}
