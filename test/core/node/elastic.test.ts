// Members come and go while clients write: what each part of core/node does of it, in one world.

import { describe, expect, it } from 'vitest';
import type { ControlRow } from '../../../src/core/model/control-row.ts';
import { groupId, type NodeId, nodeId } from '../../../src/core/model/ids.ts';
import type { AdminOperation, Result } from '../../../src/core/model/operation.ts';
import type { Replica } from '../../../src/core/node/replica.ts';
import { memberOf, put, World, type WorldOptions } from './world.ts';

const [node1, node2, node3, node4] = ['node1', 'node2', 'node3', 'node4'].map(nodeId) as [
  NodeId,
  NodeId,
  NodeId,
  NodeId,
];
const soon = { stableTicks: 50 };

function ledWorld(options: WorldOptions = {}): World {
  const world = new World({ bounds: soon, ...options });
  world.runUntilLed();
  // Everyone is registered, and the leaders are where they belong.
  world.run(100);
  return world;
}

/** As the commands do: again after a refusal that says that nothing happened. */
function administer(world: World, operation: AdminOperation): Result {
  for (;;) {
    const leader = world.leaderOf(0);
    if (leader === null) world.run(10);
    else {
      const result = world.call(leader, operation);
      if (result.kind !== 'refused' || result.refusal.reason !== 'not-leader') return result;
      world.run(10);
    }
  }
}

function join(world: World, node: NodeId, storage = `storage-${node}`): void {
  const member = memberOf(node, storage);
  expect(administer(world, { kind: 'join', member }).kind).toBe('administered');
  world.start(member);
}

function row(world: World, node: NodeId): ControlRow {
  const result = world.call(node, { kind: 'control' });
  if (result.kind !== 'control') throw new Error(JSON.stringify(result));
  return result.row;
}

