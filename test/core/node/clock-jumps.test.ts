// What wall clocks that jump do to whole nodes: nothing that was promised may wait for a clock.

import { describe, expect, it } from 'vitest';
import type { NodeId } from '../../../src/core/model/ids.ts';
import { put, World } from './world.ts';

const key = 'user:1001';
const hourMs = 60 * 60 * 1000;

describe('when every wall clock goes back by an hour', () => {
  it('writes at one are merged all the same', () => {
    const world = new World();
    world.runUntilLed();
    const leader = world.leaderOf(world.groupOf(key)) as NodeId;
    const owner = world.names.find((name) => name !== leader) as NodeId;
    world.put(leader, key, 'before');
    world.run(20);
    world.setClock(-hourMs);
    expect(world.call(owner, put(key, 'at the owner'), { consistency: 'one' }).kind).toBe(
      'written',
    );
    world.run(100);
    expect(world.get(leader, key)).toBe('at the owner');
    world.call(leader, put(key, 'at the leader'), { consistency: 'one' });
    world.run(100);
    expect(world.get(leader, key)).toBe('at the leader');
  });
});
