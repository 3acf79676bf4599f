// A partition whose items are still with the storage, against one that has them all: whatever is
// asked of both, in whatever order, they answer alike.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Partition } from '../../../src/core/data/partition.ts';
import { nodeId } from '../../../src/core/model/ids.ts';
import type { ItemRow, StateRow } from '../../../src/core/model/state.ts';
import { itemsInHand, type StoredItems } from '../../../src/core/model/stored-items.ts';
import {
  at,
  del,
  increment,
  newPartition,
  put,
  rowsOf,
  Script,
  session,
  tentative,
  text,
} from './script.ts';

const keys = ['a', 'b', 'c', 'd', 'e', 'f'] as const;
const nodes = ['node1', 'node2'].map(nodeId);
const bounds = { sessionsMax: 3, conflictsMax: 4, scanEntriesMax: 3, snapshotChunkBytes: 600 };

const isItem = (row: StateRow): row is ItemRow => row.kind === 'item';

/** Hands nothing out twice, and says so. */
class Shelf implements StoredItems {
  readonly #items: StoredItems;
  readonly #handedOut = new Set<string>();

  constructor(rows: readonly ItemRow[]) {
    this.#items = itemsInHand(rows);
  }

  /** What is handed out for good. */
  get handedOut(): number {
    return this.#handedOut.size;
  }

  get live(): number {
    return this.#items.live;
  }

  takeTombstones(): readonly ItemRow[] {
    return this.#handOut(this.#items.takeTombstones());
  }

  take(key: string): ItemRow | null {
    const row = this.#items.take(key);
    return row === null ? null : (this.#handOut([row])[0] ?? null);
  }

  takeRest(): readonly ItemRow[] {
    return this.#handOut(this.#items.takeRest());
  }

  #handOut(rows: readonly ItemRow[]): readonly ItemRow[] {
    for (const { key } of rows) {
      if (this.#handedOut.has(key)) throw new Error(`${key} was handed out twice`);
      this.#handedOut.add(key);
    }
    return rows;
  }
}

/** The same rows, restored with all items and with all of them on a shelf. */
function restoredPair(rows: readonly StateRow[]): readonly [whole: Partition, lazy: Partition] {
  const [whole, lazy] = [newPartition(bounds), newPartition(bounds)];
  whole.restore(rows);
  const others = rows.filter((row) => !isItem(row));
  lazy.restore(others, { changed: false, stored: new Shelf(rows.filter(isItem)) });
  for (const each of [whole, lazy]) each.setReplicas(nodes);
  return [whole, lazy];
}

const sorted = (rows: readonly StateRow[]): string[] =>
  rows.map((row) => JSON.stringify(row)).sort();

interface Step {
  readonly kind: (typeof kinds)[number];
  readonly key: (typeof keys)[number];
  readonly number: number;
}

const kinds = [
  'put',
  'delete',
  'increment',
  'conditional',
  'merge',
  'buried',
  'mark',
  'get',
  'scan',
  'hash',
  'snapshot',
  'changes',
  'restart',
] as const;

const steps = fc.array(
  fc.record<Step>({
    kind: fc.constantFrom(...kinds),
    key: fc.constantFrom(...keys),
    number: fc.nat({ max: 9 }),
  }),
  { minLength: 1, maxLength: 40 },
);

class Pair {
  #whole = new Script(newPartition(bounds));
  #lazy = new Script(newPartition(bounds));
  /** Nobody asked for anything yet, so the tombstones are not known. */
  #isUntouched = false;
  #counter = 0;

