// What is said of seeds that failed: the first of each kind is looked into and kept in a file, the
// others are named with the command that plays them again.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { standardOutput } from '../../commands/cli/output.ts';
import { type Explained, explainFailures } from '../../commands/simulation/explain.ts';
import { requestOf } from '../../commands/simulation/request.ts';
import type { Failure } from '../../src/simulation/outcome.ts';
import { parseReplayFile } from '../../src/simulation/replay/file.ts';
import type { RunReport } from '../../src/simulation/report.ts';

let out: string;

beforeAll(() => {
  out = mkdtempSync(join(tmpdir(), 'dsys-explain-'));
});

afterAll(() => rmSync(out, { recursive: true, force: true }));

const vote: Failure = {
  kind: 'correctness',
  invariant: 'vote-once',
  message: 'node1 voted twice',
  tick: 7,
};
const crash: Failure = { ...vote, kind: 'crash', invariant: 'assertion', message: 'Error: 7' };

const failed = (seed: string, failure: Failure): RunReport => {
  return { seed, nodes: 3, ticks: 20, traceHash: '', failure, coverage: {} };
};

/** The plans of these seeds do not fail when they are played: nobody planted a bug here. */
function explain(...reports: readonly RunReport[]): Promise<readonly Explained[]> {
  const request = requestOf({ seed: '1', nodes: 3, ticks: 20, shrink: 2, out });
  return explainFailures(reports, request, standardOutput({ json: true, quiet: true }));
}

describe('failures', () => {
  it('of one kind are looked into once, in the order of the seeds', async () => {
    const explained = await explain(failed('1', vote), failed('2', vote), failed('3', crash));
    expect(explained.map(({ seed, kind }) => [seed, kind])).toEqual([
      ['1', 'correctness'],
      ['2', 'correctness'],
      ['3', 'crash'],
    ]);
    expect(explained.map(({ file }) => file)).toEqual([
      join(out, 'sim-1.json'),
      null,
      join(out, 'sim-3.json'),
    ]);
    expect(explained[1]?.commands).toEqual(['dsys sim --seed 2 --nodes 3 --ticks 20']);
    expect(explained[1]?.story).toEqual(['      7  ✖ vote-once: node1 voted twice']);
  });

  it('that do not come again are called what they are: a simulator that is not deterministic', async () => {
    const [only] = await explain(failed('4', vote));
    expect(only?.story.join(' ')).toContain('not deterministic');
    expect(only?.sizes?.to).toEqual(only?.sizes?.from);
  });

  it('are kept in a file that can be played', async () => {
    const [only] = await explain(failed('5', vote));
    const path = only?.file ?? '';
    const file = parseReplayFile(readFileSync(path, 'utf8'), path);
    expect(file.plan).toMatchObject({ seed: '5', nodes: 3, ticks: 20 });
    expect(file.failure).toEqual({
      kind: vote.kind,
      invariant: vote.invariant,
      message: vote.message,
    });
    expect(only?.commands[0]).toBe(`dsys replay ${path}`);
  });

  it('keep their file in the folder, whatever their seed is called', async () => {
    const [only] = await explain(failed("../it's", vote));
    expect(only?.file).toBe(join(out, 'sim-.._it_s.json'));
    expect(readdirSync(out)).toContain('sim-.._it_s.json');
    expect(only?.commands[1]).toBe("dsys sim --seed '../it'\\''s' --nodes 3 --ticks 20");
  });
});
