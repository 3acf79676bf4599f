// No `one` write is lost in silence (DESIGN 8; Jepsen on Riak and Cassandra, 2013): when its Merge
// is applied, it becomes the value, or a later write had seen it, or the value that stays is newer
// than it (last write wins) and says so in the conflict log.

import { covers } from '../../core/clocks/vector.ts';
import type { TentativeWrite } from '../../core/model/command.ts';
import type { ItemRow } from '../../core/model/state.ts';
import { compareTimestamps } from '../../core/model/version.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Commits } from './commits.ts';
import { dotName } from './entry-content.ts';
import type { Invariant, ReplicaView, ViewChange } from './watch.ts';

export class MergesHeard implements Invariant {
  readonly #commits: Commits;

  constructor(commits: Commits) {
    this.#commits = commits;
  }

  onView(machine: MachineView, replica: ReplicaView, { before, now }: ViewChange): void {
    if (before === null || replica.machine.kind !== 'data') return;
    const commits = this.#commits.of(replica.group);
    for (let index = before.appliedIndex + 1; index <= now.appliedIndex; index++) {
      const payload = commits.at(index)?.entry.payload;
      if (payload?.kind !== 'command' || payload.command.kind !== 'merge') continue;
      const { write } = payload.command;
      const item = replica.machine.partition.read(write.key);
      if (item === null || item.version.index >= index || isAnswered(item, write)) continue;
      throw new Violation(
        'no-silent-loss',
        `group ${replica.group}: ${machine.name} merged ${dotName(write.dot)} of ${write.key} at ` +
          `index ${index}, but the older value of index ${item.version.index} stays`,
      );
    }
  }
}

/** The value that stays knows of the write, or is at least as new. */
function isAnswered({ version }: ItemRow, write: TentativeWrite): boolean {
  return covers(version.vector, write.dot) || compareTimestamps(version.hlc, write.hlc) >= 0;
}
