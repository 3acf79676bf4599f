// A request that one node passes on to another: what the asker may conclude when the other one falls.

import { beforeEach, describe, expect, it } from 'vitest';
import type { NodeId } from '../../../src/core/model/ids.ts';
import { connectionId, groupId, incarnation, nodeId } from '../../../src/core/model/ids.ts';
import type { Result } from '../../../src/core/model/operation.ts';
import { Calls } from '../../../src/core/node/call.ts';
import { HeldHere } from '../../../src/core/node/destination.ts';
import { ForwardArrivals } from '../../../src/core/node/forward-arrivals.ts';
import { Forwards } from '../../../src/core/node/forwards.ts';
import type { Liveness } from '../../../src/core/node/liveness.ts';
import { Outbox } from '../../../src/core/node/outbox.ts';
import type { Replica } from '../../../src/core/node/replica.ts';
import { Replicas } from '../../../src/core/node/replicas.ts';
import { keyOf, ledWorld } from './elastic-world.ts';
import { memberOf, put, World } from './world.ts';

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

  it('that the log refused is told so, although its leader is gone by then', () => {
    const { forwards, outbox, calls, replica } = forwarding(1);
    const asker = { kind: 'client', connection: connectionId('c') } as const;
    const operation = put(key, 'Alice', 7);
    const asks = { consistency: 'quorum', timeoutMs: 1000, forward: true, session: null } as const;
    forwards.pass(calls.start(asker, { id: 1, operation, ...asks }), replica);
    const [sent] = outbox.take().messages;
    const attempt = sent?.message.kind === 'forward' ? sent.message.request.id : 0;
    forwards.onPeerDown(nodeId('node2'));
    const refusal = {
      reason: 'condition-failed',
      effect: 'none',
      message: '',
      leader: null,
    } as const;
    const nobody = { replicas: [], reachable: [], missing: [], version: null };
    forwards.onForwarded({
      id: attempt,
      result: { kind: 'refused', refusal: { ...refusal, ...nobody } },
    });
    expect(outbox.take().replies.map(({ reply }) => reply.result)).toMatchObject([
      { kind: 'refused', refusal: { reason: 'condition-failed' } },
    ]);
  });

  it('that no leader ever took has certainly no effect', () => {
    world.kill(leader);
    world.kill(third);
    const { id } = world.ask(asked, put(key, 'Alice'), { forward: true, timeoutMs: 500 });
    world.runUntil(() => world.answer(id) !== undefined);
    expect(world.answer(id)).toMatchObject({ kind: 'refused', refusal: { effect: 'none' } });
  });
});

describe('a forwarded request that is refused with a hint', () => {
  it('follows one hint, then waits: nodes that name each other make no storm', () => {
    const { forwards, outbox, calls, replica } = forwarding(1);
    const asker = { kind: 'client', connection: connectionId('c') } as const;
    const asks = { consistency: 'quorum', timeoutMs: 1000, forward: true, session: null } as const;
    const operation = { kind: 'get', key } as const;
    forwards.pass(calls.start(asker, { id: 1, operation, ...asks }), replica);
    const sent: NodeId[] = [];
    const refuseAll = (hint: NodeId) => {
      for (const { to, message } of outbox.take().messages) {
        if (message.kind !== 'forward') continue;
        sent.push(to);
        forwards.onForwarded({ id: message.request.id, result: notLeader(hint) });
      }
    };
    for (const hint of ['node3', 'node2', 'node3', 'node2']) refuseAll(nodeId(hint));
    expect(sent).toEqual(['node2', 'node3']);
    forwards.tick(5);
    for (const hint of ['node3', 'node2', 'node3']) refuseAll(nodeId(hint));
    expect(sent).toEqual(['node2', 'node3', 'node2', 'node3']);
  });

  it('asks the next one when this node is wanted as the leader and does not lead yet', () => {
    const { forwards, outbox, calls, executed } = forwarding(1);
    const asker = { kind: 'client', connection: connectionId('c') } as const;
    const asks = { consistency: 'quorum', timeoutMs: 1000, forward: true, session: null } as const;
    const call = calls.start(asker, { id: 1, operation: { kind: 'get', key }, ...asks });
    const holders = ['node1', 'node2'].map(nodeId);
    forwards.pass(call, {
      get leader() {
        return holders[0] ?? null;
      },
      isHere: false,
      reach: () => ({ leader: null, replicas: holders, reachable: holders }),
      describe: () => 'held elsewhere',
      learn: () => undefined,
      passOver: () => holders.shift(),
    });
    expect(outbox.take().messages).toEqual([]);
    forwards.tick(5);
    expect(outbox.take().messages.map(({ to }) => to)).toEqual(['node2']);
    expect(executed).toEqual([]);
  });

  it('does not take the lead from a hint: the leader that hands over says so too early', () => {
    const { forwards, outbox, calls, replica, executed } = forwarding(1);
    const asker = { kind: 'client', connection: connectionId('c') } as const;
    const asks = { consistency: 'quorum', timeoutMs: 1000, forward: true, session: null } as const;
    const operation = { kind: 'get', key } as const;
    forwards.pass(calls.start(asker, { id: 1, operation, ...asks }), replica);
    const [sent] = outbox.take().messages;
    const attempt = sent?.message.kind === 'forward' ? sent.message.request.id : 0;
    forwards.onForwarded({ id: attempt, result: notLeader(nodeId('node1')) });
    expect({ executed, open: forwards.open }).toEqual({ executed: [], open: 1 });
  });
});

