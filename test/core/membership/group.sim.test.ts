// A whole group in virtual time: what the rules come to together, and what must not happen when a
// member stands still, is cut off, comes back or is removed.

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Rumour } from '../../../src/core/membership/messages.ts';
import { type NodeId, nodeId } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import { Group } from './group.ts';
import { alive, dead, me, Solo, suspect } from './solo.ts';

const { probeTicks, probeTimeoutTicks, suspicionMultiplier } = limits;
const [m1, m2, m3, m4, m5] = [1, 2, 3, 4, 5].map((i) => nodeId(`m${i}`)) as readonly NodeId[] as [
  NodeId,
  NodeId,
  NodeId,
  NodeId,
  NodeId,
];

const calm = (size: number, seed = 'calm'): Group => {
  const group = new Group({ size, seed });
  group.acquaint();
  group.run(5 * probeTicks);
  expect(group.changes).toEqual([]);
  return group;
};

const convictions = (group: Group) => group.changes.filter(({ state }) => state === 'dead');

describe('a group', () => {
  test('members that start together meet, and nobody is ever suspected in a calm network', () => {
    const group = new Group({ size: 7 });
    group.run(60 * probeTicks);
    for (const observer of group.names) {
      for (const peer of group.names) {
        if (peer !== observer) expect(group.belief(observer, peer)).toBe('alive');
      }
    }
    expect(group.changes.every(({ before }) => before === 'unknown')).toBe(true);
  });

  test('each member sends about one ping a period, however many there are', () => {
    for (const size of [3, 30]) {
      const group = calm(size);
      group.sent.length = 0;
      group.run(50 * probeTicks);
      const perMemberAndPeriod = group.sentOf('ping').length / size / 50;
      expect(perMemberAndPeriod).toBeGreaterThan(0.97);
      expect(perMemberAndPeriod).toBeLessThan(1.03);
    }
  });

  test('a dead member is suspected, then convicted by all', () => {
    const group = calm(5);
    group.kill(m5);
    const all = () => [m1, m2, m3, m4].every((observer) => group.belief(observer, m5) === 'dead');
    const ticks = group.runUntil(all);
    const shortest = suspicionMultiplier * probeTicks;
    expect(ticks).toBeGreaterThan(shortest);
    expect(ticks).toBeLessThan(shortest + 10 * probeTicks);
    expect(new Set(convictions(group).map(({ node }) => node))).toEqual(new Set([m5]));
  });

  test('one bad link is no death: the others are asked', () => {
    const group = calm(5);
    group.cut(m1, m2);
    group.run(60 * probeTicks);
    expect(group.changes).toEqual([]);
    expect(group.sentOf('ping-request').length).toBeGreaterThan(5);
  });

  test('lost messages make suspects now and then, but no dead', () => {
    const group = calm(6, 'loss');
    let count = 0;
    group.filter = () => ++count % 5 !== 0;
    group.run(300 * probeTicks);
    expect(convictions(group)).toEqual([]);
  });

  test('the two sides of a partition convict each other, and are one group again after it', () => {
    const group = calm(5);
    for (const left of [m1, m2]) for (const right of [m3, m4, m5]) group.cut(left, right);
    group.runUntil(
      () => group.belief('m1', 'm5') === 'dead' && group.belief('m5', 'm1') === 'dead',
    );
    group.heal();
    const allAlive = () =>
      group.names.every((observer) =>
        group.names.every((peer) => peer === observer || group.belief(observer, peer) === 'alive'),
      );
    group.runUntil(allAlive, 5 * limits.deadProbeTicks);
  });

  test('the same seed gives the same messages', () => {
    const record = (seed: string): string => {
      const group = new Group({ size: 5, seed });
      group.run(10 * probeTicks);
      group.kill(m3);
      group.run(20 * probeTicks);
      return JSON.stringify(group.sent);
    };
    expect(record('one')).toBe(record('one'));
    expect(record('one')).not.toBe(record('two'));
  });
});

