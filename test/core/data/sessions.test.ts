// Exactly once: what a session remembers, what it forgets, and that forgetting never executes
// twice.

import { describe, expect, it } from 'vitest';
import { clientId } from '../../../src/core/model/ids.ts';
import { at, increment, newPartition, put, restored, rowsOf, Script, session } from './script.ts';

describe('a session', () => {
  it('answers a known seq with the stored result, without a second execution', () => {
    const script = new Script();
    const ref = session('c', 1);
    const first = script.write(increment('n'), ref);
    expect(script.write(increment('n'), ref)).toEqual(first);
    expect(script.value('n')).toBe('1');
  });

  it('answers with the first result even if another write came between', () => {
    const script = new Script();
    const first = script.write(put('k', 'mine'), session('c', 1));
    script.write(put('k', 'other'), session('d', 1));
    expect(script.write(put('k', 'mine'), session('c', 1))).toEqual(first);
    expect(script.value('k')).toBe('other');
  });

  it('remembers a refusal as well: a retry is not a second chance', () => {
    const script = new Script();
    const cas = put('k', 'v', { ifVersion: 7 });
    const refused = script.write(cas, session('c', 1));
    for (let n = 0; n < 6; n++) script.write(put('k', `${n}`));
    expect(script.partition.read('k')?.version.index).toBe(7);
    expect(script.write(cas, session('c', 1))).toEqual(refused);
  });

  it('takes seqs in any order', () => {
    const script = new Script();
    for (const seq of [5, 2, 9, 1]) script.write(increment('n'), session('c', seq));
    for (const seq of [1, 2, 5, 9]) script.write(increment('n'), session('c', seq));
    expect(script.value('n')).toBe('4');
  });

  it('forgets the results below firstUnanswered, and refuses those writes from then on', () => {
    const script = new Script();
    script.write(increment('n'), session('c', 1));
    script.write(increment('n'), session('c', 2));
    script.write(increment('n'), session('c', 3, { firstUnanswered: 2 }));
    expect(script.write(increment('n'), session('c', 1)).kind).toBe('session-expired');
    expect(script.write(increment('n'), session('c', 2)).kind).toBe('written');
    expect(script.value('n')).toBe('3');
  });

  it('refuses a write that its client calls answered, even if it never came here', () => {
    const script = new Script();
    const ref = session('c', 1, { firstUnanswered: 2 });
    expect(script.write(increment('n'), ref).kind).toBe('session-expired');
    script.write(increment('n'), session('c', 9, { firstUnanswered: 9 }));
    expect(script.write(increment('n'), session('c', 4)).kind).toBe('session-expired');
  });

  it('over its bound of results forgets the lowest, and refuses it from then on', () => {
    const script = new Script(newPartition({ sessionResultsMax: 3 }));
    for (let seq = 1; seq <= 4; seq++) script.write(increment('n'), session('c', seq));
    expect(script.write(increment('n'), session('c', 1)).kind).toBe('session-expired');
    expect(script.write(increment('n'), session('c', 2)).kind).toBe('written');
    expect(script.value('n')).toBe('4');
  });

  it('over its bound of bytes forgets the lowest as well', () => {
    const script = new Script(newPartition({ sessionResultBytesMax: 400 }));
    for (let seq = 1; seq <= 4; seq++) script.write(increment('n'), session('c', seq));
    expect(script.write(increment('n'), session('c', 1)).kind).toBe('session-expired');
    expect(script.write(increment('n'), session('c', 4)).kind).toBe('written');
    expect(script.value('n')).toBe('4');
  });
});

