// The result of `dsys sim` for people and for scripts.

import { drawPlan } from '../../src/simulation/draw.ts';
import { holesIn, summaryOf, type Totals } from '../../src/simulation/report.ts';
import { paletteFor } from '../../src/terminal/palette.ts';
import { count } from '../../src/terminal/quantities.ts';
import {
  counted,
  coverageLines,
  failureLines,
  timeLine,
} from '../../src/terminal/simulation-view.ts';
import type { Shown } from '../cli/output.ts';
import type { Explained } from './explain.ts';
import type { SimRequest } from './request.ts';

export interface SimResult {
  readonly request: SimRequest;
  readonly totals: Totals;
  readonly elapsedMs: number;
  readonly failures: readonly Explained[];
}

export function shownSim(result: SimResult): Shown {
  const { request, totals, elapsedMs, failures } = result;
  const { seeds, ticks, simulatedMs, traceHash, coverage } = totals;
  return {
    json: {
      seeds,
      firstSeed: request.seeds[0],
      failures: failures.map(failureJson),
      ticks,
      traceHash,
      simulatedMs,
      elapsedMs: Math.round(elapsedMs),
      coverage,
      uncovered: holesIn(coverage),
      ...drawnFor(request),
    },
    text: () => textOf(result),
    names: failures.map(({ seed }) => seed),
    exitCode: failures.length === 0 ? 0 : 1,
  };
}

/** The mix of faults and settings; of one seed only. */
function drawnFor({ seeds: [seed = '', ...others], draw }: SimRequest): object {
  return others.length > 0 ? {} : { plan: summaryOf(drawPlan(seed, draw)) };
}

function failureJson({ commands, sizes, shrunk: _words, ...facts }: Explained): object {
  return { ...facts, shrunk: sizes, command: commands[0] };
}

function textOf({ totals, elapsedMs, failures, request }: SimResult): readonly string[] {
  const palette = paletteFor(process.stdout);
  const { ticks, simulatedMs, traceHash, coverage } = totals;
  const uncovered = holesIn(coverage);
  const hole = `! ${count(uncovered.length, 'thing')} that should be seen never happened`;
  return [
    ...failures.flatMap((failure) => [...failureLines(failure, palette), '']),
    ...coverageLines({ coverage, uncovered }, palette),
    ...(uncovered.length === 0 ? [] : [palette.yellow(hole)]),
    '',
    verdictLine(failures.length, request, palette),
    timeLine({ ticks, simulatedMs, elapsedMs }),
    `trace ${traceHash}`,
  ];
}

function verdictLine(
  failures: number,
  { seeds }: SimRequest,
  { bold, green, red }: ReturnType<typeof paletteFor>,
): string {
  const [first] = seeds;
  const which =
    seeds.length === 1 ? `seed ${first}` : `${counted(seeds.length)} seeds from ${first}`;
  if (failures === 0) return `${bold(green('GREEN'))}  ${which}: every promise was kept`;
  return `${bold(red('RED'))}  ${which}: ${failures} failed`;
}
