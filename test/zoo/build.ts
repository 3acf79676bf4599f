// Builds the simulator with one bug in place, or none, without touching the source: the text is
// replaced while the bundler reads its file.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { type Bug, plant } from './bug.ts';

export interface Building {
  readonly root: string;
  /** Below the repository, so that the bundle finds the packages. */
  readonly folder: string;
}

/** Returns the path of a module for a Worker. `null`: the source as it is. */
export async function buildSubject({ root, folder }: Building, bug: Bug | null): Promise<string> {
  const outfile = join(folder, `${bug?.id ?? 'sound'}.js`);
  await build({
    entryPoints: [join(root, 'test/zoo/subject.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    logLevel: 'error',
    plugins: bug === null ? [] : [planting(root, bug)],
  });
  return outfile;
}

function planting(root: string, bug: Bug): Plugin {
  const path = join(root, bug.file);
  let planted = false;
  return {
    name: 'plant',
    setup: ({ onLoad, onEnd }) => {
      onLoad({ filter: /\.ts$/ }, async (file) => {
        if (file.path !== path) return null;
        planted = true;
        return { contents: plant(await readFile(path, 'utf8'), bug), loader: 'ts' };
      });
      onEnd(() => {
        if (!planted) throw new Error(`${bug.id}: the simulator does not load ${bug.file}`);
      });
    },
  };
}
