// Quorum writes: put, delete, compare-and-set and increment, one sentence each.

import { describe, expect, it } from 'vitest';
import { at, del, increment, put, Script, tentative, text, vector, versionOf } from './script.ts';

describe('a put', () => {
  it('is found with the position, the dot and the time that the log gave it', () => {
    const script = new Script();
    const version = versionOf(script.write(put('k', 'v'), undefined, at(5000, 3)));
    expect(version).toEqual({ index: 1, term: 1, vector: { log: 1 }, hlc: at(5000, 3) });
    expect(script.partition.read('k')).toEqual({
      kind: 'item',
      key: 'k',
      value: new TextEncoder().encode('v'),
      version,
      dot: null,
    });
  });

  it('without a context replaces everything that is there, and calls nothing a conflict', () => {
    const script = new Script();
    script.merge(tentative({ from: 'node1#1', counter: 1, value: 'one', hlc: at(9000) }));
    const version = versionOf(script.write(put('k', 'two')));
    expect(script.value('k')).toBe('two');
    expect(version.vector).toEqual({ log: 2, 'node1#1': 1 });
    expect(script.partition.conflicts).toBe(0);
  });

  it('with the context of what is there replaces it without a conflict', () => {
    const script = new Script();
    const { vector: context } = versionOf(script.write(put('k', 'a')));
    script.write(put('k', 'b', { context }));
    expect(script.value('k')).toBe('b');
    expect(script.partition.conflicts).toBe(0);
  });

  it('with a stale context takes effect all the same, and keeps what it had not seen', () => {
    const script = new Script();
    const { vector: context } = versionOf(script.write(put('k', 'a')));
    script.write(put('k', 'b'));
    script.write(put('k', 'c', { context }));
    expect(script.value('k')).toBe('c');
    const [conflict] = script.partition.conflictRows();
    expect(text(conflict?.loser.value)).toBe('b');
    expect(conflict).toMatchObject({
      key: 'k',
      index: 3,
      loser: { dot: { origin: 'log', counter: 2 } },
      winner: { dot: { origin: 'log', counter: 3 } },
    });
  });

  it('with a stale context that writes the same bytes loses nothing, so it is no conflict', () => {
    const script = new Script();
    script.write(put('k', 'same'));
    script.write(put('k', 'same', { context: vector({}) }));
    expect(script.partition.conflicts).toBe(0);
  });

  it('does not believe a context from beyond its own log', () => {
    const script = new Script();
    script.write(put('k', 'a'));
    const version = versionOf(script.write(put('k', 'b', { context: vector({ log: 999 }) })));
    expect(version.vector).toEqual({ log: 2 });
    expect(script.partition.conflicts).toBe(1);
  });

  it('gets a time after everything before it in the log, whatever the clock of the leader says', () => {
    const script = new Script();
    script.merge(tentative({ from: 'node1#1', counter: 1, value: 'ahead', hlc: at(9000, 4) }));
    const version = versionOf(script.write(put('other', 'x'), undefined, at(2000)));
    expect(version.hlc).toEqual(at(9000, 5));
  });

  it('keeps its bytes, and does not keep the frame that they came in', () => {
    const script = new Script();
    const frame = new Uint8Array(1 << 20).fill(7);
    const value = frame.subarray(10, 20);
    script.write({ kind: 'put', key: 'k', value, ifVersion: null, context: null });
    frame.fill(0);
    const stored = script.partition.read('k')?.value;
    expect(stored).toEqual(new Uint8Array(10).fill(7));
    expect(stored?.buffer.byteLength).toBeLessThan(4096);
  });

  it('may be empty: an empty value is not an absent one', () => {
    const script = new Script();
    script.write(put('k', ''));
    expect(script.value('k')).toBe('');
    expect(script.partition.keys).toBe(1);
  });
});