describe('a member that stands still', () => {
  test('for 2 s convicts nobody when it wakes up, and suspects nobody', () => {
    for (let seed = 0; seed < 40; seed++) {
      const group = calm(5, `stall ${seed}`);
      group.run(seed * 7);
      group.pause(m1);
      group.run(200);
      group.resume(m1, 200);
      expect(group.member('m1').localHealth).toBeGreaterThanOrEqual(2);
      group.run(20 * probeTicks);
      expect(group.changes.filter(({ observer }) => observer === m1)).toEqual([]);
      expect(convictions(group)).toEqual([]);
    }
  });

  test('in the middle of a suspicion convicts nobody before it has read its mail', () => {
    const group = calm(5);
    group.step(m1, {
      kind: 'message',
      from: m2,
      message: { kind: 'ack', sequence: 0, incarnation: alive(m2).incarnation, rumours: [] },
    });
    group.kill(m5);
    group.runUntil(() => group.belief('m1', 'm5') === 'suspect');
    const before = group.now;
    group.pause(m1);
    group.run(20 * probeTicks);
    expect(group.belief('m1', 'm5')).toBe('suspect');
    group.member('m1').step({ kind: 'stall', lateTicks: group.now - before });
    group.member('m1').step({ kind: 'tick', ticks: probeTicks });
    expect(group.belief('m1', 'm5')).toBe('suspect');
  });

  test('for long is convicted, and refutes within a few messages of its return', () => {
    const group = calm(3);
    group.pause(m3);
    group.runUntil(
      () => group.belief('m1', 'm3') === 'dead' && group.belief('m2', 'm3') === 'dead',
    );
    const stalled = group.now;
    group.resume(m3, stalled);
    const back = () => group.belief('m1', 'm3') === 'alive' && group.belief('m2', 'm3') === 'alive';
    expect(group.runUntil(back)).toBeLessThan(2 * probeTicks);
    expect(convictions(group).every(({ node }) => node === m3)).toBe(true);
  });

  test('in a group of 3, a paused member is suspected within 2(n−1) periods', () => {
    for (let seed = 0; seed < 30; seed++) {
      const group = calm(3, `paused ${seed}`);
      group.pause(m3);
      const ticks = group.runUntil(() => group.changes.some(({ node }) => node === m3));
      // 2(n−1)−1 periods to its turn, one for the probe; each peer alone would take no longer.
      expect(ticks).toBeLessThanOrEqual(4 * probeTicks + 2);
    }
  });
});

describe('a lost connection', () => {
  const killWithSockets = (group: Group, name: NodeId): void => {
    group.kill(name);
    for (const observer of group.names) {
      if (observer !== name) group.step(observer, { kind: 'disconnected', node: name });
    }
  };

  test('of a killed member makes it a suspect at once, without a timeout', () => {
    const group = calm(5);
    killWithSockets(group, m5);
    const suspected = () => [m1, m2, m3, m4].every((each) => group.belief(each, m5) === 'suspect');
    expect(group.runUntil(suspected)).toBeLessThanOrEqual(3);
    const dead = () => [m1, m2, m3, m4].every((each) => group.belief(each, m5) === 'dead');
    // Confirmations travel with the probes: three of them make it the shortest, each makes it shorter.
    const ticks = group.runUntil(dead);
    expect(ticks).toBeGreaterThanOrEqual(suspicionMultiplier * probeTicks - 1);
    expect(ticks).toBeLessThan(9 * probeTicks);
  });

  test('in a group of two is enough for a suspicion', () => {
    const solo = new Solo({ others: ['a'] });
    solo.step({ kind: 'disconnected', node: nodeId('a') });
    expect(solo.belief(nodeId('a'))).toBe('suspect');
  });

  test('to a member that others reach makes nobody a suspect', () => {
    const group = calm(5);
    group.cut(m1, m2);
    group.step(m1, { kind: 'disconnected', node: m2 });
    group.run(30 * probeTicks);
    expect(group.changes).toEqual([]);
  });

  test('says nothing about this member’s own health', () => {
    const group = calm(5);
    killWithSockets(group, m5);
    group.run(probeTimeoutTicks);
    expect(group.member('m1').localHealth).toBe(0);
  });

  test('and a new one of a later start make the member alive at once', () => {
    const group = calm(3);
    killWithSockets(group, m3);
    group.run(10 * probeTicks);
    expect(group.belief('m1', 'm3')).toBe('dead');
    group.start(m3, 2);
    for (const observer of [m1, m2]) {
      group.step(observer, { kind: 'connected', node: m3, start: 2 as never });
      expect(group.belief(observer, m3)).toBe('alive');
    }
    group.changes.length = 0;
    group.run(30 * probeTicks);
    expect(group.changes.filter(({ observer }) => observer !== m3)).toEqual([]);
  });

  test('and a new one of the same start let a suspect refute before any turn', () => {
    const solo = new Solo({ others: ['a', 'b'] });
    const [a] = solo.others as [NodeId];
    solo.rumours(nodeId('b'), suspect(a, nodeId('b')));
    solo.step({ kind: 'connected', node: a, start: 1 as never });
    expect(solo.sentOf('ping')).toMatchObject([{ to: a, message: { rumours: [{ node: a }] } }]);
  });
});

