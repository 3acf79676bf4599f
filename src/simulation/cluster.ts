// The cluster that every run simulates: its name in frames, its members, and how it begins.

import type { Bootstrap } from '../core/contract.ts';
import type { ClusterId, NodeId, StorageId } from '../core/model/ids.ts';
import { clusterId, compareIds, nodeId, storageId } from '../core/model/ids.ts';
import type { Member } from '../core/model/member.ts';
import type { Plan } from './plan.ts';

export const simulatedCluster: ClusterId = clusterId('00000000-0000-4000-8000-00000000c105');
/** Another one, whose frames must never be acted upon. */
export const foreignCluster: ClusterId = clusterId('00000000-0000-4000-8000-00000000f0e1');

const address = 'tcp://127.0.0.1:1';

/** node1, node2, … in order. */
export function memberNames(nodes: number): readonly NodeId[] {
  return Array.from({ length: nodes }, (_, at) => nodeId(`node${at + 1}`));
}

/** Every name that a machine of the plan may ever have: those of the birth, and those that join. */
export function namesOf({ nodes, faults }: Pick<Plan, 'nodes' | 'faults'>): readonly NodeId[] {
  const joining = faults.flatMap(({ fault }) => (fault.kind === 'join' ? [fault.node] : []));
  return [...new Set([...memberNames(nodes), ...joining])].sort(compareIds);
}

/** Of the birth, unless a later one that joined under the name is meant: 2, 3, … */
export function storageOf(node: NodeId, generation = 1): StorageId {
  const number = node.replace(/\D/g, '').padStart(12, '0');
  const first = (generation - 1).toString(16).padStart(8, '0');
  return storageId(`${first}-0000-4000-9000-${number}`);
}

export function memberOf(
  node: NodeId,
  options: { readonly generation?: number; readonly zone?: string } = {},
): Member {
  return {
    node,
    storageId: storageOf(node, options.generation),
    // Never dialled; but a snapshot carries them, and the gate reads it.
    addresses: { peer: address, client: address, bulk: address },
    publicKey: (options.generation ?? 1).toString().padStart(40, '0'),
    zone: options.zone ?? '',
  };
}

export function bootstrapOf(
  plan: Pick<
    Plan,
    'nodes' | 'partitions' | 'replicationFactor' | 'resolver' | 'deadNodeTimeoutMs' | 'featureLevel'
  >,
): Bootstrap {
  const { partitions, replicationFactor, resolver, deadNodeTimeoutMs, featureLevel } = plan;
  return {
    clusterId: simulatedCluster,
    members: memberNames(plan.nodes).map((node) => memberOf(node)),
    settings: { partitions, replicationFactor, resolver, deadNodeTimeoutMs },
    featureLevel,
  };
}
