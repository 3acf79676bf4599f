// Reads the repository's own TypeScript (and bin/) for the tidy test; generated and foreign folders
// stay out.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSource, type SourceTree } from './source.ts';

export const root = new URL('../..', import.meta.url).pathname;

const folders = ['bin', 'src', 'commands', 'bench', 'test', 'docs'];

export function readTree(): SourceTree {
  const paths = folders.flatMap((folder) => filesBelow(folder)).sort();
  return new Map(
    paths.map((path) => [path, parseSource(path, readFileSync(join(root, path), 'utf8'))]),
  );
}

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter((path) => /\.(ts|js)$/.test(path));
}
