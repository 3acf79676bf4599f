// What happens to whole nodes when one of them dies, pauses, restarts or is late, in virtual time.

import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../../src/core/model/ids.ts';
import { controlGroup, groupId, incarnation, nodeId } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import { World } from './world.ts';

const key = 'user:1001';
const ticksPerSecond = 1000 / limits.tickMs;

function ledWorld(options: ConstructorParameters<typeof World>[0] = {}): World {
  const world = new World({ partitions: 8, ...options });
  world.runUntilLed();
  return world;
}

function leaderOf(world: World): NodeId {
  const leader = world.leaderOf(world.groupOf(key));
  if (leader === null) throw new Error('no leader');
  return leader;
}

function nextOf(world: World, not: NodeId): NodeId {
  const other = world.names.find((name) => name !== not);
  if (other === undefined) throw new Error('no other node');
  return other;
}

/** Ticks from now until a put through `via` succeeds. */
function ticksToNextPut(world: World, via: NodeId): number {
  const ask = world.ask(
    via,
    { kind: 'put', key, value: Buffer.from('next'), ifVersion: null, context: null },
    { forward: true, timeoutMs: 20_000 },
  );
  let ticks = 0;
  world.runUntil(() => {
    ticks++;
    return world.answer(ask.id) !== undefined;
  });
  expect(world.answer(ask.id)).toMatchObject({ kind: 'written' });
  return ticks;
}

describe('a fresh cluster', () => {
  it('is led at once, and the leaders are spread as the placement wishes', () => {
    const world = new World({ partitions: 9 });
    world.run(10);
    const leaders = world.groups().map((group) => world.leaderOf(group));
    expect(leaders).not.toContain(null);
    for (const name of world.names) {
      expect(leaders.slice(1).filter((leader) => leader === name).length).toBeLessThanOrEqual(4);
    }
  });

  it('elects its first leaders without a poll, and later ones after one', () => {
    const world = new World({ partitions: 9 });
    world.run(10);
    expect(world.said('request-vote')).toBeGreaterThan(0);
    expect(world.said('poll')).toBe(0);
    world.kill(leaderOf(world));
    world.run(ticksPerSecond);
    expect(world.said('poll')).toBeGreaterThan(0);
  });

  it.each([
    [3, limits.aliveTicks],
    [6, limits.aliveTicksLarge],
  ])('of %i goes quiet when nothing happens: an idle node rests for %i ticks', (nodes, rest) => {
    const world = ledWorld({ nodes });
    world.put(leaderOf(world), key, 'v');
    world.run(ticksPerSecond);
    expect(world.names.map((name) => world.node(name).restingTicks)).toEqual(
      world.names.map(() => rest),
    );
  });

  it.each([
    [3, ticksPerSecond / limits.aliveTicks],
    [6, ticksPerSecond / limits.aliveTicksLarge],
  ])('of %i greets each other at its pace: %d times in a second', (nodes, greetings) => {
    const world = ledWorld({ nodes });
    const before = world.said('alive');
    world.run(10 * ticksPerSecond);
    const perPair = (world.said('alive') - before) / (nodes * (nodes - 1)) / 10;
    expect(perPair).toBeCloseTo(greetings, 0);
  });

  it('elects nobody because a host was late: what waits for it is not read yet', () => {
    const world = ledWorld({ nodes: 6, partitions: 32 });
    const rolesOf = (name: NodeId) =>
      world.groups().flatMap((group) => world.node(name).replica(groupId(group))?.raft.role ?? []);
    for (let i = 0; i < 60; i++) world.put(leaderOf(world), `k${i}`, 'v', { forward: true });
    world.run(4);
    for (const name of world.names) {
      const before = rolesOf(name);
      world.node(name).step({ kind: 'tick', ticks: limits.aliveTicksLarge, wallMs: 0 });
      expect(rolesOf(name), name).toEqual(before);
    }
  });

  it('gives nothing back to a node that is handing over, however well it seems', () => {
    const world = ledWorld();
    world.run(10 * ticksPerSecond);
    const leaving = leaderOf(world);
    world.node(leaving).step({ kind: 'drain' });
    world.runUntil(() => world.node(leaving).drained);
    const terms = () =>
      world.groups().map((group) => world.node(leaving).replica(groupId(group))?.raft.term);
    const before = terms();
    world.run(2 * ticksPerSecond);
    expect(terms()).toEqual(before);
  });

  it('a single node serves alone', () => {
    const world = ledWorld({ nodes: 1 });
    world.put(leaderOf(world), key, 'alone');
    expect(world.get(leaderOf(world), key, { consistency: 'all' })).toBe('alone');
  });

  it('five nodes with three replicas each: a node that holds no replica says who may', () => {
    const world = ledWorld({ nodes: 5, partitions: 16 });
    const group = world.groupOf(key);
    const outside = world.names.find((name) => !world.node(name).replica(group as never));
    if (outside === undefined) throw new Error('every node holds the partition');
    const result = world.put(outside, key, 'v');
    expect(result).toMatchObject({
      kind: 'refused',
      refusal: { reason: 'not-leader', effect: 'none' },
    });
  });
});

