// The deterministic simulator (after FoundationDB, Zhou et al. 2021; TigerBeetle's VOPR): whole
// nodes, the same that run in real processes, in a pretended world that a plan describes.
//
//   Plan ─► World (network, machines, nemesis) ─► Run (tick by tick) ─► Outcome
//              ▲ frames                ▲ everything that happens
//           Workload (clients)      Judges (invariants, coverage, the judgement of the end)

import { limits } from '../core/model/limits.ts';
import { seededRandom } from '../core/model/random.ts';
import { hashText } from '../wire/key-hash.ts';
import type { Judges, MakeJudges, MakeWorkload, Workload } from './cast.ts';
import { simulatedCluster } from './cluster.ts';
import { makeJudges } from './judgement/judgement.ts';
import type { Observer } from './observation.ts';
import type { Outcome } from './outcome.ts';
import type { Plan } from './plan.ts';
import { Run } from './run.ts';
import { Trace } from './trace.ts';
import { Clients } from './workload/workload.ts';
import { World } from './world.ts';

export interface SimulateOptions {
  /** Gets every line of the trace. */
  readonly trace?: (line: string) => void;
  /** Watch too; asked before the judges. */
  readonly observers?: readonly Observer[];
  /** In the place of the real ones. */
  readonly makeWorkload?: MakeWorkload;
  readonly makeJudges?: MakeJudges;
  /**
   * Awaited now and then, so that a program stays alive while it simulates; changes nothing. What it
   * throws ends the run.
   */
  readonly breathe?: () => Promise<void>;
}

/** Plays a plan to its end, or to its first failure. The same plan always gives the same outcome. */
export async function simulate(plan: Plan, options: SimulateOptions = {}): Promise<Outcome> {
  const random = seededRandom(`${plan.seed}/run`);
  const trace = new Trace({ now: () => world.now, write: options.trace });
  const judges = (options.makeJudges ?? makeJudges)(plan);
  const observers = [trace, ...(options.observers ?? []), ...judges.observers];
  const world: World = new World({ plan, random: random.stream('world'), observers });
  const makeWorkload = options.makeWorkload ?? ((setting) => new Clients(setting));
  const workload = makeWorkload({
    plan,
    clusterId: simulatedCluster,
    clusterFile: () => world.listed,
    limits: { ...limits, ...plan.limits },
    random: random.stream('workload'),
    network: world.clientNetwork(random.stream('clients')),
    hash: hashText,
    wallMs: () => world.wallMs,
    mayReadLast: (level) => run.mayReadLast(level),
  });
  const run: Run = new Run({
    world,
    ticks: plan.ticks,
    workload,
    judges,
    breathe: options.breathe,
  });
  const failure = await run.play();
  return outcomeOf({ plan, run, failure, trace, judges, workload });
}

function outcomeOf(parts: {
  readonly plan: Plan;
  readonly run: Run;
  readonly failure: Outcome['failure'];
  readonly trace: Trace;
  readonly judges: Judges;
  readonly workload: Workload;
}): Outcome {
  const { plan, run, failure, trace, judges, workload } = parts;
  return {
    seed: plan.seed,
    ticks: run.now,
    failure,
    coverage: judges.coverage(),
    traceHash: trace.hash,
    history: workload.history(),
  };
}
