// Leader Append-Only (Raft paper, figure 3 and section 5.3): a leader never overwrites or deletes
// entries of its log; it only appends new ones.

import type { GroupId, LogIndex, NodeId, Term } from '../../core/model/ids.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Invariant, ReplicaView, ViewChange } from './watch.ts';

interface Tail {
  readonly leaderTerm: Term;
  readonly index: LogIndex;
  readonly term: Term | undefined;
}

export class LeaderAppendOnly implements Invariant {
  /** Where the log of each leader ended when it was last seen. */
  readonly #tails = new Map<string, Tail>();

  onView({ name }: MachineView, replica: ReplicaView, { now }: ViewChange): void {
    const key = `${name} ${replica.group}`;
    if (now.role !== 'leader') {
      this.#tails.delete(key);
      return;
    }
    const tail = this.#tails.get(key);
    if (tail?.leaderTerm === now.term) this.#compare(name, replica, tail);
    const term = replica.raft.termAt(now.lastIndex);
    this.#tails.set(key, { leaderTerm: now.term, index: now.lastIndex, term });
  }

  onDropped({ name }: MachineView, group: GroupId): void {
    this.#tails.delete(`${name} ${group}`);
  }

  onEnd({ name }: MachineView): void {
    for (const key of this.#tails.keys()) if (key.startsWith(`${name} `)) this.#tails.delete(key);
  }

  #compare(node: NodeId, { group, raft }: ReplicaView, tail: Tail): void {
    const { lastIndex, start } = raft.view();
    const found = raft.termAt(tail.index);
    const isKept = lastIndex >= tail.index && (found === tail.term || start.index > tail.index);
    if (isKept) return;
    throw new Violation(
      'leader-append-only',
      `group ${group}: ${node}, leader of term ${tail.leaderTerm}, had an entry of term ` +
        `${tail.term} at index ${tail.index} and has now ${found ?? 'none'}; its log ends at ${lastIndex}`,
    );
  }
}
