// Leader Completeness (Raft paper, figure 3 and section 5.4.3): an entry that is committed in a term
// is in the log of the leader of every later term. Looked at once for each new leader.

import { logIndex } from '../../core/model/ids.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Commits } from './commits.ts';
import type { Invariant, ReplicaView, ViewChange } from './watch.ts';

export class LeaderCompleteness implements Invariant {
  readonly #commits: Commits;

  constructor(commits: Commits) {
    this.#commits = commits;
  }

  onView(machine: MachineView, replica: ReplicaView, { before, now }: ViewChange): void {
    if (now.role !== 'leader') return;
    if (before?.role === 'leader' && before.term === now.term) return;
    const commits = this.#commits.of(replica.group);
    for (let index = now.start.index + 1; index <= commits.last; index++) {
      const committed = commits.at(index);
      if (committed === undefined || committed.committedIn >= now.term) continue;
      const { term } = committed.entry;
      const found = replica.raft.termAt(logIndex(index));
      if (found === term) continue;
      throw new Violation(
        'leader-completeness',
        `group ${replica.group}: ${machine.name} leads term ${now.term} with ` +
          `${found === undefined ? 'nothing' : `an entry of term ${found}`} at index ${index}, ` +
          `where an entry of term ${term} was committed`,
      );
    }
  }
}
