// The durable form: changes for the engine, snapshots for others, and the hash that compares them.

import { describe, expect, it } from 'vitest';
import type { PartitionChanges } from '../../../src/core/data/partition.ts';
import { clientId, controlGroup, nodeId } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import type { StateRow } from '../../../src/core/model/state.ts';
import {
  at,
  del,
  newPartition,
  put,
  restored,
  rowsOf,
  Script,
  session,
  tentative,
} from './script.ts';

const busyScript = (): Script => {
  const script = new Script(newPartition({ conflictsMax: 2 }));
  script.partition.setReplicas([nodeId('node1'), nodeId('node2')]);
  for (let n = 0; n < 20; n++) {
    script.write(put(`k${n % 7}`, `v${n}`, { context: {} as never }), session(`c${n % 3}`, n + 1));
  }
  script.write(del('k3'));
  script.merge(tentative({ from: 'node2#1', counter: 2, key: 'k1', value: 'm', hlc: at(9000) }));
  script.merge(tentative({ from: 'node1#4', counter: 1, key: 'new', value: 'm', hlc: at(1) }));
  script.watermark('node2', 3);
  return script;
};

/** An engine: keeps what it is told under the name of the row. */
class Engine {
  readonly rows = new Map<string, StateRow>();

  save({ clear, rows, removed }: PartitionChanges): void {
    if (clear) this.rows.clear();
    for (const row of rows) this.rows.set(Engine.#name(row), row);
    for (const row of removed) this.rows.delete(Engine.#name(row));
  }

  static #name(
    row: { readonly kind: string; readonly [field: string]: unknown } | StateRow,
  ): string {
    const { kind, key, clientId, number } = row as Record<string, unknown>;
    return `${kind}/${kind === 'item' ? key : (clientId ?? number ?? '')}`;
  }
}

describe('changes', () => {
  it('hold each row once, in its latest form', () => {
    const script = new Script();
    for (let n = 0; n < 5; n++) script.write(put('k', `v${n}`));
    const count = script.partition.changedRows;
    const { clear, rows, removed } = script.partition.takeChanges();
    expect([clear, removed, rows.length]).toEqual([false, [], count]);
    expect(rows.map(({ kind }) => kind).sort()).toEqual(['item', 'machine', 'session']);
    expect(rows.find(({ kind }) => kind === 'item')).toEqual(script.partition.read('k'));
  });

  it('are none before the first entry, and none after they were taken', () => {
    const script = new Script();
    expect(script.partition.hasChanges).toBe(false);
    script.write(put('k', 'v'));
    expect(script.partition.hasChanges).toBe(true);
    script.partition.takeChanges();
    expect(script.partition.hasChanges).toBe(false);
    expect(script.partition.takeChanges()).toEqual({ clear: false, rows: [], removed: [] });
  });

  it('name the rows that are gone', () => {
    const script = new Script(newPartition({ sessionsMax: 1, conflictsMax: 1 }));
    script.partition.setReplicas([nodeId('node1')]);
    script.write(put('k', 'a'), session('first', 1));
    script.write(put('k', 'b', { context: {} as never }), session('first', 2));
    script.partition.takeChanges();
    const late = { issuedAt: at(9000) };
    script.write(put('k', 'c', { context: {} as never }), session('second', 1, late));
    script.write(del('k'), session('second', 2, late));
    script.watermark('node1', 4);
    const { removed } = script.partition.takeChanges();
    expect(removed).toEqual([
      { kind: 'item', key: 'k' },
      { kind: 'session', clientId: clientId('first') },
      { kind: 'conflict', number: 1 },
    ]);
  });

  it('are none after a restore from the engine, and all of them after one from elsewhere', () => {
    const rows = rowsOf(busyScript().partition);
    const partition = newPartition();
    partition.restore(rows);
    expect(partition.hasChanges).toBe(false);
    partition.restore(rows, { changed: true });
    expect(partition.changedRows).toBe(rows.length);
    const changes = partition.takeChanges();
    expect(changes.clear).toBe(true);
    expect(changes.rows.length).toBe(rows.length);
    expect(partition.hasChanges).toBe(false);
  });

  it('bring an engine to the same state as the partition, whenever they are taken', () => {
    const script = new Script(newPartition({ sessionsMax: 2, conflictsMax: 2 }));
    script.partition.setReplicas([nodeId('node1')]);
    const engine = new Engine();
    for (let n = 1; n < 200; n++) {
      const issued = { issuedAt: at(5000 + n) };
      if (n % 11 === 0) script.watermark('node1', script.index);
      else if (n % 3 === 0) script.write(del(`k${n % 5}`), session(`c${n % 4}`, n, issued));
      else
        script.write(put(`k${n % 5}`, `${n}`, { context: {} as never }), session('c', n, issued));
      if (n % 7 !== 0) continue;
      engine.save(script.partition.takeChanges());
      expect(restored(engine.rows.values()).hash()).toBe(script.partition.hash());
    }
  });
});

describe('a snapshot', () => {
  it('stays as it was while the partition moves on', () => {
    const script = busyScript();
    const hash = script.partition.hash();
    const chunks = script.partition.snapshotChunks();
    for (let n = 0; n < 50; n++) script.write(put(`k${n % 9}`, 'changed'), session('c1', 100 + n));
    expect(script.partition.hash()).not.toBe(hash);
    expect(restored(chunks.flat()).hash()).toBe(hash);
  });

  it('comes in chunks within the bound, except where one row is larger', () => {
    const script = new Script();
    for (let n = 0; n < 2000; n++) script.write(put(`key${n}`, 'x'.repeat(300)));
    script.write(put('big', 'x'.repeat(limits.valueBytesMax)));
    const chunks = script.partition.snapshotChunks();
    expect(chunks.length).toBeGreaterThan(3);
    for (const chunk of chunks) {
      const isOneBigRow = chunk.length === 1;
      const encoded = chunk.reduce((sum, row) => sum + JSON.stringify(row, withoutBytes).length, 0);
      const values = chunk.reduce((sum, row) => sum + valueBytes(row), 0);
      expect(isOneBigRow || encoded + values <= limits.snapshotChunkBytes).toBe(true);
    }
  });

  it('of an empty partition is one chunk', () => {
    expect(newPartition().snapshotChunks().length).toBe(1);
  });

  it('restores what the next entries depend on: both go on alike', () => {
    const script = busyScript();
    const twin = new Script(restored(rowsOf(script.partition).reverse()), script.index);
    twin.partition.setReplicas([nodeId('node1'), nodeId('node2')]);
    for (const each of [script, twin]) {
      each.write(put('k1', 'x'), session('c2', 50));
      each.merge(tentative({ from: 'node2#1', counter: 1, key: 'k1', value: 'n', hlc: at(1) }));
      each.watermark('node1', each.index);
      each.watermark('node2', each.index);
    }
    expect(twin.partition.hash()).toBe(script.partition.hash());
    expect(twin.partition.keys).toBe(script.partition.keys);
    expect(twin.partition.conflicts).toBe(script.partition.conflicts);
  });

  it('that is restored replaces everything that was there', () => {
    const rows = rowsOf(busyScript().partition);
    const other = busyScript();
    other.write(put('only here', 'x'), session('only here', 1));
    other.partition.restore(rows);
    expect(other.partition.read('only here')).toBeNull();
    expect(other.partition.hash()).toBe(restored(rows).hash());
    other.partition.restore([]);
    expect(other.partition.hash()).toBe(newPartition().hash());
    expect(other.partition.keys).toBe(0);
  });

  it('with a row of the control group is a bug, not a state', () => {
    const row = { kind: 'control', members: [] } as unknown as StateRow;
    expect(() => newPartition().restore([row])).toThrow(/control/);
    expect(controlGroup).toBe(0);
  });
});

describe('the hash', () => {
  it('is 16 hexadecimal digits and does not depend on the order of rows', () => {
    const rows = rowsOf(busyScript().partition);
    const hash = restored(rows).hash();
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    expect(restored([...rows].reverse()).hash()).toBe(hash);
  });

  it('differs when any field of any row differs', () => {
    const rows = rowsOf(busyScript().partition);
    const hashes = new Set([restored(rows).hash()]);
    let variants = 1;
    rows.forEach((row, position) => {
      for (const variant of variantsOf(row)) {
        variants += 1;
        hashes.add(restored(rows.map((each, at) => (at === position ? variant : each))).hash());
      }
    });
    expect(variants).toBeGreaterThan(200);
    expect(hashes.size).toBe(variants);
  });

  it('changes with every entry that changes anything', () => {
    const script = new Script();
    const hashes = new Set<string>();
    for (let n = 0; n < 100; n++) {
      script.write(put('k', 'same'));
      hashes.add(script.partition.hash());
    }
    expect(hashes.size).toBe(100);
  });
});

/** Every copy of a row in which one number, text or byte string is another, however deep. */
function* variantsOf(row: StateRow): Generator<StateRow> {
  for (const variant of altered(row, '')) yield variant as StateRow;
}

function* altered(value: unknown, path: string): Generator<unknown> {
  if (path.endsWith('.kind')) return;
  if (typeof value === 'number') yield value + 1;
  else if (typeof value === 'string') yield `${value}x`;
  else if (value instanceof Uint8Array) yield Uint8Array.of(...value, 0);
  else if (value !== null && typeof value === 'object') {
    for (const [name, field] of Object.entries(value)) {
      for (const other of altered(field, `${path}.${name}`)) {
        yield Array.isArray(value)
          ? value.map((each, at) => (String(at) === name ? other : each))
          : { ...value, [name]: other };
      }
    }
  }
}

function withoutBytes(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? null : value;
}

function valueBytes(row: StateRow): number {
  return row.kind === 'item' ? (row.value?.length ?? 0) : 0;
}
