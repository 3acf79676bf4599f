// What simulated runs show to people: what a plan holds, how it ended, the story of a failure, and
// what was covered.

import type { Palette } from './palette.ts';
import { count, durationText } from './quantities.ts';

export interface PlanFacts {
  readonly seed: string;
  readonly nodes: number;
  readonly ticks: number;
  readonly partitions: number;
  readonly replicationFactor: number;
  readonly limits: Readonly<Record<string, number>>;
  readonly network: {
    readonly delayMin: number;
    readonly delayMax: number;
    readonly loss: number;
    readonly dup: number;
    readonly reorder: number;
  };
  readonly disk: { readonly delayMin: number; readonly delayMax: number };
  readonly pace: { readonly lazy: number };
  /** How many faults of each kind that was drawn. */
  readonly faults: Readonly<Record<string, number>>;
  readonly operations: number;
  readonly clients: number;
}

export interface TimeFacts {
  readonly ticks: number;
  readonly simulatedMs: number;
  readonly elapsedMs: number;
}

export interface FailureFacts {
  readonly seed: string;
  readonly kind: string;
  readonly invariant: string;
  readonly message: string;
  readonly tick: number;
  readonly story: readonly string[];
  /** How much smaller the plan became, in words; null: nothing was tried. */
  readonly shrunk: string | null;
  /** Commands that play it again, the shortest first. */
  readonly commands: readonly string[];
}

/** The mix of faults and settings, before a run. */
export function planLines(plan: PlanFacts, { bold }: Palette): string[] {
  const { nodes, partitions, replicationFactor, ticks, operations, clients, network } = plan;
  const shares = [
    `loss ${percent(network.loss)}`,
    `doubled ${percent(network.dup)}`,
    `reordered ${percent(network.reorder)}`,
  ];
  const facts = [
    count(nodes, 'node'),
    count(partitions, 'partition'),
    `RF ${replicationFactor}`,
    count(ticks, 'tick'),
    `${count(operations, 'operation')} of ${count(clients, 'client')}`,
  ];
  return [
    `${bold('SEED')} ${plan.seed}  ${facts.join('  ')}`,
    `${bold('NETWORK')} ${rangeOf(network)}  ${shares.join('  ')}`,
    `${bold('DISK')} ${rangeOf(plan.disk)}  ${bold('PACE')} lazy ${percent(plan.pace.lazy)}`,
    ...wrapped(bold('FAULTS'), namedCounts(plan.faults)),
    ...wrapped(bold('BOUNDS'), namedCounts(plan.limits)),
  ];
}

/** `3,080 ticks: 30.8 s of simulated time in 600 ms (51 × real time)`. */
export function timeLine({ ticks, simulatedMs, elapsedMs }: TimeFacts): string {
  const factor = Math.round(simulatedMs / Math.max(1, elapsedMs));
  const simulated = durationText(simulatedMs);
  const real = durationText(elapsedMs);
  return `${counted(ticks)} ticks: ${simulated} of simulated time in ${real} (${factor} × real time)`;
}

const messageLinesMax = 12;

export function failureLines(failure: FailureFacts, { bold, red }: Palette): string[] {
  const { seed, kind, invariant, message, tick, story, shrunk, commands } = failure;
  const whose =
    shrunk === null ? '(tick, what happened)' : '(of what is left: tick, what happened)';
  return [
    `${red('✖')} seed ${bold(seed)}: ${red(kind)}, ${invariant}, at tick ${tick}`,
    ...message
      .split('\n')
      .slice(0, messageLinesMax)
      .map((line) => `    ${line}`),
    ...(shrunk === null ? [] : [`  shrunk   ${shrunk}`]),
    // A single line says what the heading says.
    ...(story.length <= 1 ? [] : [`  story    ${whose}`, ...story.map(indented)]),
    ...commands.map((command, at) => `  ${at === 0 ? 'replay ' : '       '}  ${command}`),
  ];
}

export interface CoverageFacts {
  readonly coverage: Readonly<Record<string, number>>;
  /** What should have happened, and did not. */
  readonly uncovered: readonly string[];
}

/** Counts by the first word of their names; what should have happened and did not is marked. */
export function coverageLines(
  { coverage, uncovered }: CoverageFacts,
  { bold, yellow }: Palette,
): string[] {
  const families = new Map<string, string[]>();
  for (const [name, times] of Object.entries(coverage)) {
    const [family = '', ...rest] = name.split(' ');
    const cell = `${rest.join(' ')} ${counted(times)}`;
    const cells = families.get(family) ?? [];
    families.set(family, cells);
    cells.push(uncovered.includes(name) ? yellow(`${cell} !`) : cell);
  }
  return [...families].flatMap(([family, cells]) => wrapped(bold(family.toUpperCase()), cells));
}

const width = 100;
const indent = '  ';

/** A heading, then its items in lines of the terminal's width. */
function wrapped(heading: string, items: readonly string[]): string[] {
  const lines: string[] = [];
  let line = '';
  for (const item of items) {
    if (line !== '' && indent.length + line.length + 3 + item.length > width) {
      lines.push(`${indent}${line}`);
      line = '';
    }
    line += line === '' ? item : ` · ${item}`;
  }
  return [heading, ...lines, `${indent}${line === '' ? 'none' : line}`];
}

function namedCounts(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).map(([name, count]) => `${name} ${counted(count)}`);
}

/** With thousands apart, whatever the user's language. */
export function counted(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function rangeOf({ delayMin, delayMax }: { delayMin: number; delayMax: number }): string {
  return delayMin === delayMax ? `${delayMin} ticks` : `${delayMin}–${delayMax} ticks`;
}

function indented(line: string): string {
  return `  ${line}`;
}