describe('the list of members', () => {
  const others = ['a', 'b', 'c'];
  const [a, b, c] = others.map(nodeId) as [NodeId, NodeId, NodeId];

  test('who joins asks somebody for all that it believes, until it is answered', () => {
    const solo = new Solo({ others, unmet: true });
    solo.tick(3 * probeTicks);
    expect(solo.sentOf('sync').length).toBeGreaterThan(1);
    expect(solo.sentOf('sync')[0]?.message.wantsAnswer).toBe(true);
    const told = [alive(a, 2), alive(b), dead(c, b)];
    solo.receive(a, {
      kind: 'sync',
      incarnation: alive(a, 2).incarnation,
      rumours: told,
      wantsAnswer: false,
    });
    expect([a, b].map((node) => solo.belief(node))).toEqual(['alive', 'alive']);
    // Somebody's conviction may be wrong: it is a suspicion here (memberlist does the same).
    expect(solo.belief(c)).toBe('suspect');
    solo.forget();
    solo.tick(5 * probeTicks);
    expect(solo.sentOf('sync')).toEqual([]);
  });

  test('who is asked tells everything, itself included', () => {
    const solo = new Solo({ others });
    solo.rumours(a, dead(b, a));
    const ask = { kind: 'sync', incarnation: alive(c).incarnation, wantsAnswer: true } as const;
    solo.receive(c, { ...ask, rumours: [] });
    const [answer] = solo.sentOf('sync');
    expect(answer).toMatchObject({ to: c, message: { wantsAnswer: false } });
    expect(answer?.message.rumours).toEqual([alive(me), alive(a), dead(b, a), alive(c)]);
  });

  test('a new member is unknown until it is met, and has its turns', () => {
    const solo = new Solo({ others });
    const d = nodeId('d');
    solo.step({ kind: 'members', members: [me, a, b, c, d] });
    expect(solo.belief(d)).toBe('unknown');
    solo.rumours(a, alive(d));
    expect(solo.belief(d)).toBe('alive');
    expect(solo.nextPingOf(d)).toBeGreaterThan(0);
  });

  test('who left is remembered for a while, and no rumour brings it back', () => {
    const solo = new Solo({ others });
    solo.step({ kind: 'members', members: [me, a, b] });
    solo.rumours(a, alive(c, 5), suspect(c, a, 6));
    solo.rumours(c, suspect(a, c));
    expect([solo.belief(c), solo.belief(a)]).toEqual(['left', 'alive']);
    solo.step({ kind: 'tick', ticks: limits.leftTicks - 1 });
    expect(solo.belief(c)).toBe('left');
    solo.step({ kind: 'tick', ticks: 1 });
    expect(solo.belief(c)).toBeUndefined();
  });

  test('who left and joins again is not hurt by rumours of its first time', () => {
    const solo = new Solo({ others });
    solo.rumours(a, alive(c, 5));
    solo.step({ kind: 'members', members: [me, a, b] });
    solo.step({ kind: 'members', members: [me, a, b, c] });
    solo.rumours(a, dead(c, a, 4));
    expect(solo.belief(c)).toBe('unknown');
  });
});

test('beliefs do not depend on the order in which rumours come', () => {
  const [a, b] = [nodeId('a'), nodeId('b')];
  const rumour = fc
    .record({ say: fc.constantFrom(alive, suspect, dead), refutations: fc.nat(3) })
    .map(
      ({ say, refutations }): Rumour =>
        say === alive ? alive(a, refutations) : (say as typeof suspect)(a, b, refutations),
    );
  fc.assert(
    fc.property(fc.array(rumour, { maxLength: 8 }), fc.nat(), (rumours, turn) => {
      const [one, two] = [new Solo({ others: ['a', 'b'] }), new Solo({ others: ['a', 'b'] })];
      const cut = rumours.length === 0 ? 0 : turn % rumours.length;
      for (const each of rumours) one.rumours(b, each);
      for (const each of [...rumours.slice(cut), ...rumours.slice(0, cut)].reverse()) {
        two.rumours(b, each);
      }
      expect(two.member.view()).toEqual(one.member.view());
    }),
  );
});
