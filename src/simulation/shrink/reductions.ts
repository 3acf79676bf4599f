// The ways in which a plan can be made smaller and stays a plan: less time, fewer nodes, fewer
// partitions, fair weather, usual bounds. Who shrinks asks of each whether the result still fails.

import type { NodeId } from '../../core/model/ids.ts';
import type { Bounds } from '../../core/model/limits.ts';
import type { Fault } from '../../faults/fault.ts';
import { memberNames, namesOf } from '../cluster.ts';
import type { Plan, PlannedFault, PlannedOperation } from '../plan.ts';

/** The storm ends earlier; what would have come later never comes. */
export function withTicks(plan: Plan, ticks: number): Plan {
  return {
    ...plan,
    ticks,
    faults: plan.faults.filter(({ fault }) => fault.at <= ticks),
    operations: plan.operations.filter(({ at }) => at <= ticks),
  };
}

/** The last nodes are gone, and every fault that needs one of them. */
export function withNodes(plan: Plan, nodes: number): Plan {
  const gone = memberNames(plan.nodes).slice(nodes);
  const members = namesOf(plan).filter((node) => !gone.includes(node));
  return {
    ...plan,
    nodes,
    replicationFactor: Math.min(plan.replicationFactor, nodes),
    faults: plan.faults.flatMap((planned) => faultAmong(planned, members)),
    operations: plan.operations.map((operation) => operationAmong(operation, members)),
  };
}

export function withPartitions(plan: Plan, partitions: number): Plan {
  return { ...plan, partitions };
}

/** Nothing is lost, doubled or late, unless a fault makes it so. */
export function withFairWeather(plan: Plan): Plan {
  return {
    ...plan,
    network: { delayMin: 0, delayMax: 0, loss: 0, dup: 0, reorder: 0 },
    disk: { delayMin: 0, delayMax: 0 },
    pace: { lazy: 0 },
  };
}

/** Only these bounds differ from the constants. */
export function withBounds(plan: Plan, names: readonly string[]): Plan {
  const kept = Object.entries(plan.limits).filter(([name]) => names.includes(name));
  return { ...plan, limits: Object.fromEntries(kept) as Partial<Bounds> };
}

/** The mix, which is for people only, names no kind that is gone. */
export function withMixOfFaults(plan: Plan): Plan {
  const left = new Set<string>(plan.faults.map(({ fault }) => fault.kind));
  const kept = Object.entries(plan.mix).filter(([kind]) => left.has(kind));
  return { ...plan, mix: Object.fromEntries(kept) };
}

function faultAmong(planned: PlannedFault, members: readonly NodeId[]): readonly PlannedFault[] {
  const { fault } = planned;
  if (fault.kind === 'partition') {
    const groups = fault.groups
      .map((group) => group.filter((node) => members.includes(node)))
      .filter((group) => group.length > 0);
    return groups.length === 0 ? [] : [{ ...planned, fault: { ...fault, groups } }];
  }
  return victimsOf(fault).every((node) => members.includes(node)) ? [planned] : [];
}

function victimsOf(fault: Exclude<Fault, { kind: 'partition' }>): readonly NodeId[] {
  if (fault.kind === 'configure') return [];
  return 'node' in fault ? [fault.node] : [fault.from, fault.to];
}

function operationAmong(operation: PlannedOperation, members: readonly NodeId[]): PlannedOperation {
  const { via } = operation;
  return via === 'leader' || members.includes(via) ? operation : { ...operation, via: 'leader' };
}
