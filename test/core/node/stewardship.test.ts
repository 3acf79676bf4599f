// What the leader of the control group does of its own accord about the dead: only what it has seen
// dead itself, of the very disk that it saw.

import { describe, expect, it } from 'vitest';
import { type NodeId, nodeId } from '../../../src/core/model/ids.ts';
import { Moves, type MovesOptions } from '../../../src/core/node/moves.ts';
import { administer, ledWorld, row } from './elastic-world.ts';
import { memberOf } from './world.ts';

const timeoutMs = 20_000;

describe('a name that was given up', () => {
  it('is not given up again when it comes back with a new disk that nobody has met yet', () => {
    const world = ledWorld({ nodes: 5, deadNodeTimeoutMs: timeoutMs });
    const control = world.leaderOf(0) as NodeId;
    const dead = world.names.find((name) => name !== control) as NodeId;
    world.kill(dead);
    world.runUntil(() => row(world, control).members.length === 4, 5000);
    world.run(500);
    const member = memberOf(dead, 'a new disk');
    expect(administer(world, { kind: 'join', member }).kind).toBe('administered');
    world.run(100);
    expect(row(world, control).departures).toEqual([]);
    expect(row(world, control).members).toHaveLength(5);
    world.runUntil(() => row(world, control).members.length === 4, 5000);
  });
});

describe('a stall of the leader itself', () => {
  it('is not counted against those that were dead for a moment', () => {
    const world = ledWorld({ nodes: 4, partitions: 2 });
    const control = world.leaderOf(0) as NodeId;
    world.kill(world.names.find((name) => name !== control) as NodeId);
    world.run(1500);
    world.node(control).step({ kind: 'tick', ticks: 60_000, wallMs: 1_700_000_600_000 });
    world.run(5);
    const led = world.leaderOf(0) ?? control;
    expect(row(world, led).departures).toEqual([]);
    expect(row(world, led).members).toHaveLength(4);
  });
});

describe('a voter of the control group that has been well for a moment only', () => {
  const names = ['node1', 'node2', 'node3', 'node4', 'node5'].map(nodeId);
  /** What is asked of the log for four voters, of whom some may go, and a fifth that has caught up. */
  function proposedFor(wanted: readonly NodeId[], wellTicks = 10): readonly NodeId[] {
    const proposed: { readonly node: NodeId; readonly to: string }[] = [];
    const [voters, learners] = [names.slice(0, 4), names.slice(4)];
    const configuration = { voters, votersOutgoing: [], learners, epoch: 1 };
    const raft = {
      isLeader: true,
      configuration,
      view: () => ({ configuration, configurationIndex: 5 }),
      progressOf: () => names.map((node) => ({ node, caughtUp: true })),
      proposeConfiguration: (changes: typeof proposed) => {
        proposed.push(...changes);
        return { kind: 'proposed' };
      },
    };
    const replica = { group: 0, appliedIndex: 5, raft, machine: { kind: 'control' } };
    const members = names.map((node) => ({ node }));
    const controlRow = { epoch: 1, members, departures: [], placement: [wanted] };
    const moves = new Moves({
      self: names[0],
      replicas: { controlRow, all: [replica] },
      liveness: { peers: names.slice(1), reachable: () => true, wellTicks: () => wellTicks },
      bounds: { movesMax: 4, moveBytesMax: 1, stableTicks: 1000 },
      onProposed: () => {},
    } as unknown as MovesOptions);
    moves.tick(10);
    return proposed.filter(({ to }) => to === 'voter').map(({ node }) => node);
  }

  it('is taken at once beside an even number, and not in exchange for others that live', () => {
    expect(proposedFor(names)).toEqual(['node5']);
    const exchange = ['node1', 'node2', 'node5'].map(nodeId);
    expect(proposedFor(exchange)).toEqual([]);
    expect(proposedFor(exchange, 1000)).toEqual(['node5']);
  });
});

describe('a leader whose row is older than the placement of its own log', () => {
  it('releases nobody whom that row does not know', () => {
    const nodes = ['node1', 'node2', 'node3'].map(nodeId);
    const proposed: unknown[] = [];
    const configuration = { voters: nodes, votersOutgoing: [], learners: [], epoch: 9 };
    const raft = {
      isLeader: true,
      configuration,
      view: () => ({ configuration, configurationIndex: 5, commitIndex: 6 }),
      propose: (command: unknown) => proposed.push(command),
      progressOf: () => [],
    };
    const partition = { departed: [nodeId('node5')], bytes: 0 };
    const replica = { group: 1, appliedIndex: 6, raft, machine: { kind: 'data', partition } };
    const looks = (epoch: number): void => {
      const members = nodes.map((node) => ({ node }));
      const controlRow = { epoch, members, departures: [], placement: [[], nodes] };
      const moves = new Moves({
        self: nodes[0],
        replicas: { controlRow, all: [replica] },
        liveness: { peers: [], reachable: () => true },
        bounds: { movesMax: 4, moveBytesMax: 1, stableTicks: 1 },
        onProposed: () => {},
      } as unknown as MovesOptions);
      moves.tick(10);
    };
    looks(1);
    expect(proposed).toEqual([]);
    looks(9);
    expect(proposed).toEqual([{ kind: 'owner-released', node: 'node5' }]);
  });
});
