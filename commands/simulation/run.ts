// Runs plans: one here, many in processes of their own.

import { laneInput, runLanes } from '../../src/cluster/lanes.ts';
import { LineFile } from '../../src/cluster/line-file.ts';
import { breathe } from '../../src/cluster/wait-until.ts';
import { DsysError } from '../../src/errors.ts';
import { type DrawOptions, drawPlan } from '../../src/simulation/draw.ts';
import type { Observer } from '../../src/simulation/observation.ts';
import type { Outcome } from '../../src/simulation/outcome.ts';
import type { Plan } from '../../src/simulation/plan.ts';
import { type RunReport, reportOf, summaryOf } from '../../src/simulation/report.ts';
import { simulate } from '../../src/simulation/simulator.ts';
import { paletteFor } from '../../src/terminal/palette.ts';
import { RunProgress } from '../../src/terminal/run-progress.ts';
import { planLines } from '../../src/terminal/simulation-view.ts';
import type { Output } from '../cli/output.ts';
import { drawFlags, type SimRequest } from './request.ts';

/** The run of one plan; `trace`: where its transcript goes. */
export async function runPlan(
  plan: Plan,
  options: { readonly trace?: string | null; readonly observers?: readonly Observer[] } = {},
): Promise<Outcome> {
  const { trace = null, observers = [] } = options;
  if (trace === null) return simulate(plan, { breathe, observers });
  const file = openTrace(trace);
  try {
    return await simulate(plan, { breathe, observers, trace: (line) => file.write(line) });
  } finally {
    file.close();
  }
}

/** Thrown into a run that nobody waits for any more. */
class Abandoned extends Error {
  override readonly name = 'Abandoned';
}

/** Every seed once; the reports are in the order of the seeds, whoever ran them. */
export async function runSeeds(request: SimRequest, output: Output): Promise<readonly RunReport[]> {
  const { seeds, isFresh } = request;
  if (seeds.length === 1) return [await runAlone(request, output)];
  if (isFresh) output.note(`first seed ${seeds[0]}`);
  const phases = await output.phases();
  const progress = new RunProgress(seeds.length, { phases, note: (line) => output.note(line) });
  try {
    return await runMany(request, (report) => progress.advance(failureWords(report)));
  } finally {
    progress.end();
  }
}

/** The other side of a lane: a seed a line in, a report a line out. */
export async function serveLane(draw: DrawOptions, output: Output): Promise<void> {
  const lane = laneInput();
  const whileWanted = async (): Promise<void> => {
    await breathe();
    if (lane.isOver) throw new Abandoned();
  };
  for await (const seed of lane.jobs) {
    const plan = drawPlan(seed, draw);
    const outcome = await simulate(plan, { breathe: whileWanted });
    if (lane.isOver) return;
    output.line(JSON.stringify(reportOf(plan, outcome)));
  }
}

/** Shows what was drawn before it is played. */
async function runAlone({ seeds, draw, trace }: SimRequest, output: Output): Promise<RunReport> {
  const [seed = ''] = seeds;
  if (!output.json && !output.quiet) {
    const facts = summaryOf(drawPlan(seed, draw));
    for (const line of planLines(facts, paletteFor(process.stdout))) output.line(line);
    output.line('');
  }
  return runSeed(seed, { draw, trace });
}

async function runMany(
  { seeds, draw, workers }: SimRequest,
  onReport: (report: RunReport) => void,
): Promise<readonly RunReport[]> {
  const reports = new Map<string, RunReport>();
  const take = (report: RunReport): void => {
    reports.set(report.seed, report);
    onReport(report);
  };
  if (workers === 1) {
    for (const seed of seeds) take(await runSeed(seed, { draw, trace: null }));
  } else {
    const args = ['sim', '--lane', ...drawFlags(draw)];
    const onAnswer = (answer: unknown): void => take(answer as RunReport);
    await runLanes({ args, lanes: workers, jobs: seeds, onAnswer });
  }
  return seeds.flatMap((seed) => reports.get(seed) ?? []);
}

async function runSeed(
  seed: string,
  { draw, trace }: Pick<SimRequest, 'draw' | 'trace'>,
): Promise<RunReport> {
  const plan = drawPlan(seed, draw);
  return reportOf(plan, await runPlan(plan, { trace }));
}

function failureWords({ seed, failure }: RunReport): string | null {
  if (failure === null) return null;
  return `✖ seed ${seed}: ${failure.kind}, ${failure.invariant}: ${failure.message.split('\n')[0]}`;
}

function openTrace(path: string): LineFile {
  try {
    return new LineFile(path);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new DsysError({
      code: 'invalid-argument',
      message: `--trace: expected a file that can be written; found ${why}`,
      hint: 'name a file in a directory of yours',
      cause,
    });
  }
}
