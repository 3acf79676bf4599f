// Items as the engine keeps them, against items in hand: whoever takes what, in whatever order, gets
// the same rows; and the digest names every row once, whether anybody took it or not.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { groupId, logIndex, logOrigin, term } from '../../../src/core/model/ids.ts';
import type { ItemRow } from '../../../src/core/model/state.ts';
import { itemsInHand } from '../../../src/core/model/stored-items.ts';
import { GroupDigest } from '../../../src/runtime/storage/digest.ts';
import { EngineItems } from '../../../src/runtime/storage/engine-items.ts';
import { openValue, sealValue } from '../../../src/runtime/storage/engine-value.ts';
import { itemKeySpan } from '../../../src/wire/item-key.ts';
import { encodeRow, rowKey } from '../../../src/wire/state-row.ts';

const group = groupId(7);

function item(key: string, value: string | null, origins = 0): ItemRow {
  const others = Array.from({ length: origins }, (_, i) => [originNamed(i), i + 1]);
  const vector = Object.fromEntries([[logOrigin, key.length + 1], ...others]);
  const version = { index: logIndex(5), term: term(1), vector, hlc: { wallMs: 9, logical: 0 } };
  return {
    kind: 'item',
    key,
    value: value === null ? null : Buffer.from(value),
    version,
    dot: null,
  };
}

const originNamed = (i: number) => `node${i}#1`;
const sealed = (row: ItemRow): Buffer =>
  sealValue(row.value === null ? 'tombstone' : 'item', group, encodeRow(row));
const checksumOf = (row: ItemRow): number => openValue(sealed(row))?.checksum ?? -1;
const inKeyOrder = (rows: readonly ItemRow[]): ItemRow[] =>
  [...rows].sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));

function stored(rows: readonly ItemRow[]): { items: EngineItems; digest: GroupDigest } {
  const digest = new GroupDigest();
  const items = new EngineItems(digest);
  for (const row of inKeyOrder(rows)) items.add(sealed(row));
  return { items, digest };
}

/** What the digest must say when these rows, and no others, are there. */
function digestOf(rows: readonly ItemRow[]): GroupDigest {
  const digest = new GroupDigest();
  for (const row of rows) digest.add(rowKey(row), checksumOf(row));
  return digest;
}

const key = fc.oneof(
  { arbitrary: fc.string({ minLength: 1, maxLength: 3 }), weight: 3 },
  fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
  fc.constantFrom(
    '\ufeff',
    '\ufeffa',
    `\ufeff${'b'.repeat(300)}`,
    'k',
    'kk',
    '\u{10ffff}',
    '\uffff',
  ),
  fc.integer({ min: 28, max: 34 }).map((length) => 'x'.repeat(length)),
  fc.integer({ min: 250, max: 260 }).map((length) => 'y'.repeat(length)),
  fc.constant('z'.repeat(4096)),
);
const row = fc
  .tuple(key, fc.option(fc.string()), fc.nat({ max: 9 }))
  .map(([name, value, origins]) => item(name, value, origins));
const rowSet = fc.uniqueArray(row, { selector: (each) => each.key, maxLength: 25 });
const action = fc.tuple(
  fc.constantFrom('take', 'take', 'take', 'tombstones', 'rest', 'put', 'remove', 'names'),
  fc.nat(),
  key,
);

describe('items of the engine', () => {
  test('are taken like items in hand, and every one is in the digest', () => {
    fc.assert(
      fc.property(rowSet, fc.array(action, { maxLength: 30 }), (rows, actions) => {
        const { items, digest } = stored(rows);
        const hand = itemsInHand(inKeyOrder(rows));
        const expected = digestOf(rows);
        for (const [what, number, other] of actions) {
          const name = number % 5 === 0 ? other : (rows[number % rows.length]?.key ?? other);
          if (what === 'take') expect(items.take(name)).toEqual(hand.take(name));
          else if (what === 'tombstones') {
            expect(items.takeTombstones()).toEqual(hand.takeTombstones());
          } else if (what === 'rest') expect(items.takeRest()).toEqual(hand.takeRest());
          else if (what === 'names') {
            expect([...digest.names].sort()).toEqual([...expected.names].sort());
          } else {
            // As a batch does: mostly rows that were taken before, but the digest must not care.
            for (const each of [digest, expected]) {
              if (what === 'put') each.put(`k${name}`, number);
              else each.remove(`k${name}`);
            }
          }
          expect(digest.value).toEqual(expected.value);
          expect(items.live).toBe(hand.live);
        }
        expect([...digest.names].sort()).toEqual([...expected.names].sort());
      }),
      { numRuns: 500 },
    );
  });

  test('come in the order of their keys, each once', () => {
    const { items } = stored([item('a', '1'), item('c', '2')]);
    expect(() => items.add(sealed(item('b', '3')))).toThrow(/order/);
    expect(() => items.add(sealed(item('c', '3')))).toThrow(/order/);
    items.add(sealed(item('c\u0000', '3')));
    expect(items.live).toBe(3);
  });

  test('that are no item rows are refused when they come', () => {
    const session = encodeRow({
      kind: 'machine',
      hlc: { wallMs: 1, logical: 0 },
      merged: [],
      watermarks: [],
      expiredBefore: { wallMs: 0, logical: 0 },
      nextOrder: 1,
      departed: [],
      nextConflict: 1,
    });
    const { items } = stored([]);
    expect(() => items.add(sealValue('item', group, session))).toThrow(/expected an item/);
    expect(() => items.add(sealValue('item', group, Buffer.alloc(0)))).toThrow(/expected an item/);
  });

  test('keep nothing in memory when all were taken one by one', () => {
    const rows = [item('a', '1'), item('b', null)];
    const { items, digest } = stored(rows);
    expect(items.take('a')?.key).toBe('a');
    expect(items.take('b')?.key).toBe('b');
    expect([items.take('a'), items.takeName('ka'), items.takeRest()]).toEqual([null, null, []]);
    expect([...digest.names]).toEqual(['ka', 'kb']);
  });
});

describe('the key of an encoded item row', () => {
  test('lies where the decoder finds it', () => {
    fc.assert(
      fc.property(row, fc.nat({ max: 20 }), (each, room) => {
        const bytes = Buffer.concat([Buffer.alloc(room), encodeRow(each)]);
        const { memory, start, end } = itemKeySpan(bytes, room);
        expect(memory.toString('utf8', start, end)).toBe(each.key);
      }),
    );
  });

  test('is malformed when the row ends inside it', () => {
    const bytes = Buffer.from(encodeRow(item('a long key', '1')));
    for (let length = 0; length < 8; length++) {
      expect(() => itemKeySpan(bytes.subarray(0, length), 0)).toThrow(/expected/);
    }
  });
});
