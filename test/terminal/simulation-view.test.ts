// What `dsys sim` shows to a person, to the character.

import { describe, expect, it } from 'vitest';
import { plain } from '../../src/terminal/palette.ts';
import {
  counted,
  coverageLines,
  failureLines,
  planLines,
  timeLine,
} from '../../src/terminal/simulation-view.ts';

const plan = {
  seed: '7',
  nodes: 3,
  ticks: 3000,
  partitions: 1,
  replicationFactor: 3,
  limits: { logEntriesMax: 12, nodeLogBytesMax: 13_710 },
  network: { delayMin: 0, delayMax: 2, loss: 0.03, dup: 0, reorder: 0.12 },
  disk: { delayMin: 1, delayMax: 1 },
  pace: { lazy: 0.2 },
  faults: { kill: 3, pause: 0 },
  operations: 500,
  clients: 8,
};

const failure = {
  seed: '7',
  kind: 'correctness',
  invariant: 'vote-once',
  message: 'node1 voted twice\nin term 3',
  tick: 812,
  story: ['    100  fault: kill node1, 1.2 s', '    812  ✖ vote-once: node1 voted twice'],
  shrunk: '9 faults → 1 fault (12 runs)',
  commands: ['dsys replay sim-7.json', 'dsys sim --seed 7 --nodes 3 --ticks 3000'],
};

describe('a run', () => {
  it('begins with what was drawn', () => {
    expect(planLines(plan, plain)).toEqual([
      'SEED 7  3 nodes  1 partition  RF 3  3000 ticks  500 operations of 8 clients',
      'NETWORK 0–2 ticks  loss 3 %  doubled 0 %  reordered 12 %',
      'DISK 1 ticks  PACE lazy 20 %',
      'FAULTS',
      '  kill 3 · pause 0',
      'BOUNDS',
      '  logEntriesMax 12 · nodeLogBytesMax 13,710',
    ]);
    expect(planLines({ ...plan, faults: {}, limits: {} }, plain).slice(-4)).toEqual([
      'FAULTS',
      '  none',
      'BOUNDS',
      '  none',
    ]);
  });

  it('tells virtual time beside real time', () => {
    expect(timeLine({ ticks: 3_021_000, simulatedMs: 30_210_000, elapsedMs: 550_000 })).toBe(
      '3,021,000 ticks: 8h23m of simulated time in 9m10s (55 × real time)',
    );
  });
});

describe('a failure', () => {
  it('is told with its story, what was left out, and how to play it again', () => {
    expect(failureLines(failure, plain)).toEqual([
      '✖ seed 7: correctness, vote-once, at tick 812',
      '    node1 voted twice',
      '    in term 3',
      '  shrunk   9 faults → 1 fault (12 runs)',
      '  story    (of what is left: tick, what happened)',
      '      100  fault: kill node1, 1.2 s',
      '      812  ✖ vote-once: node1 voted twice',
      '  replay   dsys replay sim-7.json',
      '           dsys sim --seed 7 --nodes 3 --ticks 3000',
    ]);
  });

  it('without a story is told by its heading alone', () => {
    const short = { ...failure, story: ['    812  ✖ vote-once'], shrunk: null, commands: [] };
    expect(failureLines(short, plain)).toEqual([
      '✖ seed 7: correctness, vote-once, at tick 812',
      '    node1 voted twice',
      '    in term 3',
    ]);
  });

  it('shows the beginning of a long message', () => {
    const message = Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\n');
    const lines = failureLines({ ...failure, message, story: [], commands: [] }, plain);
    expect(lines.filter((line) => line.includes('line'))).toHaveLength(12);
  });
});

describe('coverage', () => {
  it('is a family a heading, and what never happened is marked', () => {
    const coverage = { 'fault kill': 1200, 'fault wipe': 0, 'judge keys too hard': 0 };
    expect(coverageLines({ coverage, uncovered: ['fault wipe'] }, plain)).toEqual([
      'FAULT',
      '  kill 1,200 · wipe 0 !',
      'JUDGE',
      '  keys too hard 0',
    ]);
  });

  it('fits the width of a terminal', () => {
    const names = Array.from({ length: 60 }, (_, at) => [`rare thing number ${at}`, at]);
    const coverage = Object.fromEntries(names);
    for (const line of coverageLines({ coverage, uncovered: [] }, plain))
      expect(line.length).toBeLessThanOrEqual(100);
  });

  it('writes numbers with thousands apart', () => {
    expect([0, 999, 1000, 1_234_567].map(counted)).toEqual(['0', '999', '1,000', '1,234,567']);
  });
});