describe('a start', () => {
  it('is registered by the control group, unless the data directory is not the known one', () => {
    const foreign = nodeId('node3');
    const world = new World({ foreign });
    world.runUntilLed();
    world.run(3 * ticksPerSecond);
    for (const name of world.names) {
      const machine = world.node(name).replica(controlGroup)?.machine;
      if (machine?.kind !== 'control') throw new Error('no control group');
      const known = world.names.map((each) => machine.control.incarnationOf(each));
      expect(known).toEqual([1, 1, 0]);
    }
  });
});

describe('failover', () => {
  it('a killed leader is replaced within 150 ms, although its groups were quiet', () => {
    const world = ledWorld();
    world.run(ticksPerSecond);
    const leader = leaderOf(world);
    world.kill(leader);
    expect(ticksToNextPut(world, nextOf(world, leader))).toBeLessThanOrEqual(15);
  });

  it('every group of a killed node has a new leader within 300 ms', () => {
    const world = ledWorld();
    world.run(ticksPerSecond);
    const leader = leaderOf(world);
    world.kill(leader);
    const isLed = (group: number) => world.leaderOf(group) !== null;
    world.runUntil(() => world.groups().every(isLed), 30);
  });

  it('a paused leader drops no connection; its silence is noticed within an election timeout', () => {
    const world = ledWorld();
    world.run(ticksPerSecond);
    const leader = leaderOf(world);
    for (const name of world.names) if (name !== leader) world.cut(leader, name);
    const ticks = ticksToNextPut(world, nextOf(world, leader));
    expect(ticks).toBeLessThanOrEqual(limits.electionTicksMax + 15);
  });

  it('a paused leader that comes back steps down and follows', () => {
    const world = ledWorld();
    const old = leaderOf(world);
    for (const name of world.names) if (name !== old) world.cut(old, name);
    world.runUntil(() => leaderOf(world) !== old);
    ticksToNextPut(world, nextOf(world, old));
    world.run(3 * ticksPerSecond);
    world.heal();
    world.run(ticksPerSecond);
    expect(world.get(old, key, { consistency: 'one' })).toBe('next');
    expect(world.get(old, key, { forward: true })).toBe('next');
  });

  it('a leader that restarted leads no more: its quiet followers campaign', () => {
    const world = ledWorld();
    world.run(ticksPerSecond);
    const old = leaderOf(world);
    const other = nextOf(world, old);
    world.node(other).step({ kind: 'peer-up', peer: old, incarnation: incarnation(2) });
    world.run(100);
    expect(world.leaderOf(world.groupOf(key))).not.toBeNull();
  });

  it('a node whose own loop was late does not take its peers for silent', () => {
    const world = ledWorld();
    world.run(ticksPerSecond);
    const before = world.groups().map((group) => world.leaderOf(group));
    const late = world.names[0] as NodeId;
    world.node(late).step({ kind: 'tick', ticks: 500, wallMs: 1_700_000_100_000 });
    world.run(ticksPerSecond);
    expect(world.groups().map((group) => world.leaderOf(group))).toEqual(before);
  });
});

describe('leaderships', () => {
  it('go back to the preferred leader when it has been well again for a while', () => {
    const world = ledWorld();
    const preferred = world.groups().map((group) => world.leaderOf(group));
    const away = leaderOf(world);
    for (const name of world.names) if (name !== away) world.cut(away, name);
    world.runUntil(() => world.groups().every((group) => world.leaderOf(group) !== away));
    world.heal();
    world.run(2 * ticksPerSecond);
    expect(world.leaderOf(world.groupOf(key))).not.toBe(away);
    world.run(8 * ticksPerSecond);
    expect(world.groups().map((group) => world.leaderOf(group))).toEqual(preferred);
  });
});

describe('tombstones', () => {
  it('are purged on every replica once all have passed them', () => {
    const world = ledWorld();
    const leader = leaderOf(world);
    world.put(leader, key, 'v');
    world.call(leader, { kind: 'delete', key, ifVersion: null, context: null });
    expect(partitionOf(world, leader).read(key)?.value).toBeNull();
    world.run(10 * ticksPerSecond);
    for (const name of world.names) expect(partitionOf(world, name).read(key)).toBeNull();
  });

  it('stay while a replica is away, because it may hold a write that has not seen them', () => {
    const world = ledWorld();
    const leader = leaderOf(world);
    world.put(leader, key, 'v');
    world.kill(nextOf(world, leader));
    world.call(leader, { kind: 'delete', key, ifVersion: null, context: null });
    world.run(10 * ticksPerSecond);
    expect(partitionOf(world, leader).read(key)?.value).toBeNull();
    expect(partitionOf(world, leader).read(key)).not.toBeNull();
  });
});

function partitionOf(world: World, name: NodeId) {
  const machine = world.node(name).replica(world.groupOf(key) as never)?.machine;
  if (machine?.kind !== 'data') throw new Error('no partition');
  return machine.partition;
}
