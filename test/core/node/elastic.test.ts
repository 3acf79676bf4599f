// Members come and go while clients write: what each part of core/node does of it, in one world.

import { describe, expect, it } from 'vitest';
import { groupId, type NodeId, nodeId } from '../../../src/core/model/ids.ts';
import type { Replica } from '../../../src/core/node/replica.ts';
import {
  administer,
  isSettled,
  join,
  ledWorld,
  node1,
  node2,
  node3,
  node4,
  row,
  soon,
} from './elastic-world.ts';
import { memberOf, put, World } from './world.ts';

describe('a join', () => {
  it('gives the newcomer its share, and every key stays readable through it', () => {
    const world = ledWorld({ partitions: 16 });
    for (let i = 0; i < 50; i++) world.put(node1, `k${i}`, `v${i}`, { forward: true });
    join(world, node4);
    world.runUntil(() => isSettled(world), 4000);
    const held = world
      .groups()
      .filter((group) => group > 0 && world.node(node4).replica(groupId(group)));
    // A quarter of 48 replicas.
    expect(held.length).toBeGreaterThanOrEqual(10);
    expect(held.length).toBeLessThanOrEqual(15);
    for (let i = 0; i < 50; i++) {
      expect(world.get(node4, `k${i}`, { forward: true })).toBe(`v${i}`);
    }
  });

  it('may be asked for again, but not with another disk under the same name', () => {
    const world = ledWorld();
    const member = memberOf(node4, 'storage-node4');
    join(world, node4);
    expect(administer(world, { kind: 'join', member }).kind).toBe('administered');
    const other = administer(world, { kind: 'join', member: memberOf(node4, 'another') });
    expect(other).toMatchObject({ kind: 'refused', refusal: { reason: 'member-exists' } });
  });
});

describe('a leave', () => {
  it('drains the member, which then ends by itself', () => {
    const world = ledWorld({ nodes: 4, partitions: 16 });
    for (let i = 0; i < 20; i++) world.put(node1, `k${i}`, `v${i}`, { forward: true });
    world.call(node2, put('k3', 'tentative'), { consistency: 'one' });
    const leave = { kind: 'leave', node: node2, how: 'leaving', force: false } as const;
    expect(administer(world, leave).kind).toBe('administered');
    world.runUntil(() => world.node(node2).removed, 6000);
    world.kill(node2);
    world.runUntilLed();
    const names = () => row(world, node1).members.map(({ node }) => node);
    world.runUntil(() => names().join() === [node1, node3, node4].join());
    for (let i = 0; i < 20; i++) {
      const expected = i === 3 ? 'tentative' : `v${i}`;
      expect(world.get(node1, `k${i}`, { forward: true })).toBe(expected);
    }
    expect(isSettled(world)).toBe(true);
  });

  it('is refused when fewer members than copies would be left', () => {
    const world = ledWorld();
    const leave = { kind: 'leave', node: node2, how: 'leaving', force: false } as const;
    const refused = administer(world, leave);
    expect(refused).toMatchObject({ kind: 'refused', refusal: { reason: 'member-needed' } });
    expect(row(world, node1).departures).toEqual([]);
  });

  it('of a member that runs is no loss', () => {
    const world = ledWorld({ nodes: 4 });
    const lost = { kind: 'leave', node: node2, how: 'lost', force: false } as const;
    const refused = administer(world, lost);
    expect(refused).toMatchObject({ kind: 'refused', refusal: { reason: 'member-needed' } });
  });
});

describe('a member that is called lost and lives', () => {
  const lose = (world: World, node: NodeId): void => {
    const lost = { kind: 'leave', node, how: 'lost', force: true } as const;
    expect(administer(world, lost).kind).toBe('administered');
  };

  // Simulator, seed 842: it ended when the control group had let go of it, and another group, whose
  // third voter was dead, needed its vote to do the same.
  it('ends when it is no member any more, and not before', () => {
    const world = ledWorld({ nodes: 5, partitions: 8 });
    lose(world, node2);
    const isListed = () => row(world, node1).members.some(({ node }) => node === node2);
    world.runUntil(() => !isListed() || world.node(node2).removed, 6000);
    expect(isListed()).toBe(false);
    world.runUntil(() => world.node(node2).removed);
  });

  // Simulator, seed 766: nobody told it that it was to go, and whoever leads a group moves it.
  it('moves the groups that it leads', () => {
    const world = ledWorld({ nodes: 5, partitions: 8, replicationFactor: 2 });
    const first = world.leaderOf(0) as NodeId;
    const votersOf = (number: number) =>
      world.node(world.leaderOf(number) as NodeId).replica(groupId(number))?.members ?? [];
    const group = world.groups().find((number) => !votersOf(number).includes(first)) as number;
    const led = world.leaderOf(group) as NodeId;
    // Of two voters, neither leads without the other; of the rest it hears nothing for a while.
    const strangers = world.alive.filter((name) => !votersOf(group).includes(name));
    for (const name of strangers) world.cut(led, name);
    lose(world, led);
    const voters = () => world.node(first).replica(groupId(0))?.raft.configuration.voters ?? [];
    world.runUntil(() => !voters().includes(led));
    world.run(50);
    world.heal();
    world.runUntil(() => row(world, first).members.every(({ node }) => node !== led), 6000);
    expect(votersOf(group)).not.toContain(led);
  });
});

