// The rules of the paper, one test a rule: "SWIM: Scalable Weakly-consistent Infection-style Process
// Group Membership Protocol", Das, Gupta, Motivala, DSN 2002. Each ends in its section.

import { describe, expect, test } from 'vitest';
import { Gossip } from '../../../src/core/membership/gossip.ts';
import { Rotation } from '../../../src/core/membership/rotation.ts';
import { transmissionsMax } from '../../../src/core/membership/timing.ts';
import { nodeId } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import { seededRandom } from '../../../src/core/model/random.ts';
import { alive, dead, life, me, Solo, suspect } from './solo.ts';

const { probeTicks, probeTimeoutTicks } = limits;
const [a, b, c, d, e] = [nodeId('a'), nodeId('b'), nodeId('c'), nodeId('d'), nodeId('e')];
const five = { others: [a, b, c, d, e] };

describe('the failure detector', () => {
  test('each period one member is pinged, and answers with an ack of the same number (3.1)', () => {
    const solo = new Solo(five);
    const { to, sequence } = solo.nextPing();
    solo.ack(to, sequence);
    solo.forget();
    solo.tick(probeTicks - 1);
    expect(solo.sentOf('ping')).toHaveLength(0);
    solo.tick(1);
    expect(solo.sentOf('ping')).toHaveLength(1);
    solo.receive(a, { kind: 'ping', sequence: 77, incarnation: life(), rumours: [] });
    expect(solo.sentOf('ack')).toMatchObject([{ to: a, message: { sequence: 77 } }]);
  });

  test('without an ack within the timeout, k others are asked to ping the target (3.1)', () => {
    const solo = new Solo(five);
    const { to } = solo.nextPing();
    solo.tick(probeTimeoutTicks - 1);
    expect(solo.sentOf('ping-request')).toHaveLength(0);
    solo.tick(1);
    const asked = solo.sentOf('ping-request');
    expect(new Set(asked.map((request) => request.to)).size).toBe(limits.indirectProbes);
    expect(asked.every((request) => request.message.target === to && request.to !== to)).toBe(true);
  });

  test('who is asked pings the target and passes its ack on (3.1)', () => {
    const solo = new Solo(five);
    const request = { kind: 'ping-request', sequence: 9, target: b } as const;
    solo.receive(a, { ...request, incarnation: life(), rumours: [] });
    const [ping] = solo.sentOf('ping');
    expect(ping?.to).toBe(b);
    solo.ack(b, ping?.message.sequence ?? 0);
    expect(solo.sentOf('ack')).toMatchObject([{ to: a, message: { sequence: 9 } }]);
  });

  test('an ack through another counts as one of the target (3.1)', () => {
    const solo = new Solo(five);
    const { to, sequence } = solo.nextPing();
    solo.tick(probeTimeoutTicks);
    solo.ack(solo.sentOf('ping-request')[0]?.to as never, sequence);
    solo.tick(probeTicks);
    expect(solo.belief(to)).toBe('alive');
  });

  test('no ack at all until the end of the period, and the target is not taken for well (3.1)', () => {
    const solo = new Solo(five);
    const { to } = solo.nextPing();
    solo.tick(probeTicks - 1);
    expect(solo.belief(to)).toBe('alive');
    solo.tick(1);
    expect(solo.belief(to)).toBe('suspect');
  });

  test('an ack counts only while its number is outstanding, and only from who may send it (3.1)', () => {
    const solo = new Solo(five);
    const { to, sequence } = solo.nextPing();
    const stranger = solo.others.find((node) => node !== to) as never;
    solo.ack(stranger, sequence);
    solo.ack(to, sequence - 1);
    solo.ack(to, sequence + 1);
    solo.tick(probeTicks);
    expect(solo.belief(to)).toBe('suspect');
    for (let i = 0; i < 20; i++) solo.ack(to, sequence);
    expect(solo.belief(to)).toBe('suspect');
  });
});

