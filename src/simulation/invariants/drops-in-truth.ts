// A replica is forgotten only when it is none any more: its group has committed a configuration
// without it, behind the last one in its own log that names it. A node that drops what it still
// promises is a wiped disk. And what is forgotten is not born again from the birth of the cluster:
// only the log says who is in the group.

import type { Ready } from '../../core/contract.ts';
import type { GroupId } from '../../core/model/ids.ts';
import type { Recovered } from '../../core/model/records.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import { type Configurations, membersOf } from './configurations.ts';
import type { Invariant, ReplicaView, ViewChange } from './watch.ts';

export class DropsInTruth implements Invariant {
  readonly #configurations: Configurations;
  /**
   * By `storage group`: where the last configuration in its log stands that names it. (One that does not
   * may stand later than it was written: a log that begins with applied state has it at its start.)
   */
  readonly #lastNamed = new Map<string, number>();

  constructor(configurations: Configurations) {
    this.#configurations = configurations;
  }

  onBirth({ name, node }: MachineView, { groups }: Recovered): void {
    for (const { group, life, point, entries, start } of groups) {
      if (life === 0 || point !== null || entries.length > 0 || start.index > 0) continue;
      const view = node?.replica(group)?.raft.view();
      if (view === undefined || view.lastIndex > 0 || view.configuration.voters.length === 0)
        continue;
      const facts = `group ${group}: ${name} has forgotten it, and begins it again with voters`;
      throw new Violation('released-in-truth', facts);
    }
  }

  onView({ name, storageId }: MachineView, { group }: ReplicaView, { now }: ViewChange): void {
    if (!membersOf(now.configuration).includes(name)) return;
    this.#lastNamed.set(`${storageId} ${group}`, now.configurationIndex);
  }

  onReady(machine: MachineView, { persist }: Ready): void {
    for (const { group } of persist?.drops ?? []) this.#look(machine, group);
  }

  #look({ name, storageId }: MachineView, group: GroupId): void {
    const from = this.#lastNamed.get(`${storageId} ${group}`) ?? 0;
    const later = this.#configurations.history(group).filter(({ index }) => index >= from);
    if (later.some(({ configuration }) => !membersOf(configuration).includes(name))) return;
    throw new Violation(
      'released-in-truth',
      `group ${group}: ${name} drops its replica, although no configuration without it was ` +
        `committed at ${from} or after`,
    );
  }
}
