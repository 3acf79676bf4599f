// Makes a plan that fails smaller, as long as it fails in the same way: what is left is what matters.
// Rounds of reductions until none of them helps any more, or until the runs are used up.
//
//   less time ─► fewer nodes ─► fewer faults ─► fewer operations ─► plainer world ─┐
//      ▲──────────────────── while anything became smaller ────────────────────────┘

import type { Failure } from '../outcome.ts';
import type { Plan } from '../plan.ts';
import { smallest } from './delta.ts';
import {
  withBounds,
  withFairWeather,
  withMixOfFaults,
  withNodes,
  withPartitions,
  withTicks,
} from './reductions.ts';

/** How big a plan is, as people count. */
export interface PlanSize {
  readonly nodes: number;
  readonly ticks: number;
  readonly faults: number;
  readonly operations: number;
}

export interface ShrinkOptions {
  /** True: the plan fails in the way that is looked for. */
  readonly fails: (plan: Plan) => Promise<boolean>;
  /** At most so many plans are tried. */
  readonly runsMax: number;
  /** Told of every plan that is smaller and still fails. */
  readonly onSmaller?: (plan: Plan, runs: number) => void;
}

export interface Shrunk {
  readonly plan: Plan;
  readonly runs: number;
  /** False: the runs were used up before nothing more could be taken away. */
  readonly isMinimal: boolean;
}

/** A cluster of fewer nodes has no majority that can lose one. */
const nodesMin = 3;

/** The plan, or a smaller one for which `fails` held. */
export async function shrink(plan: Plan, options: ShrinkOptions): Promise<Shrunk> {
  const shrinking = new Shrinking(plan, options);
  await shrinking.run();
  const { runs, isMinimal } = shrinking;
  const isSmaller = shrinking.plan !== plan;
  return { plan: isSmaller ? withMixOfFaults(shrinking.plan) : plan, runs, isMinimal };
}

/** Two runs failed alike: the same promise was broken, or the same assertion failed. */
export function isAlike(
  a: Pick<Failure, 'kind' | 'invariant' | 'message'>,
  b: Failure | null,
): boolean {
  if (b === null || a.kind !== b.kind || a.invariant !== b.invariant) return false;
  return a.kind !== 'crash' || assertionOf(a.message) === assertionOf(b.message);
}

/** What was asserted; names and numbers differ from run to run. */
function assertionOf(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/\d+/g, '#');
}

export function sizeOf({ nodes, ticks, faults, operations }: Plan): PlanSize {
  return { nodes, ticks, faults: faults.length, operations: operations.length };
}

class Shrinking {
  readonly #options: ShrinkOptions;
  plan: Plan;
  runs = 0;
  isMinimal = true;

  constructor(plan: Plan, options: ShrinkOptions) {
    this.plan = plan;
    this.#options = options;
  }

  async run(): Promise<void> {
    for (let before: Plan | null = null; before !== this.plan; ) {
      before = this.plan;
      await this.#lessTime();
      await this.#fewerNodes();
      await this.#fewerFaults();
      await this.#fewerOperations();
      await this.#plainerWorld();
    }
  }

  /** Takes the plan for its own if it still fails. */
  async #try(plan: Plan): Promise<boolean> {
    const { fails, runsMax, onSmaller } = this.#options;
    if (this.runs >= runsMax) {
      this.isMinimal = false;
      return false;
    }
    this.runs += 1;
    if (!(await fails(plan))) return false;
    this.plan = plan;
    onSmaller?.(plan, this.runs);
    return true;
  }

  /** Halves the time, then takes quarters of what is left, … down to a twentieth. */
  async #lessTime(): Promise<void> {
    for (let part = 2; part <= 20; ) {
      const { ticks } = this.plan;
      const shorter = Math.floor(ticks - ticks / part);
      if (shorter < 1 || shorter === ticks) return;
      if (!(await this.#try(withTicks(this.plan, shorter)))) part *= 2;
    }
  }

  async #fewerNodes(): Promise<void> {
    for (let nodes = nodesMin; nodes < this.plan.nodes; nodes++) {
      if (await this.#try(withNodes(this.plan, nodes))) return;
    }
  }

  async #fewerFaults(): Promise<void> {
    await smallest(this.plan.faults, (faults) => this.#try({ ...this.plan, faults }));
  }

  async #fewerOperations(): Promise<void> {
    await smallest(this.plan.operations, (operations) => this.#try({ ...this.plan, operations }));
  }

  async #plainerWorld(): Promise<void> {
    if (this.plan.partitions > 1) await this.#try(withPartitions(this.plan, 1));
    const fair = withFairWeather(this.plan);
    if (JSON.stringify(fair) !== JSON.stringify(this.plan)) await this.#try(fair);
    const names = Object.keys(this.plan.limits);
    await smallest(names, (kept) => this.#try(withBounds(this.plan, kept)));
  }
}
