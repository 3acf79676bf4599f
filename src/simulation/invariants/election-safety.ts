// Election Safety (Raft paper, figure 3 and section 5.2): at most one leader in a given term. A
// leader is who calls itself one, and who speaks as one.

import type { Ready } from '../../core/contract.ts';
import type { GroupId, Term } from '../../core/model/ids.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Invariant, ReplicaView, ViewChange } from './watch.ts';

/** Of two machines of one name, too, only one may lead. */
type Leader = Pick<MachineView, 'name' | 'storageId'>;

export class ElectionSafety implements Invariant {
  readonly #leaders = new Map<GroupId, Map<Term, Leader>>();

  onView(machine: MachineView, { group }: ReplicaView, { now }: ViewChange): void {
    if (now.role === 'leader') this.#leads(group, now.term, machine);
  }

  onReady(machine: MachineView, { messages }: Ready): void {
    for (const { message } of messages) {
      if (message.kind !== 'group') continue;
      const { kind, term } = message.message;
      const speaksAsLeader =
        kind === 'append' || kind === 'heartbeat' || kind === 'install-snapshot';
      if (speaksAsLeader) this.#leads(message.group, term, machine);
    }
  }

  #leads(group: GroupId, term: Term, { name, storageId }: Leader): void {
    let leaders = this.#leaders.get(group);
    if (leaders === undefined) {
      leaders = new Map();
      this.#leaders.set(group, leaders);
    }
    const known = leaders.get(term);
    if (known === undefined) leaders.set(term, { name, storageId });
    else if (known.storageId !== storageId) {
      const facts = `group ${group}: both ${known.name} and ${name} led term ${term}`;
      throw new Violation('election-safety', facts);
    }
  }
}
