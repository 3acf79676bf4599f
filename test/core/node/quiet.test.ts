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

describe('the log of a node that rested', () => {
  it('is shortened when it has grown, and never before it is long', () => {
    const bounds = { logEntriesMax: 16, logEntriesTrailing: 4 };
    const world = new World({ partitions: 1, bounds });
    world.runUntilLed();
    const leader = world.leaderOf(1) as NodeId;
    const log = () =>
      world
        .node(leader)
        .replica(1 as never)
        ?.raft.view();
    world.put(leader, key, 'first');
    world.run(500);
    expect(log()?.start.index).toBe(0);
    for (let i = 0; i < 40; i++) world.put(leader, key, `${i}`);
    world.run(100);
    expect(log()?.start.index).toBe((log()?.lastIndex ?? 0) - bounds.logEntriesTrailing);
  });
});

function valueAt(world: World, name: NodeId): string | null {
  const machine = world.node(name).replica(world.groupOf(key) as never)?.machine;
  if (machine?.kind !== 'data') throw new Error('no partition');
  const value = machine.partition.read(key)?.value;
  return value ? Buffer.from(value).toString() : null;
}
