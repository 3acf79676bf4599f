// An acknowledgement is evidence (CLI.md: "quorum acks 2/3 (node1,node2)"): every node that it names
// has the write on its disk, and at `all` it names every replica. At `quorum` it may name fewer than
// a majority: who lost its leadership before it could answer knows of itself only.

import type { GroupId, NodeId } from '../../core/model/ids.ts';
import type { Result } from '../../core/model/operation.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Disks } from './disks.ts';
import type { Asked, Invariant, ReplicaView, ViewChange } from './watch.ts';

export class TrueAcks implements Invariant {
  readonly #disks: Disks;
  /** As the newest leader knows them. */
  readonly #replicas = new Map<GroupId, readonly NodeId[]>();

  constructor(disks: Disks) {
    this.#disks = disks;
  }

  onView(_machine: MachineView, { group }: ReplicaView, { now }: ViewChange): void {
    if (now.role !== 'leader' && this.#replicas.has(group)) return;
    this.#replicas.set(group, now.configuration.voters);
  }

  onAnswer({ name }: MachineView, { request, group }: Asked, result: Result): void {
    if (result.kind !== 'written' || request.consistency === 'one' || group === null) return;
    const { acks, version } = result;
    const what = `group ${group}: ${name} said that index ${version.index} is on ${acks.join(', ')}`;
    const replicas = this.#replicas.get(group) ?? [];
    if (request.consistency === 'all' && acks.length < replicas.length) {
      const facts = `${what}, and called that all of ${replicas.join(', ')}`;
      throw new Violation('true-acks', facts);
    }
    for (const node of acks) {
      const { start, last } = this.#disks.replica(node, group);
      if (Math.max(start.index, last) >= version.index) continue;
      throw new Violation('true-acks', `${what}, but the disk of ${node} ends at ${last}`);
    }
  }
}
