// Statuses of an invented cluster, for tests of what is made of them.

import type { NodeReport } from '../../src/cluster/report.ts';
import type { ControlRow, Departure } from '../../src/core/model/control-row.ts';
import {
  groupId,
  incarnation,
  logIndex,
  nodeId,
  storageId,
  term,
} from '../../src/core/model/ids.ts';
import type { GroupStatus, NodeStatus, PeerStatus } from '../../src/core/model/operation.ts';

export const names = ['node1', 'node2', 'node3'];

/** One group as one node tells it. */
export function group(number: number, changes: Partial<GroupStatus> = {}): GroupStatus {
  return {
    group: groupId(number),
    role: 'follower',
    term: term(4),
    leader: null,
    lastIndex: logIndex(118),
    commitIndex: logIndex(118),
    appliedIndex: logIndex(118),
    voters: names.map(nodeId),
    learners: [],
    keys: 20,
    ...changes,
  };
}

/** A peer as a node sees it. */
export function peerStatus(name: string, changes: Partial<PeerStatus> = {}): PeerStatus {
  return {
    node: nodeId(name),
    connected: true,
    silentMs: 5,
    belief: 'alive',
    phi: 0.12,
    ...changes,
  };
}

/** A node that has the control group and two partitions; it leads those in `leads`. */
export function status(
  name: string,
  leads: readonly number[],
  changes: Partial<NodeStatus> = {},
): NodeStatus {
  const groups = [0, 1, 2].map((number) =>
    group(number, leads.includes(number) ? { role: 'leader', leader: nodeId(name) } : {}),
  );
  const peers = names.filter((peer) => peer !== name);
  return {
    node: nodeId(name),
    incarnation: incarnation(2),
    uptimeMs: 130_000,
    groups,
    peers: peers.map((peer) => peerStatus(peer)),
    keys: 40,
    leads: leads.length,
    pendingOneWrites: 0,
    conflicts: 0,
    localHealth: 0,
    counters: {},
    ...changes,
  };
}

export function nodeReport(name: string, changes: Partial<NodeReport> = {}): NodeReport {
  return {
    name,
    state: 'up',
    pid: 4101,
    address: 'tcp://127.0.0.1:7401',
    uptimeMs: 130_000,
    keys: 40,
    leads: 1,
    zone: '',
    incarnation: 2,
    silentPeers: [],
    crash: null,
    ...changes,
  };
}

export const cluster = {
  name: 'lab',
  id: 'c1',
  nodes: 3,
  replicationFactor: 3,
  partitions: 2,
};

/** The control group's row with these members and this placement. */
export function controlRow(facts: {
  readonly members: readonly string[];
  readonly placement: readonly (readonly string[])[];
  readonly departures?: readonly (Omit<Departure, 'node'> & { readonly node: string })[];
  readonly replicationFactor?: number;
}): ControlRow {
  const { members, placement, departures = [], replicationFactor = 3 } = facts;
  const address = 'tcp://127.0.0.1:7400';
  return {
    kind: 'control',
    members: members.map((name) => ({
      node: nodeId(name),
      storageId: storageId('00000000-0000-4000-8000-000000000001'),
      addresses: { peer: address, client: address, bulk: address },
      publicKey: 'x'.repeat(40),
      zone: '',
    })),
    incarnations: [],
    departures: departures.map((one) => ({ ...one, node: nodeId(one.node) })),
    removed: [],
    featureLevel: 2,
    settings: {
      replicationFactor,
      partitions: placement.length - 1,
      resolver: 'lww',
      deadNodeTimeoutMs: 600_000,
    },
    epoch: 7,
    placement: placement.map((nodes) => nodes.map(nodeId)),
  };
}
