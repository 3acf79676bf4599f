// What a client sees at `one`, `quorum` and `all`, with and without failures: each promise of
// DESIGN 2.

import { beforeEach, describe, expect, it } from 'vitest';
import type { NodeId } from '../../../src/core/model/ids.ts';
import { limits } from '../../../src/core/model/limits.ts';
import type { Refusal, Result } from '../../../src/core/model/operation.ts';
import { put, World } from './world.ts';

let world: World;
let leader: NodeId;
let followers: readonly NodeId[];
const key = 'user:1001';

function refusalOf(result: Result): Refusal {
  if (result.kind !== 'refused')
    throw new Error(`expected a refusal, got ${JSON.stringify(result)}`);
  return result.refusal;
}

function follower(number: 0 | 1): NodeId {
  const name = followers[number];
  if (!name) throw new Error('three nodes have two followers');
  return name;
}

beforeEach(() => {
  world = new World();
  world.runUntilLed();
  leader = world.leaderOf(world.groupOf(key)) as NodeId;
  followers = world.names.filter((name) => name !== leader);
});

describe('quorum', () => {
  it('a write is acknowledged when a majority has it, and read back at the leader', () => {
    const result = world.put(leader, key, 'Alice');
    if (result.kind !== 'written') throw new Error(JSON.stringify(result));
    expect(result.acks.length).toBeGreaterThanOrEqual(2);
    expect(world.get(leader, key)).toBe('Alice');
  });

  it('one replica down: writes and reads go on', () => {
    world.kill(follower(0));
    expect(world.put(leader, key, 'Alice').kind).toBe('written');
    expect(world.get(leader, key)).toBe('Alice');
  });

  it('two of three down: refused with certainly no effect, telling how many replicas of how many', () => {
    world.kill(follower(0));
    world.kill(follower(1));
    const refusal = refusalOf(world.put(leader, key, 'Alice'));
    expect(refusal).toMatchObject({ reason: 'unavailable', effect: 'none', reachable: [leader] });
    expect(refusal.replicas).toHaveLength(3);
  });

  it('a follower names the leader instead of answering', () => {
    const refusal = refusalOf(world.put(follower(0), key, 'Alice'));
    expect(refusal).toMatchObject({ reason: 'not-leader', effect: 'none', leader });
  });

  it('a follower that may forward passes the request on and answers itself', () => {
    const written = world.put(follower(0), key, 'Alice', { forward: true });
    expect(written).toMatchObject({ kind: 'written', via: follower(0) });
    expect(world.get(follower(1), key, { forward: true })).toBe('Alice');
  });

  it('a leader that is cut off can not confirm a read from its old state (TRAPS 1, 2)', () => {
    world.put(leader, key, 'old');
    for (const name of followers) world.cut(leader, name);
    const read = world.ask(leader, { kind: 'get', key }, { timeoutMs: 4000 });
    world.runUntil(() => world.leaderOf(world.groupOf(key)) !== leader, 4000);
    const next = world.leaderOf(world.groupOf(key)) as NodeId;
    world.put(next, key, 'new');
    world.runUntil(() => world.answer(read.id) !== undefined);
    expect(refusalOf(world.answer(read.id) as Result).effect).toBe('none');
    world.heal();
    world.run(100);
    expect(world.get(next, key)).toBe('new');
  });

  it('a write that a cut-off leader proposed is unknown at its deadline, never failed (TRAPS 21)', () => {
    for (const name of followers) world.cut(leader, name);
    const refusal = refusalOf(world.put(leader, key, 'Alice', { timeoutMs: 200 }));
    expect(refusal).toMatchObject({ reason: 'timeout', effect: 'unknown' });
  });

  it('a write that another leader overwrote is known to have had no effect', () => {
    for (const name of followers) world.cut(leader, name);
    const lost = world.ask(leader, put(key, 'lost'), { timeoutMs: 20_000 });
    world.runUntil(() => world.leaderOf(world.groupOf(key)) !== leader, 4000);
    const next = world.leaderOf(world.groupOf(key)) as NodeId;
    world.put(next, key, 'kept');
    world.heal();
    world.runUntil(() => world.answer(lost.id) !== undefined);
    expect(refusalOf(world.answer(lost.id) as Result).effect).toBe('none');
    expect(world.get(next, key)).toBe('kept');
  });

  it('a retry with the same session is executed once (TRAPS 7)', () => {
    const operation = { kind: 'increment', key, delta: 5 } as const;
    const first = world.ask(leader, operation);
    world.runUntil(() => world.answer(first.id) !== undefined);
    const again = world.call(leader, operation, { seq: first.seq });
    expect(again).toEqual({ ...world.answer(first.id), acks: expect.anything() });
    expect(world.get(leader, key)).toBe('5');
  });

  it('ifVersion compares the log index, and 0 means absent', () => {
    const created = world.call(leader, put(key, 'a', 0));
    if (created.kind !== 'written') throw new Error(JSON.stringify(created));
    const refusal = refusalOf(world.call(leader, put(key, 'b', 0)));
    expect(refusal).toMatchObject({ reason: 'condition-failed', effect: 'none' });
    expect(refusal.version?.index).toBe(created.version.index);
    expect(world.call(leader, put(key, 'c', created.version.index)).kind).toBe('written');
  });

  it('is not acknowledged before it is durable on a majority', () => {
    for (const name of followers) world.stopDisk(name);
    const write = world.ask(leader, put(key, 'Alice'));
    world.run(10);
    expect(world.answer(write.id)).toBeUndefined();
    world.startDisk(follower(0));
    world.runUntil(() => world.answer(write.id) !== undefined);
    expect(world.answer(write.id)?.kind).toBe('written');
  });
});

