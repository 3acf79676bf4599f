// What `dsys sim` and `dsys replay` refuse before anything runs: the file or flag is named, with what
// was expected and what was found.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runVerb } from './run-verb.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'dsys-simulation-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function refused(verb: string, ...argv: readonly string[]): Promise<string> {
  const plain = await runVerb(verb, argv);
  const json = await runVerb(verb, [...argv, '--json']);
  expect([plain.exitCode, plain.stdout, json.exitCode, json.stderr]).toEqual([64, '', 64, '']);
  const { message } = (JSON.parse(json.stdout) as { error: { message: string } }).error;
  expect(plain.stderr).toContain(message);
  return message;
}

describe('dsys replay', () => {
  it('refuses a file that is not there, and one that is none', async () => {
    expect(await refused('replay', join(folder, 'nothing.json'))).toContain('found no such file');
    expect(await refused('replay', folder)).toContain('expected a readable file');
  });

  it('refuses what is no plan, and says where', async () => {
    const path = join(folder, 'broken.json');
    writeFileSync(path, '{"schema":1');
    expect(await refused('replay', path)).toContain(`${path}: expected JSON`);
    writeFileSync(path, '{"schema":3}');
    expect(await refused('replay', path)).toContain('schema: expected a whole number from 1 to 1');
  });
});

describe('dsys sim', () => {
  it('counts up from a seed that is a number, and from no other', async () => {
    const expected = 'expected a whole number, because --seeds 3 counts up from it; found "x"';
    expect(await refused('sim', '--seed', 'x', '--seeds', '3')).toContain(expected);
    const last = String(Number.MAX_SAFE_INTEGER);
    expect(await refused('sim', '--seed', last, '--seeds', '3')).toContain('a whole number');
  });

  it('refuses a seed without characters, or with very many', async () => {
    for (const seed of ['', 'x'.repeat(201)])
      expect(await refused('sim', '--seed', seed)).toContain('expected 1 to 200 characters');
  });

  it('traces one seed only, to a file that can be written', async () => {
    const many = await refused('sim', '--trace', 't', '--seeds', '3');
    expect(many).toContain('--trace: expected one seed; found --seeds 3');
    const nowhere = ['--trace', join(folder, 'no', 'trace'), '--quiet', '--ticks', '20'];
    expect(await refused('sim', ...nowhere)).toContain('--trace: expected a file');
  });

  it('writes plans only where it may', async () => {
    const nowhere = join(folder, 'no');
    expect(await refused('sim', '--out', nowhere)).toContain(
      '--out: expected a directory of yours',
    );
    const file = join(folder, 'file');
    writeFileSync(file, '');
    expect(await refused('sim', '--out', file)).toContain('it is a file');
  });
});
