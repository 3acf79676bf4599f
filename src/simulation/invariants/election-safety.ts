// Election Safety (Raft paper, figure 3 and section 5.2): at most one leader in a given term. A
// leader is who calls itself one, and who speaks as one.

import type { Ready } from '../../core/contract.ts';
import type { GroupId, NodeId, Term } from '../../core/model/ids.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Invariant, ReplicaView, ViewChange } from './watch.ts';

export class ElectionSafety implements Invariant {
  readonly #leaders = new Map<GroupId, Map<Term, NodeId>>();

  onView({ name }: MachineView, { group }: ReplicaView, { now }: ViewChange): void {
    if (now.role === 'leader') this.#leads(group, now.term, name);
  }

  onReady({ name }: MachineView, { messages }: Ready): void {
    for (const { message } of messages) {
      if (message.kind !== 'group') continue;
      const { kind, term } = message.message;
      const speaksAsLeader =
        kind === 'append' || kind === 'heartbeat' || kind === 'install-snapshot';
      if (speaksAsLeader) this.#leads(message.group, term, name);
    }
  }

  #leads(group: GroupId, term: Term, node: NodeId): void {
    let leaders = this.#leaders.get(group);
    if (leaders === undefined) {
      leaders = new Map();
      this.#leaders.set(group, leaders);
    }
    const known = leaders.get(term);
    if (known === undefined) leaders.set(term, node);
    else if (known !== node) {
      const facts = `group ${group}: both ${known} and ${node} led term ${term}`;
      throw new Violation('election-safety', facts);
    }
  }
}
