// The totals of many runs: the same whoever ran them, and honest about what never happened.

import { describe, expect, it } from 'vitest';
import { expectedCoverage } from '../../src/simulation/coverage.ts';
import { drawPlan } from '../../src/simulation/draw.ts';
import { holesIn, type RunReport, summaryOf, totalsOf } from '../../src/simulation/report.ts';

const report = (seed: string, changes: Partial<RunReport> = {}): RunReport => ({
  seed,
  nodes: 3,
  ticks: 100,
  traceHash: `hash of ${seed}`,
  failure: null,
  coverage: { 'fault kill': 2, 'drop malformed': 1 },
  ...changes,
});

describe('the totals of runs', () => {
  it('add up', () => {
    const { seeds, ticks, simulatedMs, coverage } = totalsOf([report('1'), report('2')]);
    expect({ seeds, ticks, simulatedMs }).toEqual({ seeds: 2, ticks: 200, simulatedMs: 2000 });
    expect(coverage).toMatchObject({ 'fault kill': 4, 'drop malformed': 2 });
  });

  it('hold what was expected and never happened, with 0', () => {
    const { coverage } = totalsOf([report('1')]);
    expect(Object.keys(coverage)).toEqual(expect.arrayContaining([...expectedCoverage]));
    expect(holesIn(coverage)).toEqual(expectedCoverage.filter((name) => name !== 'fault kill'));
    expect(holesIn(coverage)).not.toContain('drop malformed');
  });

  it('have the hash of the only run, and one over all runs and their order', () => {
    expect(totalsOf([report('1')]).traceHash).toBe('hash of 1');
    const hashOf = (...seeds: readonly string[]): string =>
      totalsOf(seeds.map((seed) => report(seed))).traceHash;
    expect(hashOf('1', '2')).toMatch(/^[0-9a-f]{16}$/);
    expect(hashOf('1', '2')).toBe(hashOf('1', '2'));
    expect(new Set([hashOf('1', '2'), hashOf('2', '1'), hashOf('1', '3')]).size).toBe(3);
  });

  it('name the runs that failed', () => {
    const failure = { kind: 'crash', invariant: 'assertion', message: 'no', tick: 7 } as const;
    const { failed } = totalsOf([report('1'), report('2', { failure }), report('3')]);
    expect(failed.map(({ seed }) => seed)).toEqual(['2']);
  });
});

describe('the summary of a plan', () => {
  it('counts the faults of each kind that may come, and the clients', () => {
    const plan = drawPlan('summary', { nodes: 5, ticks: 2000 });
    const { faults, operations, clients } = summaryOf(plan);
    expect(Object.keys(faults)).toEqual(Object.keys(plan.mix));
    expect(Object.values(faults).reduce((sum, times) => sum + times, 0)).toBe(plan.faults.length);
    expect(operations).toBe(plan.operations.length);
    expect(clients).toBeGreaterThan(1);
  });
});
