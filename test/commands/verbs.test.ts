// Every verb that there is can be run, and is told of by help.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verbs } from '../../commands/entry/verbs.ts';

const root = join(import.meta.dirname, '..', '..');
const modules = readdirSync(join(root, 'commands'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -3))
  .sort();

test('the table has a verb for each file of commands/, under its name', async () => {
  expect(Object.keys(verbs)).toEqual(modules);
  for (const [name, load] of Object.entries(verbs)) {
    const own = (await import(join(root, 'commands', `${name}.ts`))) as { default: unknown };
    expect((await load()).default, name).toBe(own.default);
  }
});

test('the manifest, which help reads, describes each', () => {
  const text = readFileSync(join(root, '.oclif.manifest.json'), 'utf8');
  const { commands } = JSON.parse(text) as { commands: object };
  expect(Object.keys(commands).sort()).toEqual(modules);
});
