// The tentative journal: dots, contexts, what its owner sees, and what it promises.

import { describe, expect, it } from 'vitest';
import { Journal, tentativeVersion } from '../../../src/core/data/journal.ts';
import { incarnation, logIndex, nodeId } from '../../../src/core/model/ids.ts';
import type { Timestamp, VersionVector } from '../../../src/core/model/version.ts';
import { at, bytes, del, put, Script, tentative, text, versionOf } from './script.ts';

const newJournal = (inc = 1) =>
  new Journal({ node: nodeId('node1'), incarnation: incarnation(inc) });

interface Wish {
  readonly hlc?: Timestamp;
  readonly context?: VersionVector;
}

const setup = (journal = newJournal(), script = new Script()) => ({
  journal,
  script,
  accept: (key: string, value: string | null, { hlc = at(3000), context }: Wish = {}) =>
    journal.accept(
      {
        key,
        value: value === null ? null : bytes(value),
        hlc,
        appliedAt: logIndex(script.index),
        context: context ?? null,
      },
      script.partition,
    ),
  see: (key: string) => text(journal.read(key, script.partition)?.value),
  drain: () => {
    for (const write of journal.pending()) script.merge(write);
    return journal.settle(script.partition);
  },
});

describe('a journal accepts a write', () => {
  it('with the next dot of its incarnation, whatever the key', () => {
    const { accept } = setup(newJournal(7));
    expect(accept('a', 'x').dot).toEqual({ origin: 'node1#7', counter: 1 });
    expect(accept('b', 'x').dot).toEqual({ origin: 'node1#7', counter: 2 });
  });

  it('in the context of what its replica has, joined with its own pending writes of that key', () => {
    const { script, accept } = setup();
    script.write(put('k', 'a'));
    expect(accept('k', 'b').context).toEqual({ log: 1 });
    expect(accept('other', 'x').context).toEqual({});
    expect(accept('k', 'c').context).toEqual({ log: 1, 'node1#1': 1 });
  });

  it('in the context of the client, when it gives one, joined with its own pending writes', () => {
    const { script, accept } = setup();
    script.write(put('k', 'a'));
    accept('k', 'b');
    const context = { log: 0 } as VersionVector;
    expect(accept('k', 'c', { context }).context).toEqual({ 'node1#1': 1 });
  });

  it('with a time after everything that it has seen of the key', () => {
    const { script, accept } = setup();
    script.write(put('k', 'a'), undefined, at(9000, 2));
    expect(accept('k', 'b', { hlc: at(3000) }).hlc).toEqual(at(9000, 3));
    expect(accept('k', 'c', { hlc: at(3001) }).hlc).toEqual(at(9000, 4));
    expect(accept('other', 'd', { hlc: at(3002) }).hlc).toEqual(at(3002));
  });

  it('and counts it until it is merged', () => {
    const { journal, accept, drain } = setup();
    accept('k', '12345');
    accept('key', null);
    expect([journal.pendingCount, journal.pendingBytes]).toEqual([2, 9]);
    drain();
    expect([journal.pendingCount, journal.pendingBytes]).toEqual([0, 0]);
  });

  it('in bytes of its own', () => {
    const { journal, script } = setup();
    const frame = new Uint8Array(100).fill(1);
    const appliedAt = logIndex(0);
    const acceptance = { key: 'k', value: frame.subarray(0, 5), hlc: at(1), appliedAt };
    const { value } = journal.accept(acceptance, script.partition);
    frame.fill(2);
    expect(value).toEqual(new Uint8Array(5).fill(1));
  });
});

describe('the owner', () => {
  it('sees its own writes at once, and no other key changes', () => {
    const { script, accept, see } = setup();
    script.write(put('k', 'old'));
    accept('k', 'new');
    expect([see('k'), see('x'), script.value('k')]).toEqual(['new', null, 'old']);
    accept('k', null);
    expect(see('k')).toBeNull();
  });

  it('sees index 0 on what has no place in the log, and the vector that it will have', () => {
    const { journal, script, accept } = setup();
    script.write(put('k', 'old'));
    const write = accept('k', 'new');
    const item = journal.read('k', script.partition);
    expect(item?.version).toEqual(tentativeVersion(write));
    expect(item?.version).toMatchObject({ index: 0, vector: { log: 1, 'node1#1': 1 } });
  });

  it('sees what the merge will come to when others write meanwhile', () => {
    for (const hlc of [at(2500), at(3500)]) {
      const { script, accept, see, drain } = setup();
      accept('k', 'mine', { hlc: at(3000) });
      script.write(put('k', 'theirs'), undefined, hlc);
      const before = see('k');
      drain();
      expect(script.value('k')).toBe(before);
      expect(before).toBe(hlc.wallMs < 3000 ? 'mine' : 'theirs');
    }
  });

  it('sees nothing twice between the merge and the settling', () => {
    const { journal, script, accept, see } = setup();
    const write = accept('k', 'mine');
    script.merge(write);
    script.write(del('k'), undefined, at(1));
    expect(see('k')).toBeNull();
    expect(journal.settle(script.partition)).toEqual([write.dot]);
    expect(see('k')).toBeNull();
  });

  it('pays for a write of a hot key what it pays for any other', () => {
    const { accept, see, drain, journal } = setup();
    for (let n = 0; n < 20_000; n++) accept('hot', `${n}`);
    expect(see('hot')).toBe('19999');
    drain();
    expect(journal.pendingCount).toBe(0);
  });
});

