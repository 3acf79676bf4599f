// The rules of the paper, one test a rule: "Lifeguard: Local Health Awareness for More Accurate
// Failure Detection", Dadgar, Phillips, Currey, DSN workshops 2018. Each ends in its section.

import { describe, expect, test } from 'vitest';
import { LocalHealth } from '../../../src/core/membership/health.ts';
import { Suspicion, suspicionTimeout } from '../../../src/core/membership/suspicion.ts';
import { nodeId } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import { dead, life, me, Solo, suspect } from './solo.ts';

const { probeTicks, probeTimeoutTicks } = limits;
const [a, b, c] = [nodeId('a'), nodeId('b'), nodeId('c')];
const [d, e, f] = [nodeId('d'), nodeId('e'), nodeId('f')];
const six = { others: [a, b, c, d, e, f] };

describe('local health', () => {
  test('the multiplier never leaves 0 to 8, and stretches by one base each (IV, LHA-Probe)', () => {
    const health = new LocalHealth(limits.localHealthMax);
    health.improve();
    expect([health.score, health.stretch(20)]).toEqual([0, 20]);
    for (let i = 0; i < 20; i++) health.worsen();
    expect([health.score, health.stretch(20)]).toEqual([8, 180]);
  });

  test('an answered probe makes it smaller, a failed one greater (IV, LHA-Probe)', () => {
    const solo = new Solo({ others: [a] });
    solo.nextPing();
    solo.tick(probeTicks);
    expect(solo.member.localHealth).toBe(1);
    const [, again] = solo.sentOf('ping');
    solo.ack(a, again?.message.sequence ?? 0);
    expect(solo.member.localHealth).toBe(0);
  });

  test('a nack that does not come makes it greater, for the asker may be the sick one (IV, LHA-Probe)', () => {
    const scoreAfter = (nacking: number): number => {
      const solo = new Solo(six);
      const { sequence } = solo.nextPing();
      solo.tick(probeTimeoutTicks);
      for (const { to } of solo.sentOf('ping-request').slice(0, nacking)) solo.nack(to, sequence);
      solo.tick(probeTicks - probeTimeoutTicks);
      return solo.member.localHealth;
    };
    expect([scoreAfter(3), scoreAfter(2)]).toEqual([1, 2]);
  });

  test('to be suspected makes it greater (IV, LHA-Probe)', () => {
    const solo = new Solo(six);
    solo.rumours(a, suspect(me, b));
    expect(solo.member.localHealth).toBe(1);
  });

  test('a stalled loop makes it greater, by the periods that it lasted, up to three', () => {
    const doubtAfter = (lateTicks: number): number => {
      const solo = new Solo(six);
      solo.step({ kind: 'stall', lateTicks });
      return solo.member.localHealth;
    };
    expect([10, probeTicks, probeTicks + 1, 200, 100_000].map(doubtAfter)).toEqual([1, 1, 2, 2, 3]);
  });

  test('in doubt of itself it waits longer for acks, and between probes (IV, LHA-Probe)', () => {
    const solo = new Solo(six);
    const first = solo.nextPing();
    solo.ack(first.to, first.sequence);
    solo.step({ kind: 'stall', lateTicks: 1 });
    expect(solo.member.localHealth).toBe(1);
    const { to } = solo.nextPing();
    solo.tick(2 * probeTimeoutTicks - 1);
    expect(solo.sentOf('ping-request')).toHaveLength(0);
    solo.tick(1);
    expect(solo.sentOf('ping-request')).toHaveLength(limits.indirectProbes);
    solo.tick(2 * (probeTicks - probeTimeoutTicks) - 1);
    expect(solo.belief(to)).toBe('alive');
    solo.tick(1);
    expect(solo.belief(to)).toBe('suspect');
  });

  test('who is asked says after 80 % of the timeout that it is well itself (IV, LHA-Probe)', () => {
    const solo = new Solo(six);
    const request = { kind: 'ping-request', sequence: 5, target: b } as const;
    solo.receive(a, { ...request, incarnation: life(), rumours: [] });
    solo.tick(0.8 * probeTimeoutTicks - 1);
    expect(solo.sentOf('nack')).toHaveLength(0);
    solo.tick(1);
    expect(solo.sentOf('nack')).toMatchObject([{ to: a, message: { sequence: 5 } }]);
    const [ping] = solo.sentOf('ping');
    solo.ack(b, ping?.message.sequence ?? 0);
    expect(solo.sentOf('ack')).toMatchObject([{ to: a, message: { sequence: 5 } }]);
  });
});

