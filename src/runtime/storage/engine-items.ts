// The items of one group as the engine gave them: bytes with a good checksum. A row is decoded when
// the partition takes it. Until all are taken, the digest asks here for the names of the others.

import { assert } from '../../core/model/assert.ts';
import type { ItemRow } from '../../core/model/state.ts';
import type { StoredItems } from '../../core/model/stored-items.ts';
import { decodeRow, itemKeyOf, rowKey } from '../../wire/state-row.ts';
import type { GroupDigest, UnnamedRows } from './digest.ts';
import { checksumOf, contentOf, isTombstone } from './engine-value.ts';
import { ItemPack } from './item-pack.ts';

/** What became of a row so far: bits. */
const taken = 1;
const named = 2;

export class EngineItems implements StoredItems, UnnamedRows {
  readonly #digest: GroupDigest;
  #pack = new ItemPack();
  /** One for each row, from when the first one is asked for. */
  #marks = new Uint8Array();
  #tombstones: number[] = [];
  #left = 0;
  #live = 0;

  constructor(digest: GroupDigest) {
    this.#digest = digest;
    digest.nameLater(this);
  }

  get live(): number {
    return this.#live;
  }

  add(sealed: Buffer): void {
    this.#pack.add(sealed);
    this.#digest.count(checksumOf(sealed));
    if (isTombstone(sealed)) this.#tombstones.push(this.#left);
    else this.#live += 1;
    this.#left += 1;
  }

  take(key: string): ItemRow | null {
    const number = this.#pack.find(key);
    return number === null || this.#isMarked(number, taken) ? null : this.#take(number);
  }

  takeTombstones(): readonly ItemRow[] {
    const numbers = this.#tombstones.filter((number) => !this.#isMarked(number, taken));
    this.#tombstones = [];
    return numbers.map((number) => this.#take(number));
  }

  takeRest(): readonly ItemRow[] {
    const rows: ItemRow[] = [];
    for (let number = 0; number < this.#pack.length; number++) {
      if (!this.#isMarked(number, taken)) rows.push(this.#take(number));
    }
    return rows;
  }

  takeName(name: string): number | null {
    const key = itemKeyOf(name);
    const number = key === null ? null : this.#pack.find(key);
    if (number === null || this.#isMarked(number, named)) return null;
    this.#mark(number, named);
    return checksumOf(this.#pack.sealed(number));
  }

  *takeNames(): Generator<readonly [name: string, checksum: number]> {
    for (let number = 0; number < this.#pack.length; number++) {
      if (this.#isMarked(number, named)) continue;
      this.#mark(number, named);
      const name = rowKey({ kind: 'item', key: this.#pack.key(number) });
      yield [name, checksumOf(this.#pack.sealed(number))];
    }
  }

  #take(number: number): ItemRow {
    const sealed = this.#pack.sealed(number);
    const row = decodeRow(contentOf(sealed));
    assert(row.kind === 'item', () => `a ${row.kind} row is stored as an item`);
    if (!this.#isMarked(number, named)) this.#digest.name(rowKey(row), checksumOf(sealed));
    this.#mark(number, taken | named);
    if (!isTombstone(sealed)) this.#live -= 1;
    this.#left -= 1;
    if (this.#left === 0) this.#forget();
    return row;
  }

  #isMarked(number: number, mark: number): boolean {
    return ((this.#marks[number] ?? 0) & mark) !== 0;
  }

  #mark(number: number, mark: number): void {
    if (this.#marks.length === 0) this.#marks = new Uint8Array(this.#pack.length);
    this.#marks[number] = (this.#marks[number] ?? 0) | mark;
  }

  /** All are taken, and so all are named. */
  #forget(): void {
    this.#pack = new ItemPack();
    this.#marks = new Uint8Array();
    this.#tombstones = [];
  }
}
