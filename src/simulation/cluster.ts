// The cluster that every run simulates: its name in frames, its members, and how it begins.

import type { Bootstrap } from '../core/contract.ts';
import type { ClusterId, NodeId, StorageId } from '../core/model/ids.ts';
import { clusterId, nodeId, storageId } from '../core/model/ids.ts';
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

export function storageOf(node: NodeId): StorageId {
  const number = node.replace(/\D/g, '');
  return storageId(`00000000-0000-4000-9000-${number.padStart(12, '0')}`);
}

export function bootstrapOf(
  plan: Pick<Plan, 'nodes' | 'partitions' | 'replicationFactor' | 'resolver'>,
): Bootstrap {
  const { partitions, replicationFactor, resolver } = plan;
  const members = memberNames(plan.nodes).map(
    (node): Member => ({
      node,
      storageId: storageOf(node),
      // Never dialled and never checked; but a snapshot carries them, and the gate reads it.
      addresses: { peer: address, client: address, bulk: address },
      publicKey: '0'.repeat(40),
      zone: '',
    }),
  );
  return {
    clusterId: simulatedCluster,
    members,
    settings: { partitions, replicationFactor, resolver },
  };
}
