// How stores of this kind were found wrong in public, each as a test of the state machine.

import { describe, expect, it } from 'vitest';
import { Journal } from '../../../src/core/data/journal.ts';
import { incarnation, logIndex, nodeId } from '../../../src/core/model/ids.ts';
import type { StateRow } from '../../../src/core/model/state.ts';
import {
  at,
  bytes,
  del,
  increment,
  put,
  restored,
  rowsOf,
  Script,
  session,
  tentative,
  text,
  versionOf,
} from './script.ts';

const tentativeFrom = (from: string, value: string | null, hlc = at(2500)) =>
  tentative({ from, counter: 1, value, hlc });

describe('trap 4: applied index and state saved apart', () => {
  it('the rows of one point replayed from that point give the state of a replica that never stopped', () => {
    for (let crashAt = 1; crashAt <= 12; crashAt++) {
      const steady = new Script();
      let crashed: { rows: StateRow[]; index: number } | null = null;
      const step = (script: Script, n: number) => {
        const ref = session(`c${n % 3}`, n, { firstUnanswered: Math.max(1, n - 4) });
        if (n % 5 === 0)
          script.merge(tentative({ from: 'a#1', counter: n, value: 't', hlc: at(n) }));
        else if (n % 4 === 0) script.write(del('n'), ref);
        else script.write(increment('n'), ref);
      };
      for (let n = 1; n <= 20; n++) {
        step(steady, n);
        if (n === crashAt) crashed = { rows: rowsOf(steady.partition), index: steady.index };
      }
      const again = new Script(restored(crashed?.rows ?? []), crashed?.index ?? 0);
      for (let n = crashAt + 1; n <= 20; n++) step(again, n);
      expect(again.partition.hash()).toBe(steady.partition.hash());
    }
  });

  it('an entry that is replayed onto a state that has it already is a bug, not a second execution', () => {
    const script = new Script();
    script.write(increment('n'));
    script.index = 0;
    expect(() => script.write(increment('n'))).toThrow(/applied/);
  });
});

describe('trap 7: a retry applied twice', () => {
  it('a retry through another leader, restored from a snapshot, is answered and not executed', () => {
    const first = new Script();
    const answer = first.write(increment('balance', 10), session('teller', 1));
    const second = new Script(restored(rowsOf(first.partition)), first.index);
    expect(second.write(increment('balance', 10), session('teller', 1))).toEqual(answer);
    expect(second.value('balance')).toBe('10');
  });
});

describe('trap 9: wall clocks decide who wins', () => {
  it('no quorum write is dropped because the clock of its leader is behind', () => {
    const script = new Script();
    script.write(put('k', 'by a fast leader'), undefined, at(10_000));
    script.write(put('k', 'by a slow leader'), undefined, at(1));
    expect(script.value('k')).toBe('by a slow leader');
    const late = tentativeFrom('node2#1', 'older than both', at(9_999));
    expect(script.merge(late)).toBe('lost');
  });

  it('whatever last-write-wins drops is counted and can be shown', () => {
    const script = new Script();
    for (let n = 1; n <= 50; n++) {
      script.merge(tentative({ from: 'fast#1', counter: n, value: `f${n}`, hlc: at(9000 + n) }));
      script.merge(tentative({ from: 'slow#1', counter: n, value: `s${n}`, hlc: at(10 + n) }));
    }
    expect(script.value('k')).toBe('f50');
    expect(script.partition.conflicts).toBe(99);
    const losers = script.partition.conflictRows().map(({ loser }) => text(loser.value));
    expect(losers).toContain('s50');
    expect(losers).not.toContain('f50');
  });
});

describe('trap 10: equal timestamps, and levels mixed on one key', () => {
  it('equal timestamps are decided by origin, whichever comes first', () => {
    for (const order of [
      ['node1#1', 'node2#1'],
      ['node2#1', 'node1#1'],
    ] as const) {
      const script = new Script();
      for (const from of order) script.merge(tentativeFrom(from, from));
      expect(script.value('k')).toBe('node2#1');
    }
  });

  it('a tentative write at the very time of a quorum write is decided the same way', () => {
    const script = new Script();
    script.write(put('k', 'quorum'), undefined, at(2500));
    expect(script.merge(tentativeFrom('node1#1', 'one'))).toBe('won');
    const other = new Script();
    other.merge(tentativeFrom('node1#1', 'one'));
    other.write(put('k', 'quorum'), undefined, at(2500));
    expect(other.value('k')).toBe('quorum');
  });

  it('a condition holds against merges that came between', () => {
    const script = new Script();
    const { index, vector } = versionOf(script.write(put('k', 'a')));
    script.merge(
      tentative({ from: 'n#1', counter: 1, value: 'b', context: vector, hlc: at(3000) }),
    );
    expect(script.write(put('k', 'c', { ifVersion: index })).kind).toBe('refused');
    expect(script.write(put('k', 'c', { ifVersion: script.index - 1 })).kind).toBe('written');
  });
});

describe('trap 22: a retry brings an old value back', () => {
  it('a retried quorum put does not undo what was written since', () => {
    const script = new Script();
    script.write(put('k', 'old'), session('a', 1));
    script.write(put('k', 'new'), session('b', 1));
    expect(script.write(put('k', 'old'), session('a', 1)).kind).toBe('written');
    expect(script.value('k')).toBe('new');
  });

  it('a merge proposed again does not undo a later write, nor a delete, nor a purge', () => {
    const script = new Script();
    script.partition.setReplicas([nodeId('node1')]);
    const write = tentativeFrom('node1#1', 'old', at(99_000));
    script.merge(write);
    script.write(put('k', 'new'));
    expect(script.merge(write)).toBe('known');
    expect(script.value('k')).toBe('new');
    script.write(del('k'));
    expect(script.merge(write)).toBe('known');
    expect(script.watermark('node1', script.index)).toBe(1);
    expect(script.merge(write)).toBe('known');
    expect(script.partition.read('k')).toBeNull();
    const later = new Script(restored(rowsOf(script.partition)), script.index);
    expect(later.merge(write)).toBe('known');
    expect(later.value('k')).toBeNull();
  });
});

describe('trap 23: delete and create again', () => {
  it('the first tentative write after a delete and a purge is not taken for a known one', () => {
    const script = new Script();
    const node = nodeId('node1');
    script.partition.setReplicas([node]);
    const journal = new Journal({ node, incarnation: incarnation(1) });
    const accept = (value: string | null) => {
      const appliedAt = logIndex(script.index);
      const bytesOrNull = value === null ? null : bytes(value);
      const acceptance = { key: 'k', value: bytesOrNull, hlc: at(2000), appliedAt };
      return journal.accept(acceptance, script.partition);
    };
    for (let round = 1; round <= 3; round++) {
      expect(script.merge(accept(`v${round}`))).toBe('replaced');
      journal.settle(script.partition);
      expect(script.value('k')).toBe(`v${round}`);
      expect(script.merge(accept(null))).toBe('replaced');
      journal.settle(script.partition);
      expect(script.watermark('node1', journal.watermark(logIndex(script.index)))).toBe(1);
      expect(script.partition.read('k')).toBeNull();
    }
    expect(script.partition.conflicts).toBe(0);
  });
});
