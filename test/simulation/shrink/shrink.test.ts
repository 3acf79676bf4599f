// Shrinking, with a fabricated failure: what it needs is known, so the smallest plan is too.

import { describe, expect, it } from 'vitest';
import { drawPlan } from '../../../src/simulation/draw.ts';
import type { Failure } from '../../../src/simulation/outcome.ts';
import type { Plan } from '../../../src/simulation/plan.ts';
import { isAlike, shrink, sizeOf } from '../../../src/simulation/shrink/shrink.ts';

const plan = drawPlan('shrink', { nodes: 5, ticks: 3000 });
const [fault] = plan.faults.slice(3);
const [first, second] = plan.operations.slice(40, 42);

/** Fails with one fault, two operations, and at least 4 nodes. */
async function fails(smaller: Plan): Promise<boolean> {
  return (
    smaller.nodes >= 4 &&
    smaller.faults.some(({ id }) => id === fault?.id) &&
    [first, second].every((needed) => smaller.operations.some(({ id }) => id === needed?.id))
  );
}

describe('shrinking', () => {
  it('keeps only what the failure needs', async () => {
    // The fault must not name a node that goes.
    const { plan: small, isMinimal } = await shrink(plan, { fails, runsMax: 1000 });
    expect(isMinimal).toBe(true);
    expect(small.faults).toHaveLength(1);
    expect(Object.keys(small.mix)).toEqual([fault?.fault.kind]);
    expect(small.operations.map(({ id }) => id)).toEqual([first?.id, second?.id]);
    expect(small.partitions).toBe(1);
    expect(small.limits).toEqual({});
    expect(small.network).toEqual({ delayMin: 0, delayMax: 0, loss: 0, dup: 0, reorder: 0 });
    expect(small.ticks).toBeLessThan(plan.ticks);
    expect(await fails(small)).toBe(true);
  });

  it('takes away nodes, and every name of them', async () => {
    const { plan: small } = await shrink(plan, {
      fails: async ({ operations }) => operations.some(({ id }) => id === first?.id),
      runsMax: 1000,
    });
    expect(sizeOf(small)).toMatchObject({ nodes: 3, faults: 0, operations: 1 });
    expect(small.replicationFactor).toBeLessThanOrEqual(3);
    expect(JSON.stringify(small)).not.toMatch(/node[45]/);
  });

  it('never tries more plans than it may, and says that it stopped early', async () => {
    let tried = 0;
    const counting = async (smaller: Plan): Promise<boolean> => {
      tried += 1;
      return fails(smaller);
    };
    const { runs, isMinimal, plan: small } = await shrink(plan, { fails: counting, runsMax: 7 });
    expect([tried, runs, isMinimal]).toEqual([7, 7, false]);
    expect(await fails(small)).toBe(true);
  });

  it('leaves a plan alone when every part of it is needed', async () => {
    const told: Plan[] = [];
    const { plan: same } = await shrink(plan, {
      fails: async () => false,
      runsMax: 5000,
      onSmaller: (smaller) => told.push(smaller),
    });
    expect(same).toBe(plan);
    expect(told).toEqual([]);
  });
});

describe('failures that are alike', () => {
  const failure = (change: Partial<Failure>): Failure => ({
    kind: 'crash',
    invariant: 'assertion',
    message: 'Error: node1 applied 7\n    at somewhere',
    tick: 1,
    ...change,
  });

  it('break the same promise in the same kind of way', () => {
    const safety = { kind: 'correctness', invariant: 'log-matching' } as const;
    expect(isAlike(failure(safety), failure({ ...safety, message: 'other', tick: 9 }))).toBe(true);
    const other = { kind: 'correctness', invariant: 'vote-once' } as const;
    expect(isAlike(failure(safety), failure(other))).toBe(false);
    expect(isAlike(failure(safety), null)).toBe(false);
  });

  it('fail the same assertion, whatever its numbers', () => {
    expect(isAlike(failure({}), failure({ message: 'Error: node2 applied 31' }))).toBe(true);
    expect(isAlike(failure({}), failure({ message: 'Error: node1 sent 7' }))).toBe(false);
  });
});
