// Draws a plan from a seed: the size of the cluster, its bounds, its weather, its faults and what
// its clients ask. Each part draws from a stream of its own, so that a change in one shifts none of
// the others.

import { features } from '../core/model/features.ts';
import { type Bounds, limits } from '../core/model/limits.ts';
import type { Random } from '../core/model/random.ts';
import { seededRandom } from '../core/model/random.ts';
import { memberNames, namesOf } from './cluster.ts';
import { drawFaults, drawMix, inOrder } from './nemesis/draw.ts';
import { drawMembership } from './nemesis/membership-draw.ts';
import type { DiskWeather, NetworkWeather, Pace, Plan } from './plan.ts';
import { drawOperations } from './workload/draw.ts';

export interface DrawOptions {
  /** 3 or 5, drawn unless given. */
  readonly nodes?: number;
  readonly ticks?: number;
  /** `fixed`: nobody joins, leaves or is replaced; everything else is drawn as it would be. */
  readonly members?: MembersDrawn;
}

export type MembersDrawn = 'drawn' | 'fixed';
export const membersDrawn: readonly MembersDrawn[] = ['drawn', 'fixed'];

/** Ten minutes: in a run without changes of membership nobody is ever given up. */
export const deadNodeTimeoutMs = 600_000;
/** Half a minute of virtual time: long enough for dozens of faults. */
const ticksUsual = 3000;

export function drawPlan(seed: string, options: DrawOptions = {}): Plan {
  const random = seededRandom(`${seed}/plan`);
  const shape = random.stream('shape');
  // Drawn even when it is given: the same number by name or by chance makes the same plan.
  const drawn = shape.chance(0.5) ? 3 : 5;
  const nodes = options.nodes ?? drawn;
  const ticks = options.ticks ?? ticksUsual;
  const replicationFactor = nodes >= 5 && shape.chance(0.4) ? 5 : Math.min(3, nodes);
  const members = memberNames(nodes);
  const mix = drawMix(random.stream('mix'));
  const changes = drawMembership(
    { random: random.stream('membership'), members, ticks, replicationFactor },
    mix,
  );
  const membership = options.members === 'fixed' ? [] : changes;
  const isElastic = membership.length > 0;
  return {
    schema: 1,
    seed,
    nodes,
    ticks,
    partitions: shape.between(1, 4),
    replicationFactor,
    resolver: 'lww',
    ...drawTemper(random.stream('temper'), isElastic),
    limits: drawBounds(random.stream('bounds')),
    network: drawNetwork(random.stream('network')),
    disk: drawDisk(random.stream('disk')),
    pace: drawPace(random.stream('pace')),
    mix,
    faults: inOrder([
      ...drawFaults(
        {
          random: random.stream('faults'),
          members: namesOf({ nodes, faults: membership }),
          ticks,
          disksLostMax: Math.floor((replicationFactor - 1) / 2),
        },
        mix,
      ),
      ...membership,
    ]),
    operations: drawOperations({ random: random.stream('operations'), members, ticks }),
  };
}

/** How soon the dead are given up, and what the members understand when the cluster is born. */
function drawTemper(
  random: Random,
  isElastic: boolean,
): Pick<Plan, 'deadNodeTimeoutMs' | 'featureLevel'> {
  const isImpatient = random.chance(0.4);
  const soonMs = random.between(600, 6000);
  const isOld = random.chance(0.2);
  return {
    deadNodeTimeoutMs: isElastic && isImpatient ? soonMs : deadNodeTimeoutMs,
    featureLevel: isElastic && isOld ? features.baseline : features.elasticity,
  };
}

function drawNetwork(random: Random): NetworkWeather {
  const delayMin = random.chance(0.6) ? 0 : random.between(0, 2);
  const some = (share: number, percent: number) =>
    random.chance(share) ? random.between(1, percent) / 100 : 0;
  return {
    delayMin,
    delayMax: delayMin + random.between(0, random.chance(0.7) ? 2 : 6),
    loss: some(0.4, 5),
    dup: some(0.4, 10),
    reorder: some(0.4, 20),
  };
}

function drawDisk(random: Random): DiskWeather {
  const usual = random.chance(0.6) ? 0 : random.between(0, 1);
  const spread = random.between(0, 3);
  // Slow disks everywhere, so that much is under way when something happens; but not so slow that
  // two writes take an election timeout: then nobody could stay in office.
  const burden = random.chance(0.15) ? random.between(2, 4) : 0;
  return { delayMin: usual + burden, delayMax: usual + spread + 2 * burden };
}

function drawPace(random: Random): Pace {
  return { lazy: random.chance(0.5) ? 0 : random.between(5, 60) / 100 };
}

/** Small bounds: each is drawn in half of the runs, and is the constant in the others. */
function drawBounds(random: Random): Partial<Bounds> {
  const drawn: Partial<Record<keyof Bounds, number>> = {};
  for (const [name, [min, max]] of Object.entries(smallBounds) as [keyof Bounds, Range][]) {
    const stream = random.stream(name);
    if (stream.chance(alwaysSmall.includes(name) ? 0.9 : 0.4))
      drawn[name] = stream.between(min, max);
  }
  const trailing = drawn.logEntriesTrailing ?? limits.logEntriesTrailing;
  const most = drawn.logEntriesMax ?? limits.logEntriesMax;
  return { ...drawn, logEntriesTrailing: Math.min(trailing, most) };
}

type Range = readonly [min: number, max: number];

/** What makes snapshots and recovery frequent. */
const alwaysSmall: readonly (keyof Bounds)[] = [
  'logEntriesMax',
  'logEntriesTrailing',
  'stateSaveTicks',
  'snapshotChunkBytes',
  'stableTicks',
];

const smallBounds: Readonly<Record<keyof Bounds, Range>> = {
  appendBytesMax: [100, 4000],
  appendsInFlightMax: [1, 8],
  uncommittedBytesMax: [1000, 20_000],
  logEntriesMax: [2, 24],
  logBytesMax: [2000, 40_000],
  logEntriesTrailing: [0, 8],
  nodeLogBytesMax: [3000, 60_000],
  snapshotChunkBytes: [60, 1200],
  pendingReadsMax: [1, 10],
  readRoundsInFlightMax: [1, 3],
  pendingRequestsMax: [3, 30],
  journalWritesMax: [3, 30],
  journalBytesMax: [500, 20_000],
  sessionsMax: [1, 5],
  sessionResultsMax: [2, 20],
  sessionResultBytesMax: [200, 4000],
  sessionIdleMs: [2000, 60_000],
  conflictsMax: [1, 6],
  conflictBytesMax: [50, 2000],
  vectorOriginsMax: [1, 4],
  scanEntriesMax: [1, 6],
  scanBytesMax: [50, 2000],
  stateSaveTicks: [2, 40],
  stateRowsMax: [2, 200],
  movesMax: [1, 4],
  moveBytesMax: [1, 4000],
  stableTicks: [5, 200],
};
