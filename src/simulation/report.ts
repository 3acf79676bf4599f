// What is kept of each run when there are many, and what they come to together. Whoever runs them,
// in whatever order, gets the same totals.

import { compareIds } from '../core/model/ids.ts';
import { limits } from '../core/model/limits.ts';
import type { FaultKind } from '../faults/fault.ts';
import { expectedCoverage } from './coverage.ts';
import { Fingerprint } from './fingerprint.ts';
import type { Coverage, Failure, Outcome } from './outcome.ts';
import type { Plan } from './plan.ts';

/** One run; plain JSON, so that it can come from another process. */
export interface RunReport {
  readonly seed: string;
  readonly nodes: number;
  readonly ticks: number;
  readonly traceHash: string;
  readonly failure: Failure | null;
  readonly coverage: Coverage;
}

export interface Totals {
  readonly seeds: number;
  /** Of virtual time. */
  readonly ticks: number;
  readonly simulatedMs: number;
  /** Of one run its own; of several, over all of them in the order of the seeds. */
  readonly traceHash: string;
  /** Sums by name; what was expected and never happened is there with 0. */
  readonly coverage: Coverage;
  readonly failed: readonly RunReport[];
}

export function reportOf(plan: Plan, outcome: Outcome): RunReport {
  const { seed, ticks, traceHash, failure, coverage } = outcome;
  return { seed, nodes: plan.nodes, ticks, traceHash, failure, coverage };
}

/** `reports` in the order of the seeds. */
export function totalsOf(reports: readonly RunReport[]): Totals {
  const ticks = reports.reduce((sum, report) => sum + report.ticks, 0);
  return {
    seeds: reports.length,
    ticks,
    simulatedMs: ticks * limits.tickMs,
    traceHash: hashOf(reports),
    coverage: coverageOf(reports),
    failed: reports.filter(({ failure }) => failure !== null),
  };
}

/** A plan without its lists: what a run is about to be. */
export interface PlanSummary extends Omit<Plan, 'mix' | 'faults' | 'operations'> {
  /** How many of each kind that may come. */
  readonly faults: Readonly<Partial<Record<FaultKind, number>>>;
  readonly operations: number;
  readonly clients: number;
}

export function summaryOf({ mix, faults, operations, ...plan }: Plan): PlanSummary {
  const kinds = Object.keys(mix) as FaultKind[];
  const times = (kind: FaultKind): number =>
    faults.filter(({ fault }) => fault.kind === kind).length;
  return {
    ...plan,
    faults: Object.fromEntries(kinds.map((kind) => [kind, times(kind)])),
    operations: operations.length,
    clients: new Set(operations.map(({ client }) => client)).size,
  };
}

/** The names that were expected and never happened. */
export function holesIn(coverage: Coverage): readonly string[] {
  return expectedCoverage.filter((name) => (coverage[name] ?? 0) === 0);
}

function hashOf(reports: readonly RunReport[]): string {
  const [only, ...others] = reports;
  if (only !== undefined && others.length === 0) return only.traceHash;
  const fingerprint = new Fingerprint();
  for (const { seed, traceHash } of reports) fingerprint.add(`${seed} ${traceHash}`);
  return fingerprint.digits;
}

function coverageOf(reports: readonly RunReport[]): Coverage {
  const sums = new Map<string, number>(expectedCoverage.map((name) => [name, 0]));
  for (const { coverage } of reports) {
    for (const [name, count] of Object.entries(coverage)) {
      sums.set(name, (sums.get(name) ?? 0) + count);
    }
  }
  return Object.fromEntries([...sums].sort(([a], [b]) => compareIds(a, b)));
}
