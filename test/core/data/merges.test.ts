// Tentative writes on their way into the log: the four outcomes, conflicts, and vectors that stay
// small.

import { describe, expect, it } from 'vitest';
import { limits } from '../../../src/core/model/limits.ts';
import { at, del, newPartition, put, Script, tentative, text, versionOf } from './script.ts';

const w = (counter: number, value: string | null, more: object = {}) =>
  tentative({ from: 'node1#1', counter, value, hlc: at(3000), ...more });

describe('a merge', () => {
  it('where nothing is takes effect, at its place in the log', () => {
    const script = new Script();
    expect(script.merge(w(1, 'a'))).toBe('replaced');
    expect(script.partition.read('k')).toMatchObject({
      version: { index: 1, term: 1, vector: { 'node1#1': 1 }, hlc: at(3000) },
      dot: { origin: 'node1#1', counter: 1 },
    });
  });

  it('whose context has the value that is there replaces it', () => {
    const script = new Script();
    const { vector } = versionOf(script.write(put('k', 'a')));
    expect(script.merge(w(1, 'b', { context: vector, hlc: at(1) }))).toBe('replaced');
    expect(script.partition.read('k')?.version.vector).toEqual({ log: 1, 'node1#1': 1 });
    expect(script.partition.conflicts).toBe(0);
  });

  it('that a later write had seen is known, even if it comes after that write', () => {
    const script = new Script();
    expect(script.merge(w(2, 'second', { context: { 'node1#1': 1 } }))).toBe('replaced');
    expect(script.merge(w(1, 'first'))).toBe('known');
    expect(script.value('k')).toBe('second');
    expect(script.partition.conflicts).toBe(0);
  });

  it('that a quorum write had seen in the journal of its owner is known', () => {
    const script = new Script();
    script.write(put('k', 'later', { context: { 'node1#1': 1 } as never }));
    expect(script.merge(w(1, 'first', { hlc: at(99_000) }))).toBe('known');
    expect(script.value('k')).toBe('later');
  });

  it('in conflict wins with the greater time, and the loser is kept', () => {
    const script = new Script();
    script.write(put('k', 'a'), undefined, at(2000));
    expect(script.merge(w(1, 'b', { hlc: at(2001) }))).toBe('won');
    expect(script.value('k')).toBe('b');
    expect(script.partition.read('k')?.version.vector).toEqual({ log: 1, 'node1#1': 1 });
    const [conflict] = script.partition.conflictRows();
    expect(text(conflict?.loser.value)).toBe('a');
    expect(conflict).toMatchObject({ number: 1, winner: { dot: { origin: 'node1#1' } }, index: 2 });
  });

  it('in conflict loses with the smaller time: the value stays, its vector knows of the loser', () => {
    const script = new Script();
    const version = versionOf(script.write(put('k', 'a'), undefined, at(2000)));
    expect(script.merge(w(1, 'b', { hlc: at(1999, 99) }))).toBe('lost');
    expect(script.partition.read('k')).toMatchObject({
      version: { index: version.index, vector: { log: 1, 'node1#1': 1 } },
      dot: null,
    });
    expect(text(script.partition.conflictRows()[0]?.loser.value)).toBe('b');
  });

  it('that lost does not make a conflict of a write that had seen the winner', () => {
    const script = new Script();
    const { vector } = versionOf(script.write(put('k', 'a'), undefined, at(2000)));
    script.merge(w(1, 'lost', { hlc: at(1) }));
    script.write(put('k', 'b', { context: vector }));
    expect(script.partition.conflicts).toBe(1);
  });

  it('in conflict about the same bytes loses nothing, so nothing is logged', () => {
    const script = new Script();
    script.write(put('k', 'same'));
    expect(script.merge(w(1, 'same'))).toBe('won');
    script.write(del('gone'));
    expect(script.merge(w(2, null, { key: 'gone', hlc: at(9000) }))).toBe('won');
    expect(script.partition.conflicts).toBe(0);
  });

  it('happens once: copies do nothing, in whatever order they come', () => {
    const script = new Script();
    script.merge(w(3, 'c', { key: 'x' }));
    script.merge(w(1, 'a', { key: 'y' }));
    script.write(put('x', 'later'));
    const before = script.partition.read('x');
    for (const counter of [3, 1, 3]) {
      expect(script.merge(w(counter, 'again', { key: 'x' }))).toBe('known');
    }
    expect(script.partition.read('x')).toBe(before);
    expect(script.partition.hasMerged(w(2, '').dot)).toBe(false);
    expect(script.partition.hasMerged(w(3, '').dot)).toBe(true);
  });

  it('keeps the dots it has seen compact: a range, and what is above a gap', () => {
    const script = new Script();
    for (const counter of [2, 5, 1, 3]) script.merge(w(counter, 'v', { key: `k${counter}` }));
    const machine = script.partition.takeChanges().rows.find(({ kind }) => kind === 'machine');
    expect(machine).toMatchObject({ merged: [{ origin: 'node1#1', upTo: 3, above: [5] }] });
    expect(script.partition.merged.upTo(w(1, '').dot.origin)).toBe(3);
    expect(script.partition.merged.hasGaps(w(1, '').dot.origin)).toBe(true);
  });
});

describe('the conflict log', () => {
  it('keeps the newest, and counts them all', () => {
    const script = new Script(newPartition({ conflictsMax: 3 }));
    for (let n = 0; n < 5; n++) script.write(put('k', `v${n}`, { context: {} as never }));
    expect(script.partition.conflicts).toBe(4);
    expect(script.partition.conflictRows().map(({ number }) => number)).toEqual([2, 3, 4]);
  });

  it('is bounded in bytes, but never without the latest', () => {
    const script = new Script(newPartition({ conflictBytesMax: 10 }));
    script.write(put('k', '123456'));
    script.write(put('k', 'abcdef', { context: {} as never }));
    script.write(put('k', 'x'.repeat(50), { context: {} as never }));
    expect(script.partition.conflictRows().map(({ loser }) => text(loser.value))).toEqual([
      'abcdef',
    ]);
    script.write(put('k', 'y', { context: {} as never }));
    expect(script.partition.conflictRows().map(({ loser }) => loser.value?.length)).toEqual([50]);
  });
});

describe('a version vector', () => {
  it('stays bounded however many incarnations wrote the key', () => {
    const script = new Script();
    for (let inc = 1; inc <= 200; inc++) {
      const context = script.partition.read('k')?.version.vector ?? {};
      const write = tentative({
        from: `node1#${inc}`,
        counter: 1,
        value: `${inc}`,
        context,
        hlc: at(3000 + inc),
      });
      expect(script.merge(write)).toBe('replaced');
    }
    const vector = script.partition.read('k')?.version.vector ?? {};
    expect(Object.keys(vector).length).toBeLessThanOrEqual(limits.vectorOriginsMax);
    expect(vector).toMatchObject({ 'node1#200': 1 });
  });

  it('keeps what is not merged yet while it is trimmed', () => {
    const script = new Script();
    script.write(put('k', 'a', { context: { 'node9#1': 1 } as never }));
    for (let inc = 1; inc <= 100; inc++) {
      const context = script.partition.read('k')?.version.vector ?? {};
      script.merge(
        tentative({ from: `node1#${inc}`, counter: 1, value: 'v', context, hlc: at(3000) }),
      );
    }
    const seen = tentative({ from: 'node9#1', counter: 1, value: 'old', hlc: at(99_000) });
    expect(script.merge(seen)).toBe('known');
  });
});
