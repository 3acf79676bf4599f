// A group lets go of a replica, and a name or a group comes again: nothing that was promised is
// forgotten, and nothing waits for ever.

import { describe, expect, it } from 'vitest';
import { groupId, logIndex, type NodeId, nodeId } from '../../../src/core/model/ids.ts';
import { Calls } from '../../../src/core/node/call.ts';
import { EveryReplica } from '../../../src/core/node/every-replica.ts';
import type { Liveness } from '../../../src/core/node/liveness.ts';
import { Outbox } from '../../../src/core/node/outbox.ts';
import { Replica } from '../../../src/core/node/replica.ts';
import {
  administer,
  isSettled,
  join,
  keyOf,
  ledWorld,
  node1,
  node2,
  node3,
  node4,
  row,
} from './elastic-world.ts';
import { put, type World } from './world.ts';

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

  it('is not let go by an answer to nothing that it asks now', () => {
    const world = ledWorld({ nodes: 4, partitions: 1 });
    const led = world.leaderOf(1) as NodeId;
    const isHeld = (name: NodeId) => world.node(name).replica(groupId(1)) !== undefined;
    const holder = world.alive.find((name) => name !== led && isHeld(name)) as NodeId;
    const { term } = (world.node(led).replica(groupId(1)) as Replica).raft;
    for (let question = 1; question < 50; question++) {
      const index = logIndex(1000);
      const message = { kind: 'not-a-member', group: groupId(1), question, index, term } as const;
      world.node(holder).step({ kind: 'message', from: led, message });
    }
    world.run(1);
    expect(isHeld(holder)).toBe(true);
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

describe('a leader that is cut off while its groups move away', () => {
  it('answers who waits for a proposal as soon as it hears that it was let go', () => {
    const world = ledWorld({ partitions: 16 });
    const led = (node: NodeId) => world.groups().filter((group) => world.leaderOf(group) === node);
    const lone = world.alive.find((node) => node !== world.leaderOf(0)) as NodeId;
    const groups = led(lone);
    const newcomers = [node4, nodeId('node5'), nodeId('node6')];
    for (const other of [...world.alive, ...newcomers]) if (other !== lone) world.cut(lone, other);
    const asked = groups.map((group) => {
      const key = `${keyOf(world, group)}`;
      return { group, id: world.ask(lone, put(key, 'v'), { timeoutMs: 600_000 }).id };
    });
    for (const newcomer of newcomers) {
      join(world, newcomer);
      world.run(800);
    }
    world.heal();
    world.runUntil(() => asked.every(({ id }) => world.answer(id) !== undefined), 500);
    const moved = asked.filter(({ group }) => {
      return !row(world, node4).placement[group]?.includes(lone);
    });
    expect(moved.length).toBeGreaterThan(0);
    for (const { id } of moved)
      expect(world.answer(id)).toMatchObject({
        kind: 'refused',
        refusal: { reason: 'not-leader', effect: 'unknown' },
      });
  });
});

describe('a leader whose own disk is slow', () => {
  /** The group commits the removal of the holder, and the leader has not applied it. */
  function removedButNotApplied() {
    const world = ledWorld({ nodes: 4, partitions: 1 });
    const leader = world.leaderOf(1) as NodeId;
    const control = world.leaderOf(0) as NodeId;
    const holder = world.names.find((name) => {
      return world.node(name).replica(groupId(1)) && name !== leader && name !== control;
    }) as NodeId;
    const leave = { kind: 'leave', node: holder, how: 'leaving', force: false } as const;
    expect(administer(world, leave).kind).toBe('administered');
    const { raft } = world.node(leader).replica(groupId(1)) as Replica;
    world.runUntil(() => raft.configuration.learners.length > 0, 500);
    world.cut(holder, leader);
    expect(world.call(holder, put('k', 'alone'), { consistency: 'one' }).kind).toBe('written');
    world.heal();
    world.stopDisk(leader);
    world.runUntil(() => !raft.configuration.voters.includes(holder), 50);
    world.runUntil(() => raft.configuration.votersOutgoing.length === 0, 50);
    world.cut(holder, leader);
    return { world, leader, control, holder };
  }

  it('reports nobody as let go before it has applied that, and no `one` write is lost', () => {
    const { world, leader, control, holder } = removedButNotApplied();
    world.run(25);
    const { appliedIndex, raft } = world.node(leader).replica(groupId(1)) as Replica;
    expect(appliedIndex).toBeLessThan(raft.view().configurationIndex);
    world.startDisk(leader);
    world.run(200);
    expect(row(world, control).members.map(({ node }) => node)).toContain(holder);
    world.heal();
    world.runUntil(() => world.node(holder).removed, 3000);
    world.kill(holder);
    world.runUntilLed();
    expect(world.get(control, 'k', { forward: true })).toBe('alone');
  });
});

describe('a replica', () => {
  const lives = (leader: string | null, isMember: boolean, retiredTo: string | null = null) => {
    const replica = Object.create(Replica.prototype, {
      raft: { value: { leader, isMember } },
      retiredTo: { value: retiredTo },
    }) as Replica;
    return replica.isLetGo;
  };

  it('is let go by the word of a leader, or by its own log when nobody leads it any more', () => {
    expect(lives('node2', true)).toBe(false);
    expect(lives(null, true)).toBe(false);
    // A newcomer does not know yet what it is; its leader does.
    expect(lives('node2', false)).toBe(false);
    expect(lives(null, false)).toBe(true);
    expect(lives('node2', true, 'node2')).toBe(true);
  });

  it('that is let go leaves reads at `all` without effect, and what is written unknown', () => {
    const outbox = new Outbox();
    const calls = new Calls(outbox);
    const liveness = { self: node1, reachable: () => true } as unknown as Liveness;
    const every = new EveryReplica({ calls, liveness });
    const raft = { isLeader: true, leader: node1, progressOf: () => [], broadcastCommit: () => {} };
    const replica = { group: groupId(1), raft, voters: [node1, node2] } as unknown as Replica;
    const version = { index: logIndex(3) } as never;
    for (const [id, written] of [null, version].entries()) {
      const request = { id, operation: { kind: 'get' }, session: null, timeoutMs: 1000 };
      const asker = { kind: 'node', node: node2 } as const;
      const call = calls.start(asker, request as never);
      const result = () => ({ kind: 'read' }) as never;
      every.wait({ call, replica, index: logIndex(3), written, result });
    }
    every.onLetGo(replica);
    const effects = outbox.take().messages.map(({ message }) => {
      const result = message.kind === 'forwarded' ? message.reply.result : null;
      return result?.kind === 'refused' ? result.refusal.effect : null;
    });
    expect(effects).toEqual(['none', 'unknown']);
    expect(calls.open).toBe(0);
  });
});
