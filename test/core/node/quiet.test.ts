// What a group that has gone quiet must still do when it is given work.

import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../../src/core/model/ids.ts';
import { nodeId } from '../../../src/core/model/ids.ts';
import { put, World } from './world.ts';

const key = 'user:1001';

describe('a quiet group', () => {
  it('merges a write at one that its own leader accepted', () => {
    const world = new World();
    world.runUntilLed();
    const group = world.groupOf(key);
    const leader = world.leaderOf(group) as NodeId;
    const isQuiet = () =>
      world.names.every(
        (name) =>
          world
            .node(name)
            .replica(group as never)
            ?.raft.view().quiet,
      );
    world.put(leader, key, 'old');
    world.runUntil(isQuiet);
    expect(world.call(leader, put(key, 'new'), { consistency: 'one' }).kind).toBe('written');
    world.run(300);
    for (const name of world.names) expect(valueAt(world, name)).toBe('new');
  });

  it('becomes so although one of its members was never met', () => {
    const world = new World({ absent: [nodeId('node3')] });
    world.runUntilLed();
    world.runUntil(() =>
      world.groups().every((group) => {
        const leader = world.leaderOf(group);
        return leader !== null && world.node(leader).replica(group as never)?.raft.isQuiet;
      }),
    );
  });
});

function valueAt(world: World, name: NodeId): string | null {
  const machine = world.node(name).replica(world.groupOf(key) as never)?.machine;
  if (machine?.kind !== 'data') throw new Error('no partition');
  const value = machine.partition.read(key)?.value;
  return value ? Buffer.from(value).toString() : null;
}