describe('eviction', () => {
  it('takes the least recently used session, where a retry counts as a use', () => {
    const script = new Script(newPartition({ sessionsMax: 2 }));
    script.write(increment('n'), session('a', 1), at(2000));
    script.write(increment('n'), session('b', 1), at(2001));
    script.write(increment('n'), session('a', 1), at(2002));
    script.write(increment('n'), session('c', 1, { issuedAt: at(2002) }), at(2003));
    expect(script.write(increment('n'), session('a', 1)).kind).toBe('written');
    expect(script.write(increment('n'), session('b', 1)).kind).toBe('session-expired');
    expect(script.value('n')).toBe('3');
  });

  it('takes idle sessions, in the time of the log', () => {
    const script = new Script(newPartition({ sessionIdleMs: 1000 }));
    script.write(increment('n'), session('a', 1), at(2000));
    script.write(increment('n'), session('b', 1), at(3000));
    expect(script.write(increment('n'), session('a', 1), at(3000)).kind).toBe('written');
    const late = { issuedAt: at(4500) };
    script.write(increment('n'), session('c', 1, late), at(4501));
    expect(script.write(increment('n'), session('b', 1)).kind).toBe('session-expired');
    expect(script.value('n')).toBe('3');
  });

  it('refuses a write of an unknown client only if it may have been here before', () => {
    const script = new Script(newPartition({ sessionsMax: 1 }));
    script.write(increment('n'), session('a', 1, { issuedAt: at(2000) }), at(2003));
    script.write(increment('n'), session('b', 1), at(2005));
    const before = session('new', 1, { issuedAt: at(2000) });
    const after = session('new', 2, { issuedAt: at(2000, 1) });
    expect(script.write(increment('n'), before).kind).toBe('session-expired');
    expect(script.write(increment('n'), after).kind).toBe('written');
  });

  it('of others refuses nothing to a client that was here all the time', () => {
    const script = new Script(newPartition({ sessionsMax: 2 }));
    script.write(increment('n'), session('stays', 1), at(2000));
    for (let n = 0; n < 5; n++) {
      script.write(
        increment('x'),
        session(`guest${n}`, 1, { issuedAt: at(9000 + n) }),
        at(9000 + n),
      );
      script.write(increment('x'), session('stays', 100 + n), at(9000 + n));
    }
    expect(script.write(increment('n'), session('stays', 2)).kind).toBe('written');
  });

  it('and coming back does not forget: what was executed in the first life is refused in the second', () => {
    const script = new Script(newPartition({ sessionsMax: 1 }));
    script.write(increment('n'), session('a', 1), at(2000));
    script.write(increment('x'), session('b', 1, { issuedAt: at(2001) }), at(2001));
    script.write(increment('x'), session('a', 2, { issuedAt: at(3000) }), at(3000));
    expect(script.write(increment('n'), session('a', 1)).kind).toBe('session-expired');
    expect(script.value('n')).toBe('1');
  });

  it('is safe even if the clock of the leader was behind that of the client', () => {
    const script = new Script(newPartition({ sessionsMax: 1 }));
    const ref = session('a', 1, { issuedAt: at(5000) });
    script.write(increment('n'), ref, at(2000));
    script.write(increment('x'), session('b', 1, { issuedAt: at(6000) }), at(2001));
    expect(script.write(increment('n'), ref, at(2002)).kind).toBe('session-expired');
  });
});

describe('a leader whose clock is far ahead', () => {
  const hourMs = 3_600_000;

  it('fences nobody out: a new client is executed though evictions came before it', () => {
    const script = new Script(newPartition({ sessionsMax: 1 }));
    script.write(increment('n'), session('a', 1, { issuedAt: at(2000) }), at(2000 + hourMs));
    script.write(increment('n'), session('b', 1, { issuedAt: at(2001) }), at(2001 + hourMs));
    const fresh = session('c', 1, { issuedAt: at(2002) });
    expect(script.write(increment('n'), fresh, at(2002)).kind).toBe('written');
    expect(script.write(increment('n'), session('a', 1, { issuedAt: at(2000) })).kind).toBe(
      'session-expired',
    );
    expect(script.value('n')).toBe('3');
  });

  it('evicts everybody as idle, and still executes nothing twice', () => {
    const script = new Script(newPartition({ sessionIdleMs: 1000 }));
    const old = session('a', 1, { issuedAt: at(2000) });
    script.write(increment('n'), old, at(2000));
    script.write(increment('n'), session('b', 1, { issuedAt: at(2001) }), at(2001 + hourMs));
    expect(script.write(increment('n'), old, at(2002)).kind).toBe('session-expired');
    const next = session('a', 2, { issuedAt: at(2003) });
    expect(script.write(increment('n'), next, at(2003)).kind).toBe('written');
    expect(script.write(increment('n'), old, at(2004)).kind).toBe('session-expired');
    expect(script.value('n')).toBe('3');
  });
});

describe('a session row', () => {
  it('brings everything back: results, fence, horizon and rank', () => {
    const bounds = { sessionsMax: 2 };
    const script = new Script(newPartition(bounds));
    script.write(increment('n'), session('x', 1, { issuedAt: at(2000) }), at(2000));
    script.write(increment('n'), session('a', 1, { issuedAt: at(2000) }), at(2001));
    script.write(increment('n'), session('b', 1, { issuedAt: at(2001) }), at(2002));
    script.write(increment('n'), session('c', 3, { issuedAt: at(2010), firstUnanswered: 3 }));
    script.write(increment('n'), session('b', 1, { issuedAt: at(2001) }));
    const rows = rowsOf(script.partition);
    expect(rows.filter(({ kind }) => kind === 'session')).toMatchObject([
      { clientId: clientId('c'), horizon: at(2000), answeredBelow: 3, results: [{ seq: 3 }] },
      { clientId: clientId('b'), horizon: at(0), answeredBelow: 1, results: [{ seq: 1 }] },
    ]);
    const twin = new Script(restored(rows.reverse(), bounds), script.index);
    for (const each of [script, twin]) {
      expect(each.write(increment('n'), session('x', 1)).kind).toBe('session-expired');
      expect(each.write(increment('n'), session('c', 2)).kind).toBe('session-expired');
      each.write(increment('n'), session('d', 1, { issuedAt: at(9000) }));
      expect(each.write(increment('n'), session('b', 1)).kind).toBe('session-expired');
    }
    expect(twin.partition.hash()).toBe(script.partition.hash());
  });
});
