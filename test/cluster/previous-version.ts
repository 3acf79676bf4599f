// The build of the previous version, made from this one: the same program at the level before the
// newest feature, whose wire does not know the messages that came with it. So whatever is said to
// it too early is a frame that it has to drop, and counts.

import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

const root = new URL('../..', import.meta.url).pathname;
const copied = ['bin', 'package.json', 'dist/src', 'dist/commands'];

/** What an old build has otherwise: file below dist/src, what stands there, what stood there. */
const older: readonly (readonly [string, string, string])[] = [
  ['core/model/features.js', ': features.elasticity;', ': features.baseline;'],
  ['wire/numbers.js', 'membership: 8,', 'membership: 1008,'],
  ['wire/numbers.js', "'address-book': 9,", "'address-book': 1009,"],
];

/** Builds it below `directory`; the path of its command line. */
export async function buildPreviousVersion(directory: string): Promise<string> {
  mkdirSync(join(directory, 'dist'), { recursive: true });
  for (const path of copied) cpSync(join(root, path), join(directory, path), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'));
  for (const [file, now, before] of older) {
    const path = join(directory, 'dist/src', file);
    const text = readFileSync(path, 'utf8');
    if (!text.includes(now)) throw new Error(`expected ${now} in ${path}, to make it older`);
    writeFileSync(path, text.replace(now, before));
  }
  await execa(process.execPath, [join(directory, 'dist/commands/build/pack.js')]);
  return join(directory, 'bin/dsys.js');
}
