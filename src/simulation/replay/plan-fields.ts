// A plan as it is read from a file: every field is checked once, here, so that no run can be given
// what no draw would ever give it. A field that no plan has is an error too.

import { featureLevelOfThisBuild, features } from '../../core/model/features.ts';
import type { NodeId } from '../../core/model/ids.ts';
import { compareIds, nodeId, tick } from '../../core/model/ids.ts';
import type { Bounds } from '../../core/model/limits.ts';
import { faultKinds } from '../../faults/fault.ts';
import { MalformedFault, readFault } from '../../faults/schedule.ts';
import type { JsonField } from '../../wire/json-file.ts';
import { memberNames } from '../cluster.ts';
import { deadNodeTimeoutMs } from '../draw.ts';
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
  'deadNodeTimeoutMs',
  'featureLevel',
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
  const members = readNames(field.at('faults'), nodes);
  return {
    schema: 1,
    seed: field.at('seed').text(`1 to ${seedCharsMax} characters`, isSeed),
    nodes,
    ticks,
    partitions: field.at('partitions').whole(1, partitionsMax),
    replicationFactor: field.at('replicationFactor').whole(1, nodes),
    resolver: field.at('resolver').text('lww or siblings', isResolver) as Plan['resolver'],
    ...readTemper(field),
    limits: readBounds(field.at('limits')),
    network: readNetwork(field.at('network')),
    disk: readDisk(field.at('disk')),
    pace: { lazy: field.at('pace').only(['lazy']).at('lazy').real(0, lazyMax) },
    mix: readMix(field.at('mix')),
    faults: readFaults(field.at('faults'), { members, ticks }),
    operations: readOperations(field.at('operations'), { members, ticks }),
  };
}

/** Files from before members could come and go say nothing of either. */
function readTemper(field: JsonField): Pick<Plan, 'deadNodeTimeoutMs' | 'featureLevel'> {
  const timeout = field.at('deadNodeTimeoutMs');
  const level = field.at('featureLevel');
  return {
    deadNodeTimeoutMs:
      timeout.value === undefined ? deadNodeTimeoutMs : timeout.whole(1, Number.MAX_SAFE_INTEGER),
    featureLevel:
      level.value === undefined
        ? featureLevelOfThisBuild
        : level.whole(features.baseline, featureLevelOfThisBuild),
  };
}

/** Those of the birth, and those that join. */
function readNames(field: JsonField, nodes: number): readonly NodeId[] {
  const joining = field.list().flatMap((item): NodeId[] => {
    const fault = item.at('fault');
    if (fault.at('kind').value !== 'join') return [];
    const isName = (text: string): boolean => /^node[1-9]\d{0,3}$/.test(text);
    return [nodeId(fault.at('node').text('node1, node2, …', isName))];
  });
  return [...new Set([...memberNames(nodes), ...joining])].sort(compareIds);
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
  movesMax: 1,
  moveBytesMax: 1,
  stableTicks: 1,
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
  { members, ticks }: { readonly members: readonly NodeId[]; readonly ticks: number },
): readonly PlannedFault[] {
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
