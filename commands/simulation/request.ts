// What `dsys sim` was asked for: which seeds, drawn how, run by how many processes.

import { lanesOfMachine } from '../../src/cluster/lanes.ts';
import { freshSeed } from '../../src/cluster/seed.ts';
import { DsysError } from '../../src/errors.ts';
import type { DrawOptions, MembersDrawn } from '../../src/simulation/draw.ts';
import { isSeed } from '../../src/simulation/replay/plan-fields.ts';

export interface SimFlags {
  readonly seed?: string | undefined;
  readonly seeds?: number | undefined;
  readonly nodes?: number | undefined;
  readonly ticks?: number | undefined;
  readonly members?: MembersDrawn | undefined;
  readonly trace?: string | undefined;
  readonly workers?: number | undefined;
  readonly shrink: number;
  readonly out: string;
}

export interface SimRequest {
  /** In order; at least one. */
  readonly seeds: readonly string[];
  /** True: nobody named the first seed. */
  readonly isFresh: boolean;
  readonly draw: DrawOptions;
  readonly workers: number;
  /** Where the transcript of the one run goes. */
  readonly trace: string | null;
  readonly shrinkRuns: number;
  /** Where the plans of failures go. */
  readonly out: string;
}

/** Throws `usage` for flags that do not go together. */
export function requestOf(flags: SimFlags): SimRequest {
  const { seed, seeds = 1, trace, workers = lanesOfMachine(), shrink, out } = flags;
  if (trace !== undefined && seeds > 1) throw oneTraceOnly(seeds);
  if (seed !== undefined && !isSeed(seed)) throw wrongSeed('1 to 200 characters', seed);
  const first = seed ?? String(freshSeed());
  return {
    seeds: seeds === 1 ? [first] : seedsFrom(first, seeds),
    isFresh: seed === undefined,
    draw: drawOf(flags),
    workers: Math.min(workers, seeds),
    trace: trace ?? null,
    shrinkRuns: shrink,
    out,
  };
}

export function drawOf({
  nodes,
  ticks,
  members,
}: Pick<SimFlags, 'nodes' | 'ticks' | 'members'>): DrawOptions {
  return {
    ...(nodes === undefined ? {} : { nodes }),
    ...(ticks === undefined ? {} : { ticks }),
    ...(members === undefined || members === 'drawn' ? {} : { members }),
  };
}

/** The flags with which another process draws the same plans. */
export function drawFlags({ nodes, ticks, members }: DrawOptions): readonly string[] {
  return [
    ...(nodes === undefined ? [] : ['--nodes', String(nodes)]),
    ...(ticks === undefined ? [] : ['--ticks', String(ticks)]),
    ...(members === undefined ? [] : ['--members', members]),
  ];
}

function seedsFrom(first: string, count: number): readonly string[] {
  const start = Number(first);
  if (!/^\d+$/.test(first) || !Number.isSafeInteger(start + count)) {
    throw wrongSeed(`a whole number, because --seeds ${count} counts up from it`, first);
  }
  return Array.from({ length: count }, (_, at) => String(start + at));
}

function wrongSeed(expected: string, found: string): DsysError {
  return new DsysError({
    code: 'usage',
    message: `--seed: expected ${expected}; found ${JSON.stringify(found.slice(0, 80))}`,
    hint: 'write --seed 1, or leave it out for a fresh one',
  });
}

function oneTraceOnly(seeds: number): DsysError {
  return new DsysError({
    code: 'usage',
    message: `--trace: expected one seed; found --seeds ${seeds}`,
    hint: 'run the seed that you want to read with --seed S --trace FILE',
  });
}