describe('one', () => {
  it('works on the survivor when two of three are down, and reads its own write', () => {
    const survivor = follower(0);
    for (const name of world.names) if (name !== survivor) world.kill(name);
    expect(world.put(survivor, key, 'alone', { consistency: 'one' })).toMatchObject({
      kind: 'written',
      acks: [survivor],
    });
    expect(world.get(survivor, key, { consistency: 'one' })).toBe('alone');
  });

  it('is not acknowledged before it is durable in the journal of its owner', () => {
    const owner = follower(0);
    world.stopDisk(owner);
    const write = world.ask(owner, put(key, 'v'), { consistency: 'one' });
    world.run(10);
    expect(world.answer(write.id)).toBeUndefined();
    world.startDisk(owner);
    expect(world.answer(write.id)?.kind).toBe('written');
  });

  it('is merged into the log and then read at quorum', () => {
    const owner = follower(0);
    world.put(owner, key, 'tentative', { consistency: 'one' });
    world.run(50);
    expect(world.get(leader, key)).toBe('tentative');
    const status = world.call(owner, { kind: 'status' });
    if (status.kind !== 'status') throw new Error('no status');
    expect(status.status.pendingOneWrites).toBe(0);
  });

  it('waits in the journal while there is no leader, and is merged when there is one again', () => {
    const owner = follower(0);
    for (const name of world.names) if (name !== owner) world.cut(owner, name);
    world.put(owner, key, 'minority', { consistency: 'one' });
    world.run(200);
    world.heal();
    world.runUntil(() => world.get(leader, key, { forward: true }) === 'minority');
  });

  it('a condition or an increment is refused: they need an order', () => {
    const ask = { consistency: 'one' } as const;
    expect(refusalOf(world.call(leader, put(key, 'v', 0), ask)).reason).toBe('invalid');
    const increment = { kind: 'increment', key, delta: 1 } as const;
    expect(refusalOf(world.call(leader, increment, ask)).reason).toBe('invalid');
  });
});

describe('all', () => {
  it('is acknowledged when every replica has applied it: each reads it at one', () => {
    const result = world.put(leader, key, 'everywhere', { consistency: 'all' });
    expect(result).toMatchObject({ kind: 'written', acks: world.names });
    for (const name of world.names) {
      expect(world.get(name, key, { consistency: 'one' })).toBe('everywhere');
    }
  });

  it('a replica down: fails as committed at quorum, names the missing one, and IS committed', () => {
    world.kill(follower(0));
    const refusal = refusalOf(world.put(leader, key, 'most', { consistency: 'all' }));
    expect(refusal).toMatchObject({
      reason: 'not-at-all',
      effect: 'committed',
      missing: [follower(0)],
    });
    expect(refusal.message).toContain('committed at quorum, not at all');
    expect(world.get(leader, key)).toBe('most');
  });

  it('a replica that answers nothing: fails the same way at the deadline', () => {
    world.cut(leader, follower(1));
    const ask = { consistency: 'all', timeoutMs: 200 } as const;
    const refusal = refusalOf(world.put(leader, key, 'most', ask));
    expect(refusal).toMatchObject({ reason: 'not-at-all', missing: [follower(1)] });
  });

  it('a read proves that every replica is at the index, or refuses with no effect', () => {
    world.put(leader, key, 'v');
    expect(world.get(leader, key, { consistency: 'all' })).toBe('v');
    world.kill(follower(0));
    const refusal = refusalOf(world.call(leader, { kind: 'get', key }, { consistency: 'all' }));
    expect(refusal).toMatchObject({ effect: 'none', missing: [follower(0)] });
  });
});

describe('the request itself', () => {
  it.each([
    ['', 'empty'],
    ['k'.repeat(4097), '4097'],
    ['é'.repeat(2049), '4098'],
  ])('a key that is empty or over 4 KiB of UTF-8 is refused', (wrong, told) => {
    const refusal = refusalOf(world.put(leader, wrong, 'v'));
    expect(refusal).toMatchObject({ reason: 'invalid', effect: 'none' });
    expect(refusal.message).toContain(told);
  });

  it('beyond the bound of open requests a node says overloaded, and nothing was done', () => {
    for (const name of followers) world.stopDisk(name);
    const ask = { timeoutMs: 60_000 } as const;
    const asked = Array.from({ length: limits.pendingRequestsMax }, () =>
      world.ask(leader, put(key, 'v'), ask),
    );
    expect(world.answer(asked.at(-1)?.id ?? 0)).toBeUndefined();
    const refused = world.ask(leader, put(key, 'one more'), ask);
    const refusal = refusalOf(world.answer(refused.id) as Result);
    expect(refusal).toMatchObject({ reason: 'overloaded', effect: 'none' });
  });

  it('a draining node refuses new work and hands its leaderships over', () => {
    world.node(leader).step({ kind: 'drain' });
    world.runUntil(() => world.leaderOf(world.groupOf(key)) !== leader);
    expect(refusalOf(world.put(leader, key, 'v')).reason).toBe('stopping');
    world.runUntil(() => world.node(leader).drained);
  });
});
