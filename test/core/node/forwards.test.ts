// A request that one node passes on to another: what the asker may conclude when the other one falls.

import { beforeEach, describe, expect, it } from 'vitest';
import type { NodeId } from '../../../src/core/model/ids.ts';
import { put, World } from './world.ts';

const key = 'user:1001';
let world: World;
let leader: NodeId;
let asked: NodeId;
let third: NodeId;

beforeEach(() => {
  world = new World();
  world.runUntilLed();
  leader = world.leaderOf(world.groupOf(key)) as NodeId;
  [asked, third] = world.names.filter((name) => name !== leader) as [NodeId, NodeId];
});

describe('a forwarded write', () => {
  it('whose leader died stays unknown when the asked node takes over and refuses it', () => {
    world.cut(leader, third);
    world.stopDisk(asked);
    const { id } = world.ask(asked, put(key, 'Alice'), { forward: true, timeoutMs: 5000 });
    world.run(2);
    world.kill(leader);
    world.startDisk(asked);
    world.runUntil(() => world.leaderOf(world.groupOf(key)) === asked);
    world.kill(third);
    world.runUntil(() => world.answer(id) !== undefined);
    expect(world.answer(id)).toMatchObject({ kind: 'refused', refusal: { effect: 'unknown' } });
  });

  it('that no leader ever took has certainly no effect', () => {
    world.kill(leader);
    world.kill(third);
    const { id } = world.ask(asked, put(key, 'Alice'), { forward: true, timeoutMs: 500 });
    world.runUntil(() => world.answer(id) !== undefined);
    expect(world.answer(id)).toMatchObject({ kind: 'refused', refusal: { effect: 'none' } });
  });
});
