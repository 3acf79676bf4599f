// What tests of members that come and go ask of a world: commands to the control group, and whether
// every group is where it belongs.

import { expect } from 'vitest';
import type { ControlRow } from '../../../src/core/model/control-row.ts';
import { groupId, type NodeId, nodeId } from '../../../src/core/model/ids.ts';
import type { AdminOperation, Result } from '../../../src/core/model/operation.ts';
import { memberOf, World, type WorldOptions } from './world.ts';

export const [node1, node2, node3, node4] = ['node1', 'node2', 'node3', 'node4'].map(nodeId) as [
  NodeId,
  NodeId,
  NodeId,
  NodeId,
];
/** A voter of the control group need not be well for long. */
export const soon = { stableTicks: 50 };

export function ledWorld(options: WorldOptions = {}): World {
  const world = new World({ bounds: soon, ...options });
  world.runUntilLed();
  // Everyone is registered, and the leaders are where they belong.
  world.run(100);
  return world;
}

/** As the commands do: again after a refusal that says that nothing happened. */
export function administer(world: World, operation: AdminOperation): Result {
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

export function join(world: World, node: NodeId, storage = `storage-${node}`): void {
  const member = memberOf(node, storage);
  expect(administer(world, { kind: 'join', member }).kind).toBe('administered');
  world.start(member);
}

/** A key of the group. */
export function keyOf(world: World, group: number): string {
  for (let number = 0; ; number++) if (world.groupOf(`k${number}`) === group) return `k${number}`;
}

export function row(world: World, node: NodeId): ControlRow {
  const result = world.call(node, { kind: 'control' });
  if (result.kind !== 'control') throw new Error(JSON.stringify(result));
  return result.row;
}

/** Every group is where the control group wants it, and nowhere else. */
export function isSettled(world: World): boolean {
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
