// The result of `dsys replay` for people and for scripts.

import type { Plan } from '../../src/simulation/plan.ts';
import type { ExpectedFailure } from '../../src/simulation/replay/file.ts';
import { summaryOf } from '../../src/simulation/report.ts';
import { isAlike } from '../../src/simulation/shrink/shrink.ts';
import { paletteFor } from '../../src/terminal/palette.ts';
import { failureLines, planLines, timeLine } from '../../src/terminal/simulation-view.ts';
import type { Shown } from '../cli/output.ts';
import type { Told } from './explain.ts';

export interface ReplayResult {
  readonly file: string;
  /** The story line of the file. */
  readonly about: string;
  /** How the plan failed when the file was written. */
  readonly before: ExpectedFailure | null;
  readonly plan: Plan;
  readonly told: Told;
  readonly elapsedMs: number;
}

type Verdict = 'passes' | 'fails' | 'fails-as-before' | 'fails-otherwise';

export function shownReplay(result: ReplayResult): Shown {
  const { file, plan, before, told } = result;
  const { ticks, traceHash, failure, story } = told;
  const verdict = verdictOf(result);
  return {
    json: {
      file,
      seed: plan.seed,
      verdict,
      failure: failure && { seed: plan.seed, ...failure, story },
      before,
      ticks,
      traceHash,
    },
    text: () => textOf(result, verdict),
    names: [verdict],
    exitCode: failure === null ? 0 : 1,
  };
}

function verdictOf({ before, told: { failure } }: ReplayResult): Verdict {
  if (failure === null) return 'passes';
  if (before === null) return 'fails';
  return isAlike(before, failure) ? 'fails-as-before' : 'fails-otherwise';
}

function textOf(result: ReplayResult, verdict: Verdict): readonly string[] {
  const { plan, told, elapsedMs, about } = result;
  const { failure, story, ticks, simulatedMs, traceHash } = told;
  const palette = paletteFor(process.stdout);
  const facts = { seed: plan.seed, story, shrunk: null, commands: [] };
  return [
    ...planLines(summaryOf(plan), palette),
    ...(about === '' ? [] : [`${palette.bold('ABOUT')} ${about}`]),
    '',
    ...(failure === null ? [] : [...failureLines({ ...failure, ...facts }, palette), '']),
    verdictLine(result, verdict),
    timeLine({ ticks, simulatedMs, elapsedMs }),
    `trace ${traceHash}`,
  ];
}

function verdictLine({ before, file }: ReplayResult, verdict: Verdict): string {
  const { bold, green, red } = paletteFor(process.stdout);
  const then = before === null ? '' : `; it failed with ${before.kind}, ${before.invariant}`;
  const words = {
    passes: `${bold(green('GREEN'))}  ${file} passes${then}`,
    fails: `${bold(red('RED'))}  ${file} fails`,
    'fails-as-before': `${bold(red('RED'))}  ${file} still fails as it did`,
    'fails-otherwise': `${bold(red('RED'))}  ${file} fails in another way${then}`,
  };
  return words[verdict];
}
