// The documentation says what the code says: generated tables are equal, links lead somewhere,
// every dependency has its reason. `npm run docs` (DSYS_WRITE_DOCS=1) writes the generated parts
// instead of comparing them.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { limits } from '../src/core/model/limits.ts';
import { readVerbs } from './docs/manifest.ts';
import { blockOf, commandReference, errorTable, exitTable, withBlock } from './docs/reference.ts';
import { doorways } from './tidy/rooms.ts';
import { root } from './tidy/tree.ts';

const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const pages = [
  'README.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
].sort();

const generated = {
  errors: errorTable,
  'exit-codes': exitTable,
  commands: () => commandReference(readVerbs()),
};

describe('README.md', () => {
  for (const [name, render] of Object.entries(generated)) {
    it(`holds the ${name} of the code; \`npm run docs\` writes them`, () => {
      if (process.env.DSYS_WRITE_DOCS === '1') {
        writeFileSync(
          join(root, 'README.md'),
          withBlock(read('README.md'), { name, content: render() }),
        );
      }
      expect(blockOf(read('README.md'), name)).toBe(render());
    });
  }

  it('states the limits that a user meets', () => {
    const text = read('README.md');
    expect(text).toContain(`${limits.keyBytesMax / 1024} KiB`);
    expect(text).toContain(`${limits.valueBytesMax / (1 << 20)} MiB`);
    expect(read('docs/limits.md')).toContain(`${limits.frameBytesMax / (1 << 20)} MiB`);
    expect(read('docs/limits.md')).toContain(limits.pendingRequestsMax.toLocaleString('en'));
  });

  it('shows every folder of the house', () => {
    const house = read('docs/house.md');
    for (const room of readdirSync(join(root, 'src'), { withFileTypes: true })) {
      if (room.isDirectory()) expect(house).toContain(`  ${room.name}/`);
    }
  });
});

describe('the pages', () => {
  it('link only to what is there', () => {
    const broken = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !existsSync(join(root, dirname(page), target)))
        .map((target) => `${page}: ${target}`),
    );
    expect(broken).toEqual([]);
  });

  it('name only source files that are there', () => {
    const gone = pages.flatMap((page) =>
      [...read(page).matchAll(/`((?:src|test|bench|bin|commands|docs)\/[\w./-]+)`/g)]
        .map((match) => match[1] ?? '')
        .filter((target) => !existsSync(join(root, target)))
        .map((target) => `${page}: ${target}`),
    );
    expect(gone).toEqual([]);
  });

  it('are reached from the README', () => {
    const linked = read('README.md');
    for (const page of pages.filter((each) => /^docs\/[^/]+\.md$/.test(each))) {
      expect(linked).toContain(`(${page})`);
    }
  });

  it('hold decision records, numbered without a gap, each with a situation and a decision', () => {
    const records = readdirSync(join(root, 'docs/decisions')).sort();
    records.forEach((name, index) => {
      expect(name.slice(0, 4)).toBe(`${String(index + 1).padStart(3, '0')}-`);
      expect(read(`docs/decisions/${name}`)).toMatch(/\*\*Situation\.\*\*[\s\S]*\*\*Decided\.\*\*/);
    });
  });
});

describe('docs/dependencies.md', () => {
  const manifest = JSON.parse(read('package.json')) as {
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
  };
  const listed = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \| (.+?) \|/gm)];

  it('gives every dependency its reason, and lists no other', () => {
    const names = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)];
    expect(listed.map((match) => match[1]).sort()).toEqual(names.sort());
    for (const [, , reason] of listed) expect(reason?.length).toBeGreaterThan(15);
  });

  it('names the doorway of each package that dsys runs on', () => {
    const text = read('docs/dependencies.md');
    for (const name of Object.keys(manifest.dependencies)) expect(doorways).toHaveProperty([name]);
    for (const path of Object.values(doorways).flat()) expect(text).toContain(`\`${path}\``);
  });
});
