// A plan as it is read from a file: every field is checked once, here, so that no run can be given
// what no draw would ever give it. A field that no plan has is an error too.

import { tick } from '../../core/model/ids.ts';
import type { Bounds } from '../../core/model/limits.ts';
import { faultKinds } from '../../faults/fault.ts';
import { MalformedFault, readFault } from '../../faults/schedule.ts';
import type { JsonField } from '../../wire/json-file.ts';
import { memberNames } from '../cluster.ts';
import type { DiskWeather, NetworkWeather, Plan, PlannedFault } from '../plan.ts';
import { readOperations } from './operation-fields.ts';

/** A majority of one node has nothing to agree on; more than nine is a day's run. */
export const nodesRange = { min: 2, max: 9 } as const;
/** Ten million ticks are a day of virtual time. */
export const ticksRange = { min: 1, max: 10_000_000 } as const;
const partitionsMax = 64;
const delayTicksMax = 1000;
/** A process that never gets the processor is a pause, not a pace. */
const lazyMax = 0.95;
const turnsMax = 1000;
const boundsMax = 2 ** 40;
const seedCharsMax = 200;

const planFields: readonly (keyof Plan)[] = [
  'schema',
  'seed',
  'nodes',
  'ticks',
  'partitions',
  'replicationFactor',
  'resolver',
  'limits',
  'network',
  'disk',
  'pace',
  'mix',
  'faults',
  'operations',
];

/** Throws `config-invalid`, which names the field, what was expected and what was found. */
export function readPlan(field: JsonField): Plan {
  field.only(planFields).at('schema').whole(1, 1);
  const nodes = field.at('nodes').whole(nodesRange.min, nodesRange.max);
  const ticks = field.at('ticks').whole(ticksRange.min, ticksRange.max);
  return {
    schema: 1,
    seed: field.at('seed').text(`1 to ${seedCharsMax} characters`, isSeed),
    nodes,
    ticks,
    partitions: field.at('partitions').whole(1, partitionsMax),
    replicationFactor: field.at('replicationFactor').whole(1, nodes),
    resolver: field.at('resolver').text('lww or siblings', isResolver) as Plan['resolver'],
    limits: readBounds(field.at('limits')),
    network: readNetwork(field.at('network')),
    disk: readDisk(field.at('disk')),
    pace: { lazy: field.at('pace').only(['lazy']).at('lazy').real(0, lazyMax) },
    mix: readMix(field.at('mix')),
    faults: readFaults(field.at('faults'), { nodes, ticks }),
    operations: readOperations(field.at('operations'), { members: memberNames(nodes), ticks }),
  };
}

export function isSeed(text: string): boolean {
  return text.length > 0 && text.length <= seedCharsMax;
}

const isResolver = (text: string): boolean => text === 'lww' || text === 'siblings';

/** Every bound that a plan may change, with the least that makes sense. */
const boundsMin: Readonly<Record<keyof Bounds, number>> = {
  appendBytesMax: 1,
  appendsInFlightMax: 1,
  uncommittedBytesMax: 1,
  logEntriesMax: 1,
  logBytesMax: 1,
  logEntriesTrailing: 0,
  nodeLogBytesMax: 1,
  snapshotChunkBytes: 1,
  pendingReadsMax: 1,
  readRoundsInFlightMax: 1,
  pendingRequestsMax: 1,
  journalWritesMax: 1,
  journalBytesMax: 1,
  sessionsMax: 1,
  sessionResultsMax: 1,
  sessionResultBytesMax: 1,
  sessionIdleMs: 1,
  conflictsMax: 1,
  conflictBytesMax: 1,
  vectorOriginsMax: 1,
  scanEntriesMax: 1,
  scanBytesMax: 1,
  stateSaveTicks: 1,
  stateRowsMax: 1,
};

function readBounds(field: JsonField): Partial<Bounds> {
  const names = Object.keys(boundsMin) as (keyof Bounds)[];
  field.only(names);
  const drawn: Partial<Record<keyof Bounds, number>> = {};
  for (const name of names) {
    const bound = field.at(name);
    if (bound.value !== undefined) drawn[name] = bound.whole(boundsMin[name], boundsMax);
  }
  return drawn;
}

function readNetwork(field: JsonField): NetworkWeather {
  field.only(['delayMin', 'delayMax', 'loss', 'dup', 'reorder']);
  const share = (name: string) => field.at(name).real(0, 1);
  return { ...readDelay(field), loss: share('loss'), dup: share('dup'), reorder: share('reorder') };
}

function readDisk(field: JsonField): DiskWeather {
  return readDelay(field.only(['delayMin', 'delayMax']));
}

function readDelay(field: JsonField): DiskWeather {
  const delayMin = field.at('delayMin').whole(0, delayTicksMax);
  return { delayMin, delayMax: field.at('delayMax').whole(delayMin, delayTicksMax) };
}

function readMix(field: JsonField): Plan['mix'] {
  field.only(faultKinds);
  const drawn = faultKinds.filter((kind) => field.at(kind).value !== undefined);
  return Object.fromEntries(drawn.map((kind) => [kind, field.at(kind).whole(0, 10_000)]));
}

function readFaults(
  field: JsonField,
  { nodes, ticks }: Pick<Plan, 'nodes' | 'ticks'>,
): readonly PlannedFault[] {
  const members = memberNames(nodes);
  const faults = field.list().map((item): PlannedFault => {
    item.only(['id', 'turn', 'fault']);
    const id = item.at('id').whole(0, Number.MAX_SAFE_INTEGER);
    const turn = item.at('turn').whole(0, turnsMax);
    item.at('fault').at('at').whole(0, ticks);
    try {
      return { id, turn, fault: readFault(item.at('fault').value, { members }) };
    } catch (cause) {
      if (cause instanceof MalformedFault) return item.at('fault').complain(cause.message);
      throw cause;
    }
  });
  if (new Set(faults.map(({ id }) => id)).size < faults.length) field.refuse('every id once');
  return faults.map(({ id, turn, fault }) => ({
    id,
    turn,
    fault: { ...fault, at: tick(fault.at) },
  }));
}