describe('dissemination', () => {
  test('rumours ride on pings, requests and acks (4.1)', () => {
    const solo = new Solo(five);
    solo.rumours(a, suspect(b, a));
    solo.nextPing();
    expect(solo.sentOf('ping')[0]?.message.rumours).toContainEqual(suspect(b, a));
    solo.tick(probeTimeoutTicks);
    expect(solo.sentOf('ping-request')[0]?.message.rumours).toContainEqual(suspect(b, a));
    const other = new Solo(five);
    other.rumours(a, suspect(b, a));
    other.receive(d, { kind: 'ping', sequence: 1, incarnation: life(), rumours: [] });
    expect(other.sentOf('ack')[0]?.message.rumours).toContainEqual(suspect(b, a));
  });

  test('each member tells a rumour λ log n times and no more (4.1)', () => {
    const solo = new Solo(five);
    solo.rumours(a, suspect(b, a));
    for (let sequence = 1; sequence < 40; sequence++) {
      solo.receive(c, { kind: 'ping', sequence, incarnation: life(), rumours: [] });
    }
    const times = solo.told.filter(({ node }) => node === b).length;
    expect(times).toBe(transmissionsMax(6, limits.rumourTransmissions));
  });

  test('rumours told less often go first; of equals, the newer (4.1)', () => {
    const gossip = new Gossip();
    gossip.add(alive(a));
    gossip.add(alive(b));
    const take = () => gossip.take({ count: 1, transmissions: 2 }).map(({ node }) => node);
    expect(take()).toEqual([b]);
    expect(take()).toEqual([a]);
    gossip.add(alive(c));
    expect(take()).toEqual([c]);
  });

  test('a newer rumour about a member takes the place of the older one (4.2)', () => {
    const gossip = new Gossip();
    gossip.add(suspect(b, a));
    gossip.add(alive(b, 1));
    expect(gossip.take({ count: 9, transmissions: 3 })).toEqual([alive(b, 1)]);
  });
});

describe('suspicion', () => {
  test('a suspect is still a member, and still probed (4.2)', () => {
    const solo = new Solo(five);
    solo.rumours(a, suspect(b, a));
    expect(solo.belief(b)).toBe('suspect');
    expect(solo.nextPingOf(b)).toBeGreaterThan(0);
  });

  test('a suspicion that nobody refutes becomes a conviction, and that is told (4.2)', () => {
    const solo = new Solo(five);
    solo.rumours(a, suspect(b, a));
    const longest = limits.suspicionMultiplier * limits.suspicionSpread * probeTicks;
    let passed = 0;
    while (solo.belief(b) !== 'dead' && passed < longest) {
      const { to, sequence } = solo.nextPing();
      if (to !== b) solo.ack(to, sequence);
      solo.tick(probeTicks - 1);
      passed += probeTicks;
    }
    expect(solo.belief(b)).toBe('dead');
    solo.nextPing();
    expect(solo.told).toContainEqual(dead(b, me));
  });

  test('who hears that it is suspected raises its incarnation and says that it lives (4.2)', () => {
    const solo = new Solo(five);
    solo.rumours(a, suspect(me, a));
    solo.receive(c, { kind: 'ping', sequence: 1, incarnation: life(), rumours: [] });
    const [ack] = solo.sentOf('ack');
    expect(ack?.message.incarnation).toBe(life(1));
    expect(ack?.message.rumours).toContainEqual(alive(me, 1));
  });

  test('a suspicion of an incarnation that is over is no reason to raise it again (4.2)', () => {
    const solo = new Solo(five);
    solo.rumours(a, suspect(me, a));
    solo.rumours(b, suspect(me, b));
    solo.receive(c, { kind: 'ping', sequence: 1, incarnation: life(), rumours: [] });
    expect(solo.sentOf('ack')[0]?.message.incarnation).toBe(life(1));
  });

  /** Column by column the order of the paper: which rumour replaces which belief. */
  const order: readonly [string, number, string, number, string][] = [
    ['alive', 1, 'alive', 0, 'alive'],
    ['alive', 1, 'suspect', 0, 'alive'],
    ['alive', 0, 'suspect', 0, 'suspect'],
    ['alive', 0, 'suspect', 1, 'suspect'],
    ['suspect', 1, 'suspect', 0, 'suspect'],
    ['suspect', 0, 'alive', 0, 'suspect'],
    ['suspect', 1, 'alive', 0, 'suspect'],
    ['suspect', 0, 'alive', 1, 'alive'],
    ['dead', 0, 'alive', 0, 'dead'],
    ['dead', 0, 'suspect', 0, 'dead'],
    ['dead', 1, 'suspect', 0, 'dead'],
  ];
  const rumour = { alive, suspect, dead } as const;
  const say = (word: string, refutations: number) =>
    word === 'alive'
      ? alive(b, refutations)
      : rumour[word as 'suspect' | 'dead'](b, c, refutations);

  test.each(order)('%s %i against %s %i: it is %s, in either order (4.2)', (...row) => {
    const [first, i, second, j, expected] = row;
    for (const rumours of [
      [say(first, i), say(second, j)],
      [say(second, j), say(first, i)],
    ]) {
      const solo = new Solo(five);
      for (const each of rumours) solo.rumours(a, each);
      expect(solo.belief(b)).toBe(expected);
    }
  });

  test('unlike in the paper, a member that comes back outranks its death: it kept its data', () => {
    const solo = new Solo(five);
    solo.rumours(a, dead(b, a));
    expect(solo.belief(b)).toBe('dead');
    solo.rumours(a, alive(b, 1));
    expect(solo.belief(b)).toBe('alive');
    expect(solo.nextPingOf(b)).toBeGreaterThan(0);
  });

  test('the dead have no turns', () => {
    const solo = new Solo(five);
    solo.rumours(a, dead(b, a));
    solo.forget();
    for (let i = 0; i < 12; i++) {
      const { to, sequence } = solo.nextPing();
      // One of the dead is tried now and then, beside the turns.
      if (to !== b) solo.ack(to, sequence);
      expect(solo.told.filter(({ node }) => node === b && to === b).every(isDeath)).toBe(true);
    }
  });
});

