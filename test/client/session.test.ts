// The names of writes: unique, bounded, honest about what was answered.

import { expect, test } from 'vitest';
import { Session } from '../../src/client/session.ts';
import { limits } from '../../src/core/model/limits.ts';
import type { SessionRef } from '../../src/core/model/operation.ts';
import { compareTimestamps } from '../../src/core/model/version.ts';

function begin(session: Session): SessionRef {
  const name = session.begin();
  if (name === null) throw new Error('expected room for a write');
  return name;
}

test('firstUnanswered moves only over an unbroken row of answers', () => {
  const session = new Session({ wallMs: () => 5 });
  const [a, b, c] = [begin(session), begin(session), begin(session)];
  session.end(b);
  session.end(c);
  expect(begin(session).firstUnanswered).toBe(1);
  session.end(a);
  expect(begin(session).firstUnanswered).toBe(4);
});

test('no more writes are open than results are remembered', () => {
  const session = new Session({ wallMs: () => 5 });
  const open = Array.from({ length: limits.sessionResultsMax }, () => begin(session));
  expect(session.begin()).toBeNull();
  for (const name of open.slice(1)) session.end(name);
  expect(session.begin()).toBeNull();
  if (open[0] !== undefined) session.end(open[0]);
  expect(session.begin()?.seq).toBe(limits.sessionResultsMax + 1);
});

test('the time of issue never goes back and never repeats, whatever the clock does', () => {
  const clock = [100, 100, 90, 101, 101];
  const session = new Session({ wallMs: () => clock.shift() ?? 0 });
  const times = Array.from({ length: 6 }, () => begin(session).issuedAt);
  for (const [i, time] of times.entries())
    if (i > 0) expect(compareTimestamps(times[i - 1] ?? time, time)).toBeLessThan(0);
  expect(times.at(-1)?.wallMs).toBe(101);
});

test('two sessions never share a client id, and a name is shown in it', () => {
  const [a, b] = ['bench', 'bench'].map((name) => new Session({ name, wallMs: Date.now }));
  expect(a?.clientId).toMatch(/^bench\//);
  expect(a?.clientId).not.toBe(b?.clientId);
});
