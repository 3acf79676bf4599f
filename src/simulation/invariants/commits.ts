// What is committed, as the whole world together knows it: the entry at each index of each group,
// and which term it was committed in at the latest. Learnt from the first node that says so; every
// other node must then have the same entry there.

import type { Entry } from '../../core/model/entry.ts';
import type { GroupId, NodeId, Term } from '../../core/model/ids.ts';
import { logIndex } from '../../core/model/ids.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Invariant, ReplicaView, ViewChange } from './watch.ts';

export interface Committed {
  readonly group: GroupId;
  readonly entry: Entry;
  /** It was committed in this term or before. */
  readonly committedIn: Term;
  readonly by: NodeId;
}

class GroupCommits {
  /** By index; a hole where nobody could be asked any more. */
  readonly #byIndex = new Map<number, Committed>();
  last = 0;

  at(index: number): Committed | undefined {
    return this.#byIndex.get(index);
  }

  add(committed: Committed): void {
    const { index } = committed.entry;
    this.#byIndex.set(index, committed);
    this.last = Math.max(this.last, index);
  }
}

/**
 * State Machine Safety, seen at the log (Raft paper, figure 3 and section 5.4.3): once an index is
 * committed, no node ever commits another entry there.
 */
export class Commits implements Invariant {
  readonly #groups = new Map<GroupId, GroupCommits>();
  readonly #listeners: ((committed: Committed, replica: ReplicaView) => void)[] = [];

  of(group: GroupId): GroupCommits {
    let commits = this.#groups.get(group);
    if (commits === undefined) {
      commits = new GroupCommits();
      this.#groups.set(group, commits);
    }
    return commits;
  }

  /** Calls back once for each entry, when the first node has committed it. */
  onCommitted(listener: (committed: Committed, replica: ReplicaView) => void): void {
    this.#listeners.push(listener);
  }

  onView(machine: MachineView, replica: ReplicaView, { before, now }: ViewChange): void {
    const from = before === null ? now.start.index : before.commitIndex;
    if (now.commitIndex <= from) return;
    const commits = this.of(replica.group);
    for (let index = from + 1; index <= now.commitIndex; index++) {
      const known = commits.at(index);
      const term = replica.raft.termAt(logIndex(index));
      if (term === undefined) continue;
      if (known === undefined) this.#learn(machine, replica, { index, committedIn: now.term });
      else if (known.entry.term !== term) throw otherEntry(machine, known, term);
    }
  }

  #learn(
    machine: MachineView,
    replica: ReplicaView,
    { index, committedIn }: { index: number; committedIn: Term },
  ): void {
    const [entry] = replica.raft.entriesBetween(logIndex(index), logIndex(index));
    if (entry === undefined) return;
    const committed = { group: replica.group, entry, committedIn, by: machine.name };
    this.of(replica.group).add(committed);
    for (const listener of this.#listeners) listener(committed, replica);
  }
}

function otherEntry(machine: MachineView, { group, entry, by }: Committed, term: Term): Violation {
  return new Violation(
    'state-machine-safety',
    `group ${group}: ${machine.name} committed index ${entry.index} of term ${term}, ` +
      `where ${by} had committed that of term ${entry.term}`,
  );
}
