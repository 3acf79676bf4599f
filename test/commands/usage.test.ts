// Wrong command lines: every verb refuses an unknown flag with 64, with and without --json, and
// says what was meant.

import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerb } from './run-verb.ts';

const verbs = readdirSync(new URL('../../commands', import.meta.url))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3));
const before = { ...process.env };
let home: string;

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'dsys-usage-'));
  process.env.DSYS_HOME = home;
  delete process.env.DSYS_CLUSTER;
});

afterAll(() => {
  process.env = before;
  rmSync(home, { recursive: true, force: true });
});

describe.each(verbs)('dsys %s', (verb) => {
  it('refuses an unknown flag on stderr', async () => {
    const run = await runVerb(verb, ['--nope']);
    expect(run.exitCode).toBe(64);
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain(`dsys ${verb} has no flag --nope`);
    expect(run.stderr).not.toContain('    at ');
  });

  it('refuses an unknown flag as one JSON value', async () => {
    const run = await runVerb(verb, ['--nope', '--json']);
    expect(run.exitCode).toBe(64);
    expect(run.stderr).toBe('');
    const told = JSON.parse(run.stdout);
    expect(told).toMatchObject({ schema: 1, error: { code: 'usage', retryable: false } });
    expect(run.stdout.trim().split('\n')).toHaveLength(1);
  });
});

describe('what was meant', () => {
  const hint = async (verb: string, argv: string[]): Promise<string> =>
    JSON.parse((await runVerb(verb, [...argv, '--json'])).stdout).error.hint;

  it('is a flag with nearly that name', async () => {
    expect(await hint('put', ['k', 'v', '--consistancy', 'all'])).toBe(
      'did you mean --consistency?',
    );
    expect(await hint('up', ['--node=3'])).toBe('did you mean --nodes?');
    expect(await hint('status', ['--jsno'])).toBe('did you mean --json?');
    expect(await hint('sim', ['--seesd', '3'])).toBe('did you mean --seed?');
    expect(await hint('sim', ['--worker', '3'])).toBe('did you mean --workers?');
    expect(await hint('replay', ['f', '--trase', 't'])).toBe('did you mean --trace?');
  });

  it('is a value with nearly that name', async () => {
    expect(await hint('put', ['k', 'v', '--consistency', 'quorom'])).toBe(
      'did you mean --consistency quorum?',
    );
    expect(await hint('status', ['--view', 'rings'])).toBe('did you mean --view ring?');
    expect(await hint('up', ['--wait', 'readdy'])).toBe('did you mean --wait ready?');
    expect(await hint('wait', ['--for', 'elephant'])).toBe('dsys wait --help');
  });

  it('is told by the values that a flag takes', async () => {
    const run = await runVerb('put', ['k', 'v', '--consistency', 'most']);
    expect(run.exitCode).toBe(64);
    expect(run.stderr).toContain('one, quorum, all');
  });
});

describe('values of flags and arguments', () => {
  it.each([
    ['get', []],
    ['use', []],
    ['kill', []],
    ['wait', []],
    ['put', ['k', 'v', 'w']],
    ['up', ['--nodes', '0']],
    ['up', ['--nodes', 'many']],
    ['up', ['--timeout', 'soon']],
    ['up', ['--base-port']],
    ['kill', ['node1', '--signal', 'SIGNOTHING']],
    ['bench', ['--clients', '-1']],
    ['put', ['k', 'v', '--if-version', 'x']],
    ['sim', ['--nodes', '1']],
    ['sim', ['--seeds', '0']],
    ['sim', ['--ticks', 'long']],
    ['sim', ['--workers', '0']],
    ['sim', ['extra']],
    ['replay', []],
  ])('dsys %s %j is a usage error both ways', async (verb, argv) => {
    const plain = await runVerb(verb, argv);
    expect(plain.exitCode).toBe(64);
    expect(plain.stderr).toMatch(/^✖ \S/);
    const json = await runVerb(verb, [...argv, '--json']);
    expect(json.exitCode).toBe(64);
    expect(JSON.parse(json.stdout).error.code).toBe('usage');
  });

  it('names a flag that is missing', async () => {
    const { stderr } = await runVerb('wait', []);
    expect(stderr).toBe('✖ the flag --for is missing\n  → dsys wait --help\n');
  });

  it('says what is wrong with a duration, in plain words', async () => {
    const { stderr } = await runVerb('up', ['--timeout', 'soon']);
    expect(stderr).toContain(
      '✖ --timeout: expected a duration such as 250ms, 2s or 1m; found "soon"',
    );
    expect(stderr).not.toContain('See more help');
  });
});