describe('settling', () => {
  it('names the dots that were merged, also out of order, and keeps the others in order', () => {
    const { journal, script, accept } = setup();
    const writes = ['a', 'b', 'c', 'd'].map((key) => accept(key, 'x'));
    for (const position of [1, 3]) script.merge(writes[position] as never);
    expect(journal.settle(script.partition).map(({ counter }) => counter)).toEqual([2, 4]);
    expect(journal.pending().map(({ dot }) => dot.counter)).toEqual([1, 3]);
    script.merge(writes[0] as never);
    expect(journal.settle(script.partition).map(({ counter }) => counter)).toEqual([1]);
    expect(journal.settle(script.partition)).toEqual([]);
  });

  it('never lets a counter be used again', () => {
    const { accept, drain } = setup();
    accept('k', 'a');
    drain();
    expect(accept('k', 'b').dot.counter).toBe(2);
  });

  it('nor does the journal of a replica that was dropped and is born again in the same incarnation', () => {
    const before = setup();
    for (const key of ['a', 'b']) before.accept(key, 'x');
    before.drain();
    const { lastCounter } = before.journal;
    const name = { node: nodeId('node1'), incarnation: incarnation(1) };
    const again = new Journal({ ...name, lastCounter });
    again.restore([]);
    const { accept, drain } = setup(again, before.script);
    expect(accept('k', 'new').dot).toEqual({ origin: 'node1#1', counter: 3 });
    expect(drain()).toHaveLength(1);
    expect(before.script.value('k')).toBe('new');
  });
});

describe('after a restart', () => {
  it('pending writes keep their dots and come before the new ones, incarnation 9 before 10', () => {
    const { journal, accept } = setup(newJournal(11));
    const write = (inc: number, counter: number) =>
      tentative({ from: `node1#${inc}`, counter, value: 'x', hlc: at(1) });
    journal.restore([write(10, 1), write(9, 2), write(9, 1)]);
    accept('k', 'new');
    const order = journal.pending().map(({ dot }) => `${dot.origin}:${dot.counter}`);
    expect(order).toEqual(['node1#9:1', 'node1#9:2', 'node1#10:1', 'node1#11:1']);
    expect(journal.pending(2).length).toBe(2);
  });

  it('the owner still sees them, and new writes have seen them', () => {
    const first = setup();
    first.accept('k', 'tentative');
    const second = setup(newJournal(2), first.script);
    second.journal.restore(first.journal.pending());
    expect(second.see('k')).toBe('tentative');
    expect(second.accept('k', 'next').context).toEqual({ 'node1#1': 1 });
    second.drain();
    expect(second.script.value('k')).toBe('next');
    expect(second.script.partition.conflicts).toBe(0);
  });

  it('in the same incarnation it goes on counting', () => {
    const { journal, accept } = setup();
    journal.restore([tentative({ from: 'node1#1', counter: 5, value: 'x', hlc: at(1) })]);
    expect(accept('k', 'y').dot.counter).toBe(6);
  });
});

describe('the watermark', () => {
  it('is the applied index while nothing is pending', () => {
    expect(newJournal().watermark(logIndex(12))).toBe(12);
  });

  it('stops at the place where the oldest pending write was accepted', () => {
    const { journal, script, accept, drain } = setup();
    script.write(put('a', 'x'));
    accept('k', 'first');
    script.write(put('b', 'x'));
    accept('k', 'second');
    script.write(put('c', 'x'));
    expect(journal.watermark(logIndex(script.index))).toBe(1);
    drain();
    expect(journal.watermark(logIndex(script.index))).toBe(script.index);
  });

  it('never promises more than what survives a crash', () => {
    const { journal, script, accept } = setup();
    for (let n = 0; n < 5; n++) script.write(put('k', 'x'));
    accept('k', 'y');
    expect(journal.watermark(logIndex(3))).toBe(3);
  });

  it('counts writes of earlier incarnations', () => {
    const journal = newJournal(2);
    const write = tentative({ from: 'node1#1', counter: 1, value: 'x', hlc: at(1) });
    journal.restore([{ ...write, appliedAt: logIndex(4) }]);
    expect(journal.watermark(logIndex(9))).toBe(4);
  });
});

describe('a tentative version', () => {
  it('given back as a context covers the write, before and after its merge', () => {
    const { script, accept, drain } = setup();
    const { vector } = tentativeVersion(accept('k', 'a'));
    script.write(put('k', 'b', { context: vector }));
    drain();
    expect(script.value('k')).toBe('b');
    expect(versionOf(script.write(put('k', 'c', { context: vector }))).index).toBe(3);
    expect(script.partition.conflicts).toBe(1);
  });
});
