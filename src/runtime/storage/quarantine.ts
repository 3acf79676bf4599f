// Keeps damaged tables out of the engine's reach while it opens. A table that it needs it then
// misses, and says so; one that a crash left over is not missed, and is removed.

import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { damageInTable } from './table-check.ts';

const tablePattern = /^\d+\.(ldb|sst)$/;
const suffix = '.damaged';

export class Quarantine {
  readonly #damaged: { readonly path: string; readonly offset: number }[] = [];

  /** Checks every table in `location` and moves the damaged ones aside. */
  static async check(location: string): Promise<Quarantine> {
    const quarantine = new Quarantine();
    for (const name of (await readdir(location)).sort()) {
      if (tablePattern.test(name)) await quarantine.#checkTable(join(location, name));
    }
    return quarantine;
  }

  /** null: nothing was damaged. Else the first file, and where. */
  get finding(): string | null {
    const [first] = this.#damaged;
    return first === undefined ? null : `${first.path} is damaged at offset ${first.offset}`;
  }

  /** The engine has all of its rows without them. */
  async discard(): Promise<void> {
    for (const { path } of this.#damaged) await rm(`${path}${suffix}`, { force: true });
  }

  /** The engine misses them: everything stays as it was found. */
  async restore(): Promise<void> {
    for (const { path } of this.#damaged) await rename(`${path}${suffix}`, path);
  }

  async #checkTable(path: string): Promise<void> {
    const file = await readFile(path).catch(nullIfMissing);
    const offset = file === null ? null : damageInTable(file);
    if (offset === null) return;
    const moved = await rename(path, `${path}${suffix}`).then(() => true, nullIfMissing);
    if (moved !== null) this.#damaged.push({ path, offset });
  }
}

/**
 * The engine removes tables that it no longer needs, also while they are looked at here; one that it
 * does need, it misses itself.
 */
function nullIfMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT') return null;
  throw error;
}
