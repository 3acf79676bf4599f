// The changes of membership of a run, drawn from its seed: in half of the runs there are none. Who
// joins gets the next number, now and then a name that is there; who leaves, or is replaced, may be
// anybody, those who are to join included. Now and then who leaves is cut off on the way, and takes
// writes that nobody else knows of; and who changes the number of copies thinks better of it.

import type { NodeId } from '../../core/model/ids.ts';
import { nodeId, tick } from '../../core/model/ids.ts';
import type { Random } from '../../core/model/random.ts';
import type { FaultKind, Isolate, MembershipFault } from '../../faults/fault.ts';
import { membershipFaultKinds } from '../../faults/fault.ts';
import type { PlannedFault } from '../plan.ts';

type MembershipKind = MembershipFault['kind'];
type Mix = Readonly<Partial<Record<FaultKind, number>>>;

export interface MembershipDraw {
  readonly random: Random;
  /** Of the birth. */
  readonly members: readonly NodeId[];
  readonly ticks: number;
  readonly replicationFactor: number;
}

const frequency: Readonly<Record<MembershipKind, readonly [min: number, max: number]>> = {
  join: [4, 14],
  leave: [3, 12],
  replace: [3, 9],
  configure: [3, 9],
  revive: [6, 20],
};

const perTicks = 10_000;
const shareOfRuns = 0.5;
const shareOfKinds = 0.6;
/** Machines that may join besides those of the birth. */
const newcomersMax = 4;
const replicationFactorMax = 5;
const turnsMax = 4;
const firstId = 100_000;

export function drawMembershipMix(random: Random): Mix {
  const mix: Partial<Record<MembershipKind, number>> = {};
  if (!random.chance(shareOfRuns)) return mix;
  for (const kind of membershipFaultKinds) {
    const stream = random.stream(kind);
    const [min, max] = frequency[kind];
    if (stream.chance(shareOfKinds)) mix[kind] = stream.between(min, max);
  }
  return mix;
}

export function drawMembership(draw: MembershipDraw, mix: Mix): PlannedFault[] {
  const newcomers = new Newcomers(draw.members);
  const planned: PlannedFault[] = [];
  for (const [number, kind] of membershipFaultKinds.entries()) {
    const random = draw.random.stream(kind);
    let id = firstId + 1000 * number;
    for (const at of times(random, { rate: mix[kind] ?? 0, ticks: draw.ticks })) {
      const turn = random.chance(0.5) ? 0 : random.between(1, turnsMax);
      for (const fault of drawFaults(random, { kind, at, draw, newcomers })) {
        if (fault.at < draw.ticks) planned.push({ id: id++, turn, fault });
      }
    }
  }
  return planned;
}

function times(random: Random, { rate, ticks }: { rate: number; ticks: number }): number[] {
  if (rate === 0) return [];
  const gap = Math.floor(perTicks / rate);
  const found: number[] = [];
  for (let at = random.between(1, gap); at < ticks; at += random.between(1, 2 * gap)) {
    found.push(at);
  }
  return found;
}

interface Place {
  readonly kind: MembershipKind;
  readonly at: number;
  readonly draw: MembershipDraw;
  readonly newcomers: Newcomers;
}

/** Now and then two join, and one leaves, all at once. */
function drawFaults(random: Random, place: Place): readonly (MembershipFault | Isolate)[] {
  const { kind, newcomers } = place;
  const at = tick(place.at);
  const anybody = (): NodeId => pick(random, newcomers.everybody);
  const join = (): MembershipFault => ({
    kind: 'join',
    at,
    node: newcomers.next(random),
    zone: pick(random, ['', '', 'a', 'b']),
  });
  const leave = (): MembershipFault => ({
    kind: 'leave',
    at,
    node: anybody(),
    force: random.chance(0.3),
  });
  switch (kind) {
    case 'join':
      return random.chance(0.3) ? [join(), join(), leave()] : [join()];
    case 'leave':
      return random.chance(0.2) ? [leave(), leave()] : cutOff(random, leave());
    case 'replace':
    case 'revive':
      return [{ kind, at, node: anybody() }];
    case 'configure':
      return changesOfMind(random, place);
  }
}

/** It has been asked to leave, and then nobody hears of it for a while. */
function cutOff(random: Random, leave: MembershipFault): readonly (MembershipFault | Isolate)[] {
  if (leave.kind !== 'leave' || !random.chance(0.4)) return [leave];
  const at = tick(leave.at + random.between(0, 40));
  const lasts = random.between(20, 500);
  return [leave, { kind: 'isolate', at, node: leave.node, breaks: random.chance(0.4), for: lasts }];
}

/** Once, or once more before the first change is done. */
function changesOfMind(random: Random, { at }: Place): readonly MembershipFault[] {
  const first: MembershipFault = { kind: 'configure', at: tick(at), ...drawSettings(random) };
  if (!random.chance(0.4)) return [first];
  const later = tick(at + random.between(5, 80));
  return [first, { kind: 'configure', at: later, ...drawSettings(random) }];
}

function drawSettings(random: Random) {
  const isOfCopies = random.chance(0.8);
  return {
    replicationFactor: isOfCopies ? random.between(1, replicationFactorMax) : null,
    deadNodeTimeoutMs: isOfCopies ? null : random.between(600, 6000),
  };
}

class Newcomers {
  readonly #names: NodeId[];
  readonly #most: number;

  constructor(members: readonly NodeId[]) {
    this.#names = [...members];
    this.#most = members.length + newcomersMax;
  }

  get everybody(): readonly NodeId[] {
    return this.#names;
  }

  /** A new name, unless there are enough: then one that may be free again, or not. */
  next(random: Random): NodeId {
    const isKnown = random.chance(0.15) || this.#names.length >= this.#most;
    if (isKnown) return pick(random, this.#names);
    const name = nodeId(`node${this.#names.length + 1}`);
    this.#names.push(name);
    return name;
  }
}

function pick<Item>(random: Random, from: readonly Item[]): Item {
  const picked = from[random.below(from.length)];
  if (picked === undefined) throw new RangeError('nothing to draw from');
  return picked;
}