const isDeath = ({ state }: { state: string }): boolean => state === 'dead';

describe('round-robin selection', () => {
  const names = Array.from({ length: 9 }, (_, i) => nodeId(`m${i}`));

  test('every member has its turn before any has another (4.3)', () => {
    const rotation = new Rotation(names, seededRandom('rotation'));
    for (let round = 0; round < 50; round++) {
      const turns = names.map(() => rotation.next());
      expect([...turns].sort()).toEqual(names);
    }
  });

  test('two turns of a member are at most 2(n−1)−1 periods apart, and the order changes (4.3)', () => {
    const rotation = new Rotation(names, seededRandom('gaps'));
    const last = new Map(names.map((node) => [node, -1]));
    const orders = new Set<string>();
    let widest = 0;
    let order = '';
    for (let turn = 0; turn < 900; turn++) {
      const node = rotation.next() ?? nodeId('nobody');
      widest = Math.max(widest, turn - (last.get(node) ?? 0));
      last.set(node, turn);
      order += node;
      if (turn % names.length === names.length - 1) {
        orders.add(order);
        order = '';
      }
    }
    // Here n − 1 members have turns.
    expect(widest).toBeLessThanOrEqual(2 * names.length - 1);
    expect(orders.size).toBeGreaterThan(90);
  });

  test('a newcomer takes a random place in the list (4.3)', () => {
    const places = Array.from({ length: 400 }, (_, i) => {
      const rotation = new Rotation(names, seededRandom(`newcomer ${i}`));
      rotation.next();
      rotation.add(nodeId('new'));
      const turns = Array.from({ length: 9 }, () => rotation.next());
      return turns.indexOf(nodeId('new'));
    });
    for (let place = 0; place < 9; place++) {
      expect(places.filter((each) => each === place).length).toBeGreaterThan(10);
    }
  });

  test('who left in the middle of a round costs nobody else a turn (4.3)', () => {
    const rotation = new Rotation(names, seededRandom('leaver'));
    const first = [rotation.next(), rotation.next()];
    rotation.remove(first[0] as never);
    const rest = Array.from({ length: 7 }, () => rotation.next());
    expect(new Set([...first, ...rest]).size).toBe(9);
  });
});