  constructor() {
    for (const { partition } of [this.#whole, this.#lazy]) partition.setReplicas(nodes);
  }

  take(step: Step): void {
    if (step.kind === 'restart') this.#restart();
    else {
      this.#counter += 1;
      expect(this.#answer(this.#lazy, step)).toEqual(this.#answer(this.#whole, step));
      if (step.kind !== 'changes') this.#isUntouched = false;
    }
    expect(this.#seen(this.#lazy.partition)).toEqual(this.#seen(this.#whole.partition));
  }

  expectSameEnd(): void {
    expect(this.#lazy.partition.hash()).toBe(this.#whole.partition.hash());
    this.take({ kind: 'scan', key: 'a', number: 0 });
    this.take({ kind: 'changes', key: 'a', number: 0 });
  }

  #restart(): void {
    const rows = this.#whole.partition.snapshotChunks().flat();
    const [whole, lazy] = restoredPair(rows);
    this.#whole = new Script(whole, this.#whole.index);
    this.#lazy = new Script(lazy, this.#lazy.index);
    this.#isUntouched = true;
  }

  #seen(partition: Partition): unknown {
    const { keys: live, hasChanges, changedRows, conflicts, hlc } = partition;
    const tombstones = this.#isUntouched
      ? []
      : nodes.map((node) => partition.oldestTombstoneNotPassedBy(node));
    return { live, hasChanges, changedRows, conflicts, hlc, tombstones };
  }

  #answer(script: Script, { kind, key, number }: Step): unknown {
    const { partition } = script;
    const ref = session(`c${number % 4}`, this.#counter, { issuedAt: at(1000 + this.#counter) });
    switch (kind) {
      case 'put':
        return script.write(put(key, `v${number}`), ref);
      case 'delete':
        return script.write(del(key), ref);
      case 'increment':
        return script.write(increment(`n${number % 2}`), ref);
      case 'conditional':
        return script.write(put(key, 'if', { ifVersion: script.index - number }), ref);
      case 'merge':
      case 'buried':
        return script.merge(
          tentative({
            from: `node${1 + (number % 2)}#1`,
            counter: this.#counter,
            key,
            value: kind === 'merge' ? `m${number}` : null,
            hlc: at(1000 + 300 * number),
          }),
        );
      case 'mark':
        return script.watermark(`node${1 + (number % 2)}`, script.index - (number % 3));
      case 'get':
        return partition.read(number > 7 ? 'nowhere' : key);
      case 'scan':
        return partition.scan({ prefix: '', after: number > 4 ? key : null, limit: 1 + number });
      case 'hash':
        return partition.hash();
      case 'snapshot':
        return sorted(partition.snapshotChunks().flat());
      case 'changes':
        return partition.takeChanges();
      default:
        throw new Error(`no answer to ${kind}`);
    }
  }
}

describe('a partition whose items are with the storage', () => {
  it('answers everything as one that has them all, step by step', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const pair = new Pair();
        for (const step of all) pair.take(step);
        pair.expectSameEnd();
      }),
      { numRuns: 500 },
    );
  });

  it('takes the keys that are asked for and no others, until somebody wants to see all', () => {
    const script = new Script(newPartition(bounds));
    for (const key of keys) script.write(put(key, `first ${key}`));
    script.write(del('f'));
    const rows = rowsOf(script.partition);
    const shelf = new Shelf(rows.filter(isItem));
    const partition = newPartition();
    partition.restore(
      rows.filter((row) => !isItem(row)),
      { changed: false, stored: shelf },
    );
    expect([partition.keys, shelf.handedOut]).toEqual([5, 0]);
    const again = new Script(partition, script.index);
    again.write(put('a', 'second'), session('other', 1));
    again.write(put('new', 'third'), session('other', 2));
    expect(text(partition.read('b')?.value)).toBe('first b');
    expect([partition.keys, shelf.handedOut]).toEqual([6, 3]);
    expect(
      partition
        .takeChanges()
        .rows.filter(isItem)
        .map(({ key }) => key),
    ).toEqual(['a', 'new']);
    expect(shelf.handedOut).toBe(3);
    const { entries } = partition.scan({ prefix: '', after: null, limit: 10 });
    expect(entries.map(({ key }) => key)).toEqual(['a', 'b', 'c', 'd', 'e', 'new']);
    expect([partition.keys, shelf.handedOut]).toEqual([6, 6]);
  });

  it('forgets them when it is restored from elsewhere', () => {
    const script = new Script(newPartition(bounds));
    script.write(put('old', 'x'));
    const old = rowsOf(script.partition);
    const partition = newPartition();
    const others = old.filter((row) => !isItem(row));
    partition.restore(others, { changed: false, stored: new Shelf(old.filter(isItem)) });
    const other = new Script();
    other.write(put('new', 'y'));
    partition.restore(rowsOf(other.partition), { changed: true });
    expect([partition.keys, partition.read('old')]).toEqual([1, null]);
    expect(partition.hash()).toBe(other.partition.hash());
  });
});