function notLeader(leader: NodeId): Result {
  const nobody = { replicas: [], reachable: [], missing: [], version: null };
  const refusal = { reason: 'not-leader', effect: 'none', message: '', leader, ...nobody } as const;
  return { kind: 'refused', refusal };
}

describe('a forwarded request that arrives twice', () => {
  it('is answered once: the copy must not be refused while the first takes effect', () => {
    const node = world.node(leader);
    for (const id of [7, 8, 7, 6, 8]) {
      const operation = { kind: 'get', key: '' } as const;
      const asks = {
        consistency: 'quorum',
        timeoutMs: 1000,
        forward: false,
        session: null,
      } as const;
      const message = { kind: 'forward', request: { id, operation, ...asks } } as const;
      node.step({ kind: 'message', from: asked, message });
    }
    const answers = node
      .takeReady()
      .messages.flatMap(({ to, message }) =>
        message.kind === 'forwarded' ? [{ to, id: message.reply.id }] : [],
      );
    expect(answers).toEqual([7, 8, 6].map((id) => ({ to: asked, id })));
  });

  it('is told from a new one as far as the window goes', () => {
    const arrivals = new ForwardArrivals();
    for (let id = 1; id <= 5000; id++) expect(arrivals.admit(asked, id)).toBe(true);
    expect(arrivals.admit(asked, 5000)).toBe(false);
    expect(arrivals.admit(asked, 4500)).toBe(false);
    expect(arrivals.admit(asked, 3000)).toBe(false);
    expect(arrivals.admit(third, 3000)).toBe(true);
    expect(arrivals.admit(asked, 9000)).toBe(true);
    expect(arrivals.admit(asked, 8500)).toBe(true);
    expect(arrivals.admit(asked, 8500)).toBe(false);
  });
});

describe('a node that restarted', () => {
  it('gives its forwarded requests numbers that its earlier life never used', () => {
    const [before, after] = [firstForwardOf(1), firstForwardOf(2)];
    expect(after).toBeGreaterThan(before);
    expect(firstForwardOf(1_000_000)).toBeLessThan(Number.MAX_SAFE_INTEGER);
  });
});

/** The number under which a node of this incarnation passes its first request on. */
function firstForwardOf(life: number): number {
  const { forwards, outbox, calls, replica } = forwarding(life);
  const operation = { kind: 'get', key } as const;
  const asks = { consistency: 'quorum', session: null, timeoutMs: 100, forward: true } as const;
  const asker = { kind: 'node', node: nodeId('node3') } as const;
  forwards.pass(calls.start(asker, { id: 1, operation, ...asks }), replica);
  const [sent] = outbox.take().messages;
  return sent?.message.kind === 'forward' ? sent.message.request.id : Number.NaN;
}

/** A node that knows one replica, which node2 leads. */
function forwarding(life: number) {
  const outbox = new Outbox();
  const calls = new Calls(outbox);
  const executed: number[] = [];
  const forwards = new Forwards({
    calls,
    liveness: { self: nodeId('node1'), reachable: () => true } as unknown as Liveness,
    outbox,
    incarnation: incarnation(life),
    executeHere: ({ request }) => executed.push(request.id),
  });
  const raft = { leader: nodeId('node2'), isLeader: false };
  const replica = { raft, dropped: false, isLetGo: false } as unknown as Replica;
  const destination = new HeldHere(replica, new Replicas());
  return { forwards, outbox, calls, replica: destination, executed };
}

describe('a request for a group that this node does not hold', () => {
  it('is passed on to who leads, although the preferred leader was down already', () => {
    const world = ledWorld({ nodes: 5, partitions: 8 });
    const isHeldBy = (node: NodeId, group: number) =>
      world.node(node).replica(groupId(group)) !== undefined;
    const group = world.groups().find((one) => world.names.some((node) => !isHeldBy(node, one)));
    if (group === undefined) throw new Error('every node holds every group');
    const outsider = world.names.find((node) => !isHeldBy(node, group)) as NodeId;
    const leader = world.leaderOf(group) as NodeId;
    world.kill(leader);
    world.runUntil(() => ![null, leader].includes(world.leaderOf(group)));
    world.run(100);
    const options = { forward: true, timeoutMs: 5000 } as const;
    const { id } = world.ask(outsider, put(keyOf(world, group), 'v'), options);
    world.runUntil(() => world.answer(id) !== undefined, 50);
    expect(world.answer(id)?.kind).toBe('written');
  });
});

describe('a change of the cluster that was passed on', () => {
  it('is unknown when no answer came: it may be made', () => {
    const world = ledWorld({ nodes: 3, partitions: 2 });
    const leader = world.leaderOf(0) as NodeId;
    const [asked, other] = world.names.filter((name) => name !== leader) as [NodeId, NodeId];
    const member = memberOf(nodeId('node4'), 'storage-node4');
    world.stopDisk(asked);
    world.cut(leader, other);
    const { id } = world.ask(asked, { kind: 'join', member }, { forward: true, timeoutMs: 200 });
    world.run(25);
    expect(world.answer(id)).toMatchObject({ refusal: { reason: 'timeout', effect: 'unknown' } });
  });
});