describe('the timeout of a suspicion', () => {
  const bounds = { expected: 3, min: 50, max: 200 };

  test('falls from Max to Min with the logarithm of the confirmations (IV, LHA-Suspicion)', () => {
    const timeouts = [0, 1, 2, 3, 4].map((count) => suspicionTimeout(count, bounds));
    expect(timeouts).toEqual([200, 125, 81, 50, 50]);
  });

  test('only others count, and each of them once (IV, LHA-Suspicion)', () => {
    const suspicion = new Suspicion({ accuser: a, now: 1000, limits: bounds });
    expect(suspicion.dueAt).toBe(1200);
    expect([suspicion.confirm(a), suspicion.dueAt]).toEqual([false, 1200]);
    expect([suspicion.confirm(b), suspicion.dueAt]).toEqual([true, 1125]);
    expect([suspicion.confirm(b), suspicion.dueAt]).toEqual([false, 1125]);
  });

  test('the first K confirmations are told on, later ones not (IV, LHA-Suspicion)', () => {
    const suspicion = new Suspicion({ accuser: a, now: 0, limits: bounds });
    expect([b, c, d, e].map((by) => suspicion.confirm(by))).toEqual([true, true, true, false]);
    const solo = new Solo(six);
    solo.rumours(a, suspect(f, a));
    solo.rumours(a, suspect(f, b));
    solo.nextPing();
    expect(solo.told).toContainEqual(suspect(f, b));
  });

  test('K is no more than those who could confirm: with two members none, with three one', () => {
    const shortest = limits.suspicionMultiplier * probeTicks;
    const two = new Solo({ others: [a] });
    two.rumours(a);
    two.nextPing();
    two.tick(probeTicks);
    expect(two.belief(a)).toBe('suspect');
    two.tick(shortest - 1);
    expect(two.belief(a)).toBe('suspect');
    two.tick(1);
    expect(two.belief(a)).toBe('dead');
    const three = new Solo({ others: [a, b] });
    three.rumours(b, suspect(a, b));
    three.step({ kind: 'disconnected', node: a });
    three.nack(b, three.sentOf('ping-request')[0]?.message.sequence ?? 0);
    three.tick(shortest - 1);
    expect(three.belief(a)).toBe('suspect');
    three.tick(1);
    expect(three.belief(a)).toBe('dead');
  });
});

describe('the buddy system', () => {
  test('a ping of a suspect tells it so, before and beyond all other rumours (IV, Buddy System)', () => {
    const solo = new Solo({ ...six, timing: { ...limits, rumoursPerMessageMax: 1 } });
    solo.rumours(a, suspect(f, a));
    for (let sequence = 1; sequence < 40; sequence++) {
      solo.receive(a, { kind: 'ping', sequence, incarnation: life(), rumours: [] });
    }
    solo.rumours(a, dead(e, a));
    solo.forget();
    solo.nextPingOf(f);
    expect(solo.sentOf('ping')[0]?.message.rumours).toEqual([suspect(f, a), dead(e, a)]);
  });

  test('its answer refutes at once, and the suspicion is over (IV, Buddy System)', () => {
    const solo = new Solo(six);
    solo.rumours(a, suspect(f, a));
    const sequence = solo.nextPingOf(f);
    solo.receive(f, { kind: 'ack', sequence, incarnation: life(1), rumours: [] });
    expect(solo.belief(f)).toBe('alive');
  });
});
