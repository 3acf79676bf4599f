// What fake nodes say: results and refusals with everything that a test does not care about filled
// in.

import type { ControlRow } from '../../src/core/model/control-row.ts';
import { logIndex, nodeId, storageId, term } from '../../src/core/model/ids.ts';
import type { Member } from '../../src/core/model/member.ts';
import type { Refusal, Result, Topology } from '../../src/core/model/operation.ts';
import type { Version } from '../../src/core/model/version.ts';
import type { FakeNode } from './fake-node.ts';

const unused = 'tcp://127.0.0.1:1';

export const version = (index: number): Version => ({
  index: logIndex(index),
  term: term(1),
  vector: {},
  hlc: { wallMs: 1, logical: 0 },
});

export const written = (via: string, number: number | null = null): Result => ({
  kind: 'written',
  version: version(7),
  acks: [nodeId(via)],
  number,
  via: nodeId(via),
});

export const read = (via: string, text: string | null): Result => ({
  kind: 'read',
  value: text === null ? null : new TextEncoder().encode(text),
  version: text === null ? null : version(7),
  via: nodeId(via),
});

type RefusalText = {
  readonly reason: Refusal['reason'];
  readonly effect?: Refusal['effect'];
  readonly leader?: string | null;
  readonly replicas?: readonly string[];
  readonly reachable?: readonly string[];
  readonly missing?: readonly string[];
  readonly index?: number;
};

export function refused(text: RefusalText): Result {
  const { reason, effect = 'none', leader = null, index } = text;
  const { replicas = ['node1', 'node2', 'node3'], reachable = replicas, missing = [] } = text;
  const refusal: Refusal = {
    reason,
    effect,
    message: `it was ${reason}`,
    leader: leader === null ? null : nodeId(leader),
    replicas: replicas.map(nodeId),
    reachable: reachable.map(nodeId),
    missing: missing.map(nodeId),
    version: index === undefined ? null : version(index),
  };
  return { kind: 'refused', refusal };
}

export function memberOf(node: FakeNode): Member {
  return {
    node: nodeId(node.name),
    storageId: storageId('00000000-0000-4000-8000-000000000001'),
    addresses: { peer: unused, client: node.address.address, bulk: unused },
    publicKey: node.address.publicKey,
    zone: '',
  };
}

/** The control group's state at this index, with these members. */
export function controlOf(nodes: readonly FakeNode[], index: number): Result {
  const row: ControlRow = {
    kind: 'control',
    members: nodes.map(memberOf),
    incarnations: [],
    departures: [],
    removed: [],
    featureLevel: 2,
    settings: {
      replicationFactor: 3,
      partitions: 3,
      resolver: 'lww',
      deadNodeTimeoutMs: 600_000,
    },
    epoch: 1,
    placement: Array.from({ length: 4 }, () => nodes.map((node) => nodeId(node.name))),
  };
  return { kind: 'control', index: logIndex(index), row };
}

/** Two partitions, each on all nodes, led by these. */
export function topologyOf(
  nodes: readonly FakeNode[],
  leaders: readonly (string | null)[],
): Result {
  const replicas = nodes.map((node) => nodeId(node.name));
  const topology: Topology = {
    partitions: leaders.length,
    members: nodes.map(memberOf),
    groups: [null, ...leaders].map((leader) => ({
      replicas,
      leader: leader === null ? null : nodeId(leader),
    })),
  };
  return { kind: 'topology', topology };
}
