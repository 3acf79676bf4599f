// The failure detector inside whole nodes: what connections, silence and its own stalls make a node
// believe, and that nothing else in the node depends on it.

import { describe, expect, it } from 'vitest';
import { incarnation, type NodeId, nodeId } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import type { NodeStatus, PeerStatus } from '../../../src/core/model/operation.ts';
import { join, ledWorld } from './elastic-world.ts';
import { World } from './world.ts';

const [node1, node2, node3] = [nodeId('node1'), nodeId('node2'), nodeId('node3')];
const { probeTicks } = limits;

function statusOf(world: World, name: NodeId): NodeStatus {
  const result = world.call(name, { kind: 'status' });
  if (result.kind !== 'status') throw new Error('no status');
  return result.status;
}

function peerOf(world: World, observer: NodeId, peer: NodeId): PeerStatus {
  const found = statusOf(world, observer).peers.find(({ node }) => node === peer);
  if (!found) throw new Error(`${observer} has no peer ${peer}`);
  return found;
}

const belief = (world: World, observer: NodeId, peer: NodeId) =>
  peerOf(world, observer, peer).belief;

describe('the beliefs of a node', () => {
  it('are that everybody is alive, as soon as they have met', () => {
    const world = new World();
    expect(belief(world, node1, node2)).toBe('alive');
    world.run(30 * probeTicks);
    for (const observer of world.names) {
      for (const peer of statusOf(world, observer).peers) expect(peer.belief).toBe('alive');
      expect(statusOf(world, observer).localHealth).toBe(0);
    }
  });

  it('of a member that never came are unknown at first, and then no better than of a dead one', () => {
    const world = new World({ absent: [node3] });
    expect(belief(world, node1, node3)).toBe('unknown');
    world.runUntil(() => belief(world, node1, node3) === 'dead', 40 * probeTicks);
  });

  it('of a killed node are doubts within 200 ms of the loss of its connection', () => {
    const world = new World();
    world.run(5 * probeTicks);
    world.kill(node3);
    world.run(1);
    for (const observer of [node1, node2]) expect(belief(world, observer, node3)).toBe('suspect');
    world.runUntil(() => belief(world, node1, node3) === 'dead', 10 * probeTicks);
  });

  it('of a node that only one cannot reach are not doubts: the third one can', () => {
    const world = new World();
    world.run(5 * probeTicks);
    world.cut(node1, node2);
    world.run(30 * probeTicks);
    expect(belief(world, node1, node2)).toBe('alive');
    expect(belief(world, node2, node1)).toBe('alive');
    expect(peerOf(world, node1, node2).phi).toBeGreaterThan(8);
  });

  it('are not changed when it rests for as long as six do, and is one of five when it wakes', () => {
    const world = new World({ nodes: 6 });
    world.runUntilLed();
    const leave = { kind: 'leave', node: nodeId('node6'), how: 'lost', force: true } as const;
    const leader = world.leaderOf(0) as NodeId;
    world.kill(nodeId('node6'));
    expect(world.call(leader, leave).kind).toBe('administered');
    world.runUntil(() => statusOf(world, node1).peers.length === 4);
    world.node(node1).step({ kind: 'tick', ticks: limits.aliveTicksLarge, wallMs: 0 });
    expect(statusOf(world, node1).localHealth).toBe(0);
    world.node(node1).step({ kind: 'tick', ticks: limits.aliveTicksLarge, wallMs: 0 });
    expect(statusOf(world, node1).localHealth).toBeGreaterThan(0);
  });

  it('are not changed when it rests as long as six do, and was one of five at its last tick', () => {
    const world = ledWorld({ nodes: 5 });
    join(world, nodeId('node6'));
    world.runUntil(() => statusOf(world, node1).peers.length === 5);
    world.node(node1).step({ kind: 'tick', ticks: limits.aliveTicksLarge, wallMs: 0 });
    expect(statusOf(world, node1).localHealth).toBe(0);
  });

  it('are not changed by a stall of its own of 2 s', () => {
    const world = new World();
    world.run(5 * probeTicks);
    for (const name of [node2, node3]) world.cut(node1, name);
    world.node(node1).step({ kind: 'tick', ticks: 200, wallMs: 0 });
    expect(statusOf(world, node1).localHealth).toBe(2);
    world.heal();
    world.run(20 * probeTicks);
    for (const peer of statusOf(world, node1).peers) expect(peer.belief).toBe('alive');
  });

  it('end with a restart of the peer, whatever was said about it before', () => {
    const world = new World();
    world.run(5 * probeTicks);
    world.cut(node1, node3);
    world.cut(node2, node3);
    world.runUntil(() => belief(world, node1, node3) === 'dead', 40 * probeTicks);
    world.node(node1).step({ kind: 'peer-up', peer: node3, incarnation: incarnation(2) });
    expect(belief(world, node1, node3)).toBe('alive');
  });

  it('phi of a peer that speaks is small, and grows while it is silent', () => {
    const world = new World();
    world.run(10 * probeTicks);
    expect(peerOf(world, node1, node2).phi).toBeLessThan(1);
    world.kill(node2);
    const seen: number[] = [];
    for (let i = 0; i < 4; i++) {
      world.run(limits.aliveTicks);
      seen.push(peerOf(world, node1, node2).phi);
    }
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
    expect(seen.at(-1)).toBeGreaterThan(1.5);
  });
});
