// Whose disk sits in a voter's seat: that which the voter had at the birth of the cluster, or when it
// was promoted. Another one under the same name has promised nothing, and counts for nothing, until it
// is promoted itself (DESIGN 5: a wiped disk under an old name may never vote).

import type { Ready } from '../../core/contract.ts';
import type { GroupId, NodeId, StorageId } from '../../core/model/ids.ts';
import { storageOf } from '../cluster.ts';
import type { MachineView } from '../observation.ts';
import { type Configurations, votingSets } from './configurations.ts';
import type { Disks } from './disks.ts';
import type { Invariant } from './watch.ts';

export class Seats implements Invariant {
  readonly #configurations: Configurations;
  readonly #disks: Disks;
  /** By `group node`; who was never promoted has the disk of the birth. */
  readonly #seats = new Map<string, StorageId>();

  constructor(configurations: Configurations, disks: Disks) {
    this.#configurations = configurations;
    this.#disks = disks;
  }

  /** Is it the disk that is counted for the name? */
  has(group: GroupId, node: NodeId, storageId: StorageId): boolean {
    return (this.#seats.get(`${group} ${node}`) ?? storageOf(node)) === storageId;
  }

  /** Is the disk that runs under the name the one that is counted for it? */
  isTaken(group: GroupId, node: NodeId): boolean {
    return this.has(group, node, this.#disks.storageOf(node) ?? storageOf(node));
  }

  onReady({ node }: MachineView, { persist }: Ready): void {
    for (const record of persist?.records ?? []) {
      if (record.kind !== 'entries') continue;
      const { group, entries } = record;
      const raft = node?.replica(group)?.raft;
      for (const { index, term, payload } of entries) {
        if (payload.kind !== 'configuration' || raft === undefined) continue;
        const { role, term: current } = raft.view();
        if (role !== 'leader' || current !== term) continue;
        const before = this.#configurations.before(group, raft, index)?.configuration;
        const seated = before === undefined ? [] : votingSets(before).flat();
        for (const voter of votingSets(payload.configuration).flat()) {
          if (!seated.includes(voter)) this.#sit(group, voter);
        }
      }
    }
  }

  #sit(group: GroupId, node: NodeId): void {
    const storageId = this.#disks.storageOf(node);
    if (storageId !== undefined) this.#seats.set(`${group} ${node}`, storageId);
  }
}