describe('ifVersion', () => {
  it('lets a write through when it names the index that is there, and only then', () => {
    const script = new Script();
    const { index } = versionOf(script.write(put('k', 'a')));
    expect(script.write(put('k', 'b', { ifVersion: index })).kind).toBe('written');
    expect(script.write(put('k', 'c', { ifVersion: index }))).toMatchObject({
      kind: 'refused',
      reason: 'condition-failed',
      version: { index: 2 },
    });
    expect(script.value('k')).toBe('b');
  });

  it('0 means absent, and absent means 0', () => {
    const script = new Script();
    expect(script.write(put('k', 'x', { ifVersion: 5 }))).toMatchObject({ version: null });
    expect(script.write(put('k', 'a', { ifVersion: 0 })).kind).toBe('written');
    expect(script.write(put('k', 'b', { ifVersion: 0 })).kind).toBe('refused');
  });

  it('takes a deleted key for absent: 0 matches, the index of the delete does not', () => {
    const script = new Script();
    script.write(put('k', 'a'));
    const { index } = versionOf(script.write(del('k')));
    expect(script.write(put('k', 'b', { ifVersion: index }))).toMatchObject({
      kind: 'refused',
      version: null,
    });
    expect(script.write(put('k', 'b', { ifVersion: 0 })).kind).toBe('written');
  });

  it('holds for a delete as well', () => {
    const script = new Script();
    const { index } = versionOf(script.write(put('k', 'a')));
    expect(script.write(del('k', { ifVersion: 0 })).kind).toBe('refused');
    expect(script.write(del('k', { ifVersion: index })).kind).toBe('written');
    expect(script.write(del('k', { ifVersion: 0 })).kind).toBe('written');
  });

  it('that matches has seen what is there: a stale context beside it is no conflict', () => {
    const script = new Script();
    const { index } = versionOf(script.write(put('k', 'a')));
    script.write(put('k', 'b', { ifVersion: index, context: vector({}) }));
    expect(script.partition.conflicts).toBe(0);
  });

  it('still matches after a tentative write has lost: the value did not change', () => {
    const script = new Script();
    const { index } = versionOf(script.write(put('k', 'a')));
    const loser = tentative({ from: 'node1#1', counter: 1, value: 'x', hlc: at(1) });
    expect(script.merge(loser)).toBe('lost');
    expect(script.write(put('k', 'b', { ifVersion: index })).kind).toBe('written');
  });
});

describe('a delete', () => {
  it('leaves a tombstone that reads as nothing and counts no key', () => {
    const script = new Script();
    script.write(put('k', 'a'));
    script.write(del('k'));
    expect(script.partition.read('k')).toMatchObject({ value: null, version: { index: 2 } });
    expect(script.partition.keys).toBe(0);
  });

  it('of an absent key succeeds, again and again', () => {
    const script = new Script();
    expect(script.write(del('k')).kind).toBe('written');
    expect(script.write(del('k')).kind).toBe('written');
    expect(script.partition.keys).toBe(0);
  });

  it('of an absent key beats a tentative write from before it that comes later', () => {
    const script = new Script();
    script.write(del('k'), undefined, at(3000));
    const early = tentative({ from: 'node1#1', counter: 1, value: 'x', hlc: at(2500) });
    expect(script.merge(early)).toBe('lost');
    expect(script.value('k')).toBeNull();
  });
});

describe('an increment', () => {
  const value = (stored: string, delta: number) => {
    const script = new Script();
    script.write(put('n', stored));
    const result = script.write(increment('n', delta));
    return result.kind === 'written' ? [result.number, script.value('n')] : result;
  };

  it('counts from 0 where nothing is, and where something was deleted', () => {
    const script = new Script();
    expect(script.write(increment('n', 5))).toMatchObject({ kind: 'written', number: 5 });
    script.write(del('n'));
    expect(script.write(increment('n', -2))).toMatchObject({ kind: 'written', number: -2 });
    expect(script.value('n')).toBe('-2');
  });

  it('adds to decimal numbers of either sign', () => {
    expect(value('41', 1)).toEqual([42, '42']);
    expect(value('-5', 5)).toEqual([0, '0']);
    expect(value('9007199254740990', 1)).toEqual([9007199254740991, '9007199254740991']);
  });

  it.each(['', 'x', '1.0', '007', '-0', '-', '+1', ' 1', '1\n', '9007199254740992', '1e3'])(
    'refuses %j, which is not a whole number in its plain form',
    (stored) => {
      expect(value(stored, 1)).toMatchObject({ kind: 'refused', reason: 'not-a-number' });
    },
  );

  it('refuses to leave the safe integers', () => {
    expect(value('9007199254740991', 1)).toMatchObject({ reason: 'not-a-number' });
    expect(value('-9007199254740991', -1)).toMatchObject({ reason: 'not-a-number' });
    expect(value('1', Number.MAX_SAFE_INTEGER + 1)).toMatchObject({ reason: 'not-a-number' });
    expect(value('1', 0.5)).toMatchObject({ reason: 'not-a-number' });
  });

  it('that is refused changes nothing and says which version is there', () => {
    const script = new Script();
    const version = versionOf(script.write(put('n', 'x')));
    expect(script.write(increment('n'))).toMatchObject({ version });
    expect(script.value('n')).toBe('x');
  });
});