/** Every group is where the control group wants it, and nowhere else. */
function isSettled(world: World): boolean {
  const leader = world.leaderOf(0);
  if (leader === null) return false;
  const { placement, departures } = row(world, leader);
  if (departures.length > 0) return false;
  return placement.every((wanted, group) => {
    const led = world.leaderOf(group);
    if (led === null) return false;
    const { configuration } = world.node(led).replica(groupId(group))?.raft ?? {};
    const isThere = configuration?.voters.join() === [...wanted].sort().join();
    const holders = world.alive.filter((name) => world.node(name).replica(groupId(group)));
    const isNowhereElse = group === 0 || holders.every((name) => wanted.includes(name));
    return isThere && configuration?.votersOutgoing.length === 0 && isNowhereElse;
  });
}

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
  // Simulator, seed 842: it ended when the control group had let go of it, and another group, whose
  // third voter was dead, needed its vote to do the same.
  it('ends when it is no member any more, and not before', () => {
    const world = ledWorld({ nodes: 5, partitions: 8 });
    const lost = { kind: 'leave', node: node2, how: 'lost', force: true } as const;
    expect(administer(world, lost).kind).toBe('administered');
    const isListed = () => row(world, node1).members.some(({ node }) => node === node2);
    world.runUntil(() => !isListed() || world.node(node2).removed, 6000);
    expect(isListed()).toBe(false);
    world.runUntil(() => world.node(node2).removed);
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

describe('a name that comes again', () => {
  /** The disk under the name is lost, and a new one takes its place. */
  function replace(world: World, node: NodeId): void {
    world.kill(node);
    world.run(100);
    const lost = { kind: 'leave', node, how: 'lost', force: false } as const;
    expect(administer(world, lost).kind).toBe('administered');
    const [asked] = world.alive as [NodeId];
    world.runUntil(() => row(world, asked).members.every((member) => member.node !== node), 3000);
    join(world, node, 'a new disk');
    world.runUntil(() => isSettled(world), 6000);
  }

  // Simulator, seed 5: both disks counted their incarnations from 1, and so their dots.
  it('has dots of its own: what the new disk takes at one is no copy of what the old one took', () => {
    const world = ledWorld({ partitions: 1 });
    for (const key of ['k1', 'k2']) {
      expect(world.put(node3, key, 'old', { consistency: 'one' }).kind).toBe('written');
    }
    world.runUntil(() => world.get(node1, 'k2', { forward: true }) === 'old');
    replace(world, node3);
    // Until it has heard that it votes.
    world.run(100);
    for (const key of ['k1', 'k2']) {
      expect(world.put(node3, key, 'new', { consistency: 'one' }).kind).toBe('written');
      world.runUntil(() => world.get(node1, key, { forward: true }) === 'new');
    }
  });
});

describe('a report that a group has let go', () => {
  // A leader that was paused says it late: the name is another disk's, and departs as well.
  it('counts for the departure that it speaks of, and for no later one', () => {
    const world = ledWorld({ nodes: 4, partitions: 1 });
    const led = world.leaderOf(0) as NodeId;
    const leaver = world.alive.find((node) => node !== led && node !== world.leaderOf(1)) as NodeId;
    const { epoch } = row(world, led);
    const leave = { kind: 'leave', node: leaver, how: 'leaving', force: true } as const;
    const open = () => row(world, led).departures.find(({ node }) => node === leaver)?.groups;
    expect(administer(world, leave).kind).toBe('administered');
    const report = { kind: 'report-released', node: leaver, groups: [groupId(1)] } as const;
    const from = world.alive.find((node) => node !== led) as NodeId;
    const said = (of: number): void => {
      const message = { ...report, epoch: of };
      world.node(led).step({ kind: 'message', from, message });
      world.run(1);
    };
    said(epoch);
    expect(open()).toContain(groupId(1));
    said(epoch + 1);
    expect(open()).not.toContain(groupId(1));
  });
});

describe('a group that comes back to a node', () => {
  // Simulator, seed 440: the next life spoke in the term that the drop was still to keep.
  it('is born again when the drop of its earlier life is durable, and not before', () => {
    const world = ledWorld({ nodes: 4, partitions: 1 });
    const configure = (copies: number): void => {
      const operation = { replicationFactor: copies, deadNodeTimeoutMs: null } as const;
      expect(administer(world, { kind: 'configure', ...operation }).kind).toBe('administered');
    };
    const holders = () => world.alive.filter((node) => world.node(node).replica(groupId(1)));
    const before = holders();
    const wanted = () => row(world, world.leaderOf(0) as NodeId).placement[1] ?? [];
    configure(2);
    const out = before.find((node) => !wanted().includes(node)) as NodeId;
    world.stopDisk(out);
    world.runUntil(() => !holders().includes(out));
    configure(3);
    const named = () => {
      const led = world.leaderOf(1);
      return led === null ? [] : (world.node(led).replica(groupId(1))?.members ?? []);
    };
    world.runUntil(() => named().includes(out));
    world.run(200);
    expect(holders()).not.toContain(out);
    world.startDisk(out);
    world.runUntil(() => isSettled(world), 6000);
    expect(holders()).toContain(out);
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

describe('the replica of a node that was let go', () => {
  it('is forgotten on disk, and the group keeps no tombstone for its sake', () => {
    const world = ledWorld({ nodes: 4, partitions: 8 });
    const leave = { kind: 'leave', node: node2, how: 'leaving', force: false } as const;
    expect(administer(world, leave).kind).toBe('administered');
    world.runUntil(() => world.node(node2).removed, 6000);
    const kept = world.groups().filter((group) => world.node(node2).replica(groupId(group)));
    expect(kept).toEqual([0]);
    for (const group of world.groups().slice(1)) {
      const led = world.leaderOf(group);
      const machine = led === null ? undefined : world.node(led).replica(groupId(group))?.machine;
      expect(machine?.kind === 'data' ? machine.partition.departed : null).toEqual([]);
    }
    expect(world.drops(node2).map(({ life }) => life)).not.toContain(0);
    expect(world.drops(node2).length).toBeGreaterThan(0);
  });

  // Simulator, seed 683: a learner that never came to be had nothing to drop, and never asked.
  it('is asked for when the node does not know that it ever was one', () => {
    const world = ledWorld({ nodes: 4, partitions: 1 });
    const copies = (replicationFactor: number): void => {
      const operation = { replicationFactor, deadNodeTimeoutMs: null } as const;
      expect(administer(world, { kind: 'configure', ...operation }).kind).toBe('administered');
    };
    const stranger = world.alive.find((name) => !world.node(name).replica(groupId(1))) as NodeId;
    for (const other of world.alive) if (other !== stranger) world.cut(stranger, other);
    const led = () => world.node(world.leaderOf(1) as NodeId).replica(groupId(1)) as Replica;
    copies(4);
    world.runUntil(() => led().members.includes(stranger));
    copies(3);
    world.runUntil(() => !led().members.includes(stranger));
    const { machine } = led();
    const departed = () => (machine.kind === 'data' ? machine.partition.departed : []);
    world.runUntil(() => departed().length > 0);
    world.heal();
    world.runUntil(() => departed().length === 0);
    expect(world.node(stranger).replica(groupId(1))).toBeUndefined();
  });

  it('drains its `one` writes first, also when it hears late that it was let go', () => {
    const world = ledWorld({ nodes: 4, partitions: 1 });
    const holder = world.alive.find((name) => {
      return world.node(name).replica(groupId(1)) && world.leaderOf(1) !== name;
    }) as NodeId;
    const others = world.alive.filter((name) => name !== holder);
    const leave = { kind: 'leave', node: holder, how: 'leaving', force: false } as const;
    expect(administer(world, leave).kind).toBe('administered');
    for (const other of others) world.cut(holder, other);
    // Alone, it takes a write that nobody else knows of.
    expect(world.put(holder, 'k', 'alone', { consistency: 'one' }).kind).toBe('written');
    world.run(300);
    expect(world.node(holder).replica(groupId(1))).toBeDefined();
    world.heal();
    world.runUntil(() => world.node(holder).removed, 6000);
    expect(world.get(others[0] as NodeId, 'k', { forward: true })).toBe('alone');
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
