// Pages of keys: order, bounds, and where the next page begins.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Partition } from '../../../src/core/data/partition.ts';
import { limits } from '../../../src/core/model/limits.ts';
import { at, del, put, Script, tentative } from './script.ts';

const page = (partition: Partition, range: Partial<Parameters<Partition['scan']>[0]> = {}) => {
  const { entries, next } = partition.scan({ prefix: '', after: null, limit: 100, ...range });
  return { keys: entries.map(({ key }) => key), next };
};

const scriptWith = (...keys: string[]): Script => {
  const script = new Script();
  for (const key of keys) script.write(put(key, key));
  return script;
};

describe('a scan', () => {
  it('gives keys in UTF-16 code unit order, with values and versions', () => {
    const { partition } = scriptWith('b', 'é', 'a', 'Z', '😀', '\uffee');
    expect(page(partition).keys).toEqual(['Z', 'a', 'b', 'é', '😀', '\uffee']);
    const [entry] = partition.scan({ prefix: 'a', after: null, limit: 1 }).entries;
    expect(entry).toEqual({ key: 'a', value: new Uint8Array([97]), version: expect.anything() });
  });

  it('keeps to its prefix', () => {
    const { partition } = scriptWith('a', 'ab', 'abc', 'ac', 'b');
    expect(page(partition, { prefix: 'ab' })).toEqual({ keys: ['ab', 'abc'], next: null });
    expect(page(partition, { prefix: 'x' })).toEqual({ keys: [], next: null });
  });

  it('begins strictly after `after`, whether that key exists or not', () => {
    const { partition } = scriptWith('a', 'b', 'd');
    expect(page(partition, { after: 'b' }).keys).toEqual(['d']);
    expect(page(partition, { after: 'c' }).keys).toEqual(['d']);
    expect(page(partition, { prefix: 'b', after: 'a' }).keys).toEqual(['b']);
    expect(page(partition, { prefix: 'a', after: 'b' }).keys).toEqual([]);
  });

  it('names the next page only when there is one', () => {
    const { partition } = scriptWith('a', 'b', 'c');
    expect(page(partition, { limit: 2 })).toEqual({ keys: ['a', 'b'], next: 'b' });
    expect(page(partition, { limit: 2, after: 'b' })).toEqual({ keys: ['c'], next: null });
    expect(page(partition, { limit: 3 })).toEqual({ keys: ['a', 'b', 'c'], next: null });
  });

  it('sees what was written and deleted since the last page', () => {
    const script = scriptWith('a', 'c');
    expect(page(script.partition).keys).toEqual(['a', 'c']);
    script.write(put('b', 'x'));
    script.write(del('c'));
    expect(page(script.partition).keys).toEqual(['a', 'b']);
    script.write(put('c', 'again'));
    script.write(del('a'));
    script.write(put('a', 'again'));
    expect(page(script.partition).keys).toEqual(['a', 'b', 'c']);
  });

  it('shows no tombstones, and what merges brought', () => {
    const script = scriptWith('a');
    script.merge(tentative({ from: 'n#1', counter: 1, key: 'm', value: 'x', hlc: at(1) }));
    script.merge(tentative({ from: 'n#1', counter: 2, key: 'a', value: null, hlc: at(9999) }));
    expect(page(script.partition).keys).toEqual(['m']);
  });

  it('is bounded in entries and in bytes, but a page is never empty while keys follow', () => {
    const script = new Script();
    for (let n = 0; n < limits.scanEntriesMax + 5; n++) script.write(put(`k${n}`, ''));
    expect(page(script.partition, { limit: 1e9 }).keys.length).toBe(limits.scanEntriesMax);
    const value = 'x'.repeat(limits.valueBytesMax);
    script.write(put('big1', value));
    script.write(put('big2', value));
    expect(page(script.partition, { prefix: 'big' })).toEqual({ keys: ['big1'], next: 'big1' });
    expect(page(script.partition, { prefix: 'big', limit: 0 }).keys).toEqual(['big1']);
  });

  it('finds the same as sorting everything again each time, page by page', () => {
    const key = fc.stringMatching(/^[ab]{1,3}$/);
    const step = fc.record({ key, isDelete: fc.boolean(), scans: fc.boolean() });
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 60 }),
        key,
        fc.integer({ min: 1, max: 4 }),
        (...all) => {
          const [steps, prefix, limit] = all;
          const script = new Script();
          const twin = new Set<string>();
          for (const { key, isDelete, scans } of steps) {
            script.write(isDelete ? del(key) : put(key, 'v'));
            if (isDelete) twin.delete(key);
            else twin.add(key);
            if (!scans) continue;
            const found: string[] = [];
            let after: string | null = null;
            do {
              const { keys, next } = page(script.partition, { prefix, after, limit });
              found.push(...keys);
              after = next;
            } while (after !== null);
            expect(found).toEqual([...twin].filter((each) => each.startsWith(prefix)).sort());
          }
        },
      ),
    );
  });

  it('finds the same when hundreds of keys came and went since the last page', () => {
    const script = new Script();
    const twin = new Set<string>();
    for (let round = 0; round < 5; round++) {
      for (let n = 0; n < 300; n++) {
        const key = `k${(n * 7919 + round * 13) % 500}`;
        const isDelete = (n + round) % 3 === 0;
        script.write(isDelete ? del(key) : put(key, 'v'));
        if (isDelete) twin.delete(key);
        else twin.add(key);
      }
      expect(page(script.partition, { limit: 1000 }).keys).toEqual([...twin].sort());
    }
  });

  it('does not pile up keys that come and go while nobody scans', () => {
    const script = new Script();
    for (let n = 0; n < 5000; n++) {
      script.write(put('same', 'v'));
      script.write(del('same'));
    }
    script.write(put('same', 'v'));
    expect(page(script.partition).keys).toEqual(['same']);
  });
});
