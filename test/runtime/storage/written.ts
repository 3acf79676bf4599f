// Directories of nodes that wrote a little, for the tests that damage them.

import { readdirSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { groupId } from '../../../src/core/model/ids.ts';
import type { Recovered } from '../../../src/core/model/records.ts';
import { openFileStorage } from '../../../src/runtime/storage/storage.ts';
import {
  dropOf,
  dropped,
  entriesRecord,
  entry,
  hardState,
  one,
  persistBatch,
  tentative,
  two,
} from '../../ports/storage-words.ts';

export const blocks = 6;
const three = groupId(3);
/** So small that each block gets a segment of its own. */
export const tinySegmentBytes = 128;

export interface Outcome {
  readonly recovered: Recovered | null;
  readonly error: {
    readonly code?: string;
    readonly message: string;
    readonly hint?: string;
  } | null;
  readonly warnings: readonly string[];
}

export class Laboratory {
  readonly #root: string;
  #copies = 0;

  private constructor(root: string) {
    this.#root = root;
  }

  static async make(): Promise<Laboratory> {
    return new Laboratory(await mkdtemp(join(tmpdir(), 'dsys-damage-')));
  }

  close(): Promise<void> {
    return rm(this.#root, { recursive: true, force: true });
  }

  /** A new directory of a node called node7; not made yet. */
  place(): string {
    this.#copies += 1;
    return join(this.#root, String(this.#copies), 'node7');
  }

  /** Six blocks: entry n of group 1, its hard state with term n, a `one` write, a drop. */
  async written({
    clean,
    segmentBytes,
  }: {
    clean: boolean;
    segmentBytes: number;
  }): Promise<string> {
    const directory = this.place();
    const storage = await openFileStorage({ directory, onWarning: unexpected, segmentBytes });
    await storage.recover();
    for (let n = 1; n <= blocks; n++) {
      const records = [
        entriesRecord(one, [entry(n)]),
        hardState(one, n, 'node1'),
        tentative(two, n),
        dropped(dropOf(three, n)),
      ];
      await storage.persist(persistBatch(n, records));
    }
    const left = clean ? directory : await this.copy(directory);
    await storage.close();
    return left;
  }

  async copy(directory: string): Promise<string> {
    const target = this.place();
    await cp(directory, target, { recursive: true });
    return target;
  }

  /** Recovers a copy of `origin` after `damage`. */
  async damaged(origin: string, damage: (directory: string) => void): Promise<Outcome> {
    const directory = await this.copy(origin);
    damage(directory);
    const outcome = await recoverIn(directory);
    await rm(directory, { recursive: true, force: true });
    return outcome;
  }
}

export async function recoverIn(directory: string): Promise<Outcome> {
  const warnings: string[] = [];
  const onWarning = (text: string) => warnings.push(text);
  try {
    const storage = await openFileStorage({ directory, onWarning, segmentBytes: 4096 });
    try {
      return { recovered: await storage.recover(), error: null, warnings };
    } finally {
      await storage.close();
    }
  } catch (error) {
    return { recovered: null, error: error as Error, warnings };
  }
}

export function unexpected(text: string): void {
  throw new Error(`unexpected warning: ${text}`);
}

export const walOf = (directory: string): string => join(directory, 'wal');

export function segmentsOf(directory: string): string[] {
  const names = readdirSync(walOf(directory));
  return names.filter((name) => name.endsWith('.log')).sort();
}