describe('a replacement', () => {
  it('takes the name of a lost disk when every group has let go of it', () => {
    const world = ledWorld({ partitions: 8 });
    for (let i = 0; i < 20; i++) world.put(node1, `k${i}`, `v${i}`, { forward: true });
    world.kill(node3);
    const lost = { kind: 'leave', node: node3, how: 'lost', force: false } as const;
    world.run(100);
    expect(administer(world, lost).kind).toBe('administered');
    const names = () => row(world, node1).members.map(({ node }) => node);
    world.runUntil(() => names().join() === [node1, node2].join(), 3000);
    join(world, node3, 'a new disk');
    world.runUntil(() => isSettled(world), 6000);
    world.kill(node1);
    world.runUntilLed();
    for (let i = 0; i < 20; i++) {
      expect(world.get(node3, `k${i}`, { forward: true })).toBe(`v${i}`);
    }
  });
});

describe('the voters of the control group', () => {
  const voters = (world: World): number => {
    const led = world.leaderOf(0);
    const raft = led === null ? undefined : world.node(led).replica(groupId(0))?.raft;
    return raft?.configuration.votersOutgoing.length === 0 ? raft.configuration.voters.length : 0;
  };
  const never = { bounds: { stableTicks: 1_000_000 } };

  it('are three again at once when a lost one is replaced, so that the next may die', () => {
    const world = ledWorld({ partitions: 4, ...never });
    world.kill(node3);
    world.run(100);
    const lost = { kind: 'leave', node: node3, how: 'lost', force: false } as const;
    expect(administer(world, lost).kind).toBe('administered');
    world.runUntil(() => row(world, node1).members.length === 2, 3000);
    expect(voters(world)).toBe(2);
    join(world, node3, 'a new disk');
    world.runUntil(() => voters(world) === 3);
    world.run(500);
    world.kill(node2);
    world.runUntilLed();
    expect(world.put(node1, 'k', 'v', { forward: true }).kind).toBe('written');
  });

  it('become more only with a newcomer that has been well for a while', () => {
    const world = ledWorld({ nodes: 4, partitions: 4, ...never });
    join(world, nodeId('node5'));
    world.run(1000);
    expect(row(world, node1).placement[0]).toHaveLength(5);
    expect(voters(world)).toBe(3);
    const steady = ledWorld({ nodes: 4, partitions: 4 });
    join(steady, nodeId('node5'));
    steady.runUntil(() => voters(steady) === 5);
  });
});

describe('a member that is dead for too long', () => {
  it('is replaced by the others, without a command', () => {
    const world = ledWorld({ nodes: 4, partitions: 8, deadNodeTimeoutMs: 3000 });
    for (let i = 0; i < 20; i++) world.put(node1, `k${i}`, `v${i}`, { forward: true });
    world.kill(node4);
    world.runUntil(() => row(world, node1).members.length === 3, 5000);
    world.runUntil(() => isSettled(world), 3000);
    for (let i = 0; i < 20; i++) {
      expect(world.get(node1, `k${i}`, { forward: true })).toBe(`v${i}`);
    }
  });

  it('stays when the others could not hold its copies', () => {
    const world = ledWorld({ deadNodeTimeoutMs: 1000 });
    world.kill(node3);
    world.run(2000);
    expect(row(world, node1).departures).toEqual([]);
    expect(row(world, node1).members).toHaveLength(3);
  });
});

describe('a feature', () => {
  it('is switched on when every member has announced it, and nothing of it is said before', () => {
    const world = new World({ featureLevel: 1, bounds: soon });
    world.cut(node1, node3);
    world.cut(node2, node3);
    world.run(300);
    expect(row(world, node1).featureLevel).toBe(1);
    expect(world.said('membership')).toBe(0);
    expect(world.said('address-book')).toBe(0);
    const early = administer(world, { kind: 'join', member: memberOf(node4, 'storage-node4') });
    expect(early).toMatchObject({ kind: 'refused', refusal: { reason: 'feature-missing' } });
    world.heal();
    world.runUntil(() => row(world, node1).featureLevel === 2);
    world.run(300);
    expect(world.said('membership')).toBeGreaterThan(0);
    join(world, node4);
    world.runUntil(() => isSettled(world), 4000);
  });
});

describe('a leader of a group', () => {
  it('makes no change by an older placement than the one that its log has seen', () => {
    const world = ledWorld({ nodes: 4, partitions: 4 });
    const group = groupId(1);
    const led = world.leaderOf(1) as NodeId;
    const { raft } = world.node(led).replica(group) as Replica;
    const newer = row(world, led).epoch + 5;
    expect(raft.proposeConfiguration([], newer).kind).toBe('proposed');
    world.run(5);
    const before = raft.configuration;
    const leaver = before.voters.find((node) => node !== led && node !== world.leaderOf(0));
    administer(world, { kind: 'leave', node: leaver as NodeId, how: 'leaving', force: false });
    world.run(500);
    expect(world.leaderOf(1)).not.toBeNull();
    expect(raft.configuration.voters).toEqual(before.voters);
  });
});
