// Every planted bug still has its place in today's source, is code, and names catchers that exist.
// Whether it is caught is the business of the hunt (`npm run zoo`).

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { transformSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { invariantNames } from '../../src/simulation/outcome.ts';
import { places, plant, readBugs } from './bug.ts';

const root = join(import.meta.dirname, '../..');
const bugs = readBugs(root);

it('the zoo has many bugs', () => {
  expect(bugs.length).toBeGreaterThanOrEqual(24);
});

describe.each(bugs.map((bug) => [bug.id, bug] as const))('%s', (_id, bug) => {
  const source = readFileSync(join(root, bug.file), 'utf8');

  it('finds its text exactly once', () => {
    expect(places(source, bug), `${bug.file} has changed: adapt the bug`).toBe(1);
  });

  it('is code, and other code than before', () => {
    const [before, after] = [source, plant(source, bug)].map(
      (text) => transformSync(text, { loader: 'ts' }).code,
    );
    expect(after).not.toBe(before);
  });

  it('has a story, a source, and catchers of the closed list', () => {
    expect(bug.story).toMatch(/\w{3}.*\.$/);
    expect(bug.source.length).toBeGreaterThan(8);
    expect(bug.expect.length).toBeGreaterThan(0);
    for (const name of bug.expect) expect(invariantNames).toContain(name);
  });
});
