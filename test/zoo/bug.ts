// A planted bug as data: one file of test/zoo/bugs/ each, named after the bug. Which text of which
// source file is replaced by what, the story, where such a bug was seen, and who must catch it.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InvariantName } from '../../src/simulation/outcome.ts';

/** As it stands in the file; texts are lists of lines. */
interface Page {
  readonly story: string;
  /** The section of the paper, the public report, or the page of docs/ that it breaks. */
  readonly source: string;
  readonly file: string;
  readonly replace: readonly string[];
  readonly by: readonly string[];
  readonly expect: readonly InvariantName[];
}

export interface Bug {
  readonly id: string;
  readonly story: string;
  readonly source: string;
  /** From the root of the repository. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly replace: string;
  readonly by: string;
  /** Any of these is right: which one is first depends on the run. */
  readonly expect: readonly InvariantName[];
}

/** All of them, in order of name. */
export function readBugs(root: string): readonly Bug[] {
  const folder = join(root, 'test/zoo/bugs');
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'));
  return names.sort().map((name) => {
    const page: Page = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    const [replace, by] = [page.replace.join('\n'), page.by.join('\n')];
    return { ...page, id: name.slice(0, -'.json'.length), replace, by };
  });
}

/** How often the text that the bug replaces stands in `source`. */
export function places(source: string, bug: Bug): number {
  return source.split(bug.replace).length - 1;
}

export function plant(source: string, bug: Bug): string {
  const found = places(source, bug);
  if (found !== 1) {
    throw new Error(
      `${bug.id}: ${bug.file} has its text ${found} times, expected once: adapt ` +
        `test/zoo/bugs/${bug.id}.json to the source as it is now`,
    );
  }
  const at = source.indexOf(bug.replace);
  return source.slice(0, at) + bug.by + source.slice(at + bug.replace.length);
}
