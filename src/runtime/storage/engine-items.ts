// The items of one group as the engine gave them: bytes with a good checksum, decoded when the
// partition or the digest needs them.

import { assert } from '../../core/model/assert.ts';
import type { ItemRow } from '../../core/model/state.ts';
import type { StoredItems } from '../../core/model/stored-items.ts';
import { decodeRow, rowKey } from '../../wire/state-row.ts';
import type { GroupDigest } from './digest.ts';
import type { EngineValue } from './engine-value.ts';

export class EngineItems implements StoredItems {
  readonly #digest: GroupDigest;
  #values: EngineValue[] = [];
  #named = false;
  #live = 0;

  constructor(digest: GroupDigest) {
    this.#digest = digest;
    digest.nameLater(() => {
      if (!this.#named) this.#decode();
    });
  }

  get live(): number {
    return this.#live;
  }

  add(value: EngineValue): void {
    this.#values.push(value);
    this.#digest.count(value.checksum);
    if (value.kind === 'item') this.#live += 1;
  }

  read(): readonly ItemRow[] {
    const rows = this.#decode();
    this.#values = [];
    return rows;
  }

  /** Also tells the digest the names, once: before the first of these rows is replaced. */
  #decode(): readonly ItemRow[] {
    const rows = this.#values.map(({ content, checksum }) => {
      const row = decodeRow(content);
      assert(row.kind === 'item', () => `a ${row.kind} row is stored as an item`);
      if (!this.#named) this.#digest.name(rowKey(row), checksum);
      return row;
    });
    this.#named = true;
    return rows;
  }
}
