// What there is to say about a failure: the smallest plan that still fails in the same way, its
// story, the file that keeps it, and the commands that play it again.

import { planPath, writePlanFile } from '../../src/cluster/plan-file.ts';
import { type DrawOptions, drawPlan } from '../../src/simulation/draw.ts';
import type { Failure } from '../../src/simulation/outcome.ts';
import type { Plan } from '../../src/simulation/plan.ts';
import { formatReplayFile } from '../../src/simulation/replay/file.ts';
import { type RunReport, reportOf, totalsOf } from '../../src/simulation/report.ts';
import {
  isAlike,
  type PlanSize,
  type Shrunk,
  shrink,
  sizeOf,
} from '../../src/simulation/shrink/shrink.ts';
import { Storyteller } from '../../src/simulation/story.ts';
import { count } from '../../src/terminal/quantities.ts';
import type { FailureFacts } from '../../src/terminal/simulation-view.ts';
import type { Output } from '../cli/output.ts';
import { drawFlags, type SimRequest } from './request.ts';
import { runPlan } from './run.ts';

export interface Explained extends FailureFacts {
  readonly kind: Failure['kind'];
  readonly nodes: number;
  /** The file with the plan; null: the seed alone must do. */
  readonly file: string | null;
  /** Null: nothing was tried. */
  readonly sizes: { readonly from: PlanSize; readonly to: PlanSize; readonly runs: number } | null;
}

/** One run, told. */
export interface Told {
  readonly failure: Failure | null;
  /** Empty when it passed. */
  readonly story: readonly string[];
  readonly ticks: number;
  readonly simulatedMs: number;
  readonly traceHash: string;
}

interface Context {
  readonly request: SimRequest;
  readonly output: Output;
}

/** So many failures of different kinds are looked into; the others are only named. */
const explainedMax = 3;

/** In the order of the seeds. The first failure of each kind is made smaller and told. */
export async function explainFailures(
  failed: readonly RunReport[],
  request: SimRequest,
  output: Output,
): Promise<readonly Explained[]> {
  const explained: Explained[] = [];
  const known: Failure[] = [];
  for (const report of failed) {
    const { failure } = report;
    if (failure === null) continue;
    const isNew = !known.some((other) => isAlike(other, failure));
    if (isNew) known.push(failure);
    const worthIt = isNew && known.length <= explainedMax;
    explained.push(
      worthIt
        ? await explain(report, failure, { request, output })
        : named(report, failure, request.draw),
    );
  }
  return explained;
}

/** The story of the run, and how it failed this time. */
export async function tellStory(
  plan: Plan,
  options: { readonly trace?: string | null } = {},
): Promise<Told> {
  const storyteller = new Storyteller(plan);
  const outcome = await runPlan(plan, { ...options, observers: [storyteller.observer] });
  const { failure, traceHash } = outcome;
  const story = failure === null ? [] : [...storyteller.tell(failure), lastLine(failure)];
  const { ticks, simulatedMs } = totalsOf([reportOf(plan, outcome)]);
  return { failure, story, ticks, simulatedMs, traceHash };
}

async function explain(report: RunReport, failure: Failure, context: Context): Promise<Explained> {
  const { request } = context;
  const plan = drawPlan(report.seed, request.draw);
  const shrunk = request.shrinkRuns === 0 ? null : await shrunkOf(plan, failure, context);
  const smallest = shrunk?.plan ?? plan;
  const told = await tellStory(smallest);
  const file = keep(smallest, told.failure ?? failure, context);
  const facts = named(report, failure, request.draw);
  return {
    ...facts,
    story: told.failure === null ? [notAgain] : told.story,
    shrunk: shrunk === null ? null : shrunkWords(sizeOf(plan), sizeOf(smallest), shrunk),
    sizes: shrunk && { from: sizeOf(plan), to: sizeOf(smallest), runs: shrunk.runs },
    commands: [...(file === null ? [] : [`dsys replay ${quoted(file)}`]), ...facts.commands],
    file,
  };
}

async function shrunkOf(
  plan: Plan,
  failure: Failure,
  { request, output }: Context,
): Promise<Shrunk> {
  const phases = await output.phases();
  const tell = (smaller: Plan, runs: number): void =>
    phases.begin(`seed ${plan.seed}: shrinking, ${sizeWords(sizeOf(smaller))} after ${runs} runs`);
  tell(plan, 0);
  try {
    return await shrink(plan, {
      fails: async (smaller) => isAlike(failure, (await runPlan(smaller)).failure),
      runsMax: request.shrinkRuns,
      onSmaller: tell,
    });
  } finally {
    phases.stop();
  }
}

/** Writes the file; a disk that refuses it must not hide the failure itself. */
function keep(plan: Plan, failure: Failure, { request, output }: Context): string | null {
  const { kind, invariant, message } = failure;
  const path = planPath(request.out, plan.seed);
  const story = `${kind}: ${invariant} is broken in ${sizeWords(sizeOf(plan))}`;
  try {
    const text = formatReplayFile({
      schema: 1,
      story,
      failure: { kind, invariant, message },
      plan,
    });
    writePlanFile(path, text);
    return path;
  } catch (cause) {
    output.note(`! ${path} was not written: ${cause instanceof Error ? cause.message : cause}`);
    return null;
  }
}

/** All that is known without another run. */
function named({ seed, nodes }: RunReport, failure: Failure, draw: DrawOptions): Explained {
  const { kind, invariant, message, tick } = failure;
  const { ticks } = drawPlan(seed, draw);
  const command = ['dsys sim --seed', quoted(seed), ...drawFlags({ nodes, ticks })].join(' ');
  const story = [lastLine(failure)];
  const facts = { seed, nodes, kind, invariant, message, tick, story };
  return { ...facts, shrunk: null, sizes: null, commands: [command], file: null };
}

const notAgain = 'played again, the plan does not fail: the simulator is not deterministic (a bug)';

function lastLine({ tick, invariant, message }: Failure): string {
  return `${String(tick).padStart(7)}  ✖ ${invariant}: ${message.split('\n')[0] ?? ''}`;
}

function shrunkWords(from: PlanSize, to: PlanSize, { runs, isMinimal }: Shrunk): string {
  const end = isMinimal ? '' : '; more runs (--shrink) may find less';
  return `${sizeWords(from)} → ${sizeWords(to)} (${runs} runs${end})`;
}

function sizeWords({ nodes, ticks, faults, operations }: PlanSize): string {
  const [some, all] = [count(faults, 'fault'), count(operations, 'operation')];
  return `${nodes} nodes, ${ticks} ticks, ${some}, ${all}`;
}

function quoted(seed: string): string {
  return /^[\w./-]+$/.test(seed) ? seed : `'${seed.replaceAll("'", "'\\''")}'`;
}
