// A leader commits by counting only entries of its own term (Raft paper, section 5.4.2): what it
// commits of earlier terms lies before such an entry. Counting replicas of an older entry is not
// enough: figure 8 shows how a later leader overwrites it. That needs three leaders in the right
// order and is rare; so the rule itself is watched.

import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Invariant, ReplicaView, ViewChange } from './watch.ts';

export class OwnTermCommits implements Invariant {
  onView({ name }: MachineView, { group, raft }: ReplicaView, { before, now }: ViewChange): void {
    const led = now.role === 'leader' && before?.role === 'leader' && before.term === now.term;
    if (!led || now.commitIndex === before.commitIndex) return;
    const term = raft.termAt(now.commitIndex);
    if (term === undefined || term === now.term) return;
    throw new Violation(
      'commit-in-own-term',
      `group ${group}: ${name}, leader of term ${now.term}, committed up to index ` +
        `${now.commitIndex}, which is of term ${term}`,
    );
  }
}
