// What may only grow. Within a life: the term, the commit index, the applied index, and the applied
// index never passes the commit index (Raft paper, figure 2, "increases monotonically"). The term
// also never falls from one life to the next: that is seen by RecoveryKeeps.

import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Invariant, ReplicaView, ViewChange } from './watch.ts';

export class Monotonic implements Invariant {
  onView({ name }: MachineView, { group }: ReplicaView, { before, now }: ViewChange): void {
    const who = `group ${group}: ${name}`;
    if (now.appliedIndex > now.commitIndex) {
      const facts = `${who} applied ${now.appliedIndex}, but committed ${now.commitIndex} only`;
      throw new Violation('commit-monotonic', facts);
    }
    if (before === null) return;
    if (now.term < before.term) {
      const facts = `${who} went from term ${before.term} back to ${now.term}`;
      throw new Violation('term-monotonic', facts);
    }
    if (now.commitIndex < before.commitIndex) {
      const facts = `${who} took its commit index back from ${before.commitIndex} to ${now.commitIndex}`;
      throw new Violation('commit-monotonic', facts);
    }
    if (now.appliedIndex < before.appliedIndex) {
      const facts = `${who} took its applied index back from ${before.appliedIndex} to ${now.appliedIndex}`;
      throw new Violation('commit-monotonic', facts);
    }
  }
}
