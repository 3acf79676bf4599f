// Log Matching (Raft paper, figure 3 and section 5.3): if two logs have an entry with the same index
// and term, it is the same entry, and the logs are identical up to it. By induction it is enough
// that the entry before it is of the same term. Looked at when an entry is written to a log.

import type { Ready } from '../../core/contract.ts';
import type { Entry } from '../../core/model/entry.ts';
import type { GroupId, LogIndex, NodeId, Term } from '../../core/model/ids.ts';
import { logIndex } from '../../core/model/ids.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import { contentOf } from './entry-content.ts';
import type { Invariant } from './watch.ts';

interface Written {
  readonly content: string;
  /** Of the entry before it; undefined: its writer had compacted it. */
  readonly termBefore: Term | undefined;
  readonly by: NodeId;
}

export class LogMatching implements Invariant {
  /** By group, then by `index@term`. */
  readonly #written = new Map<GroupId, Map<string, Written>>();

  onReady(machine: MachineView, { persist }: Ready): void {
    for (const record of persist?.records ?? []) {
      if (record.kind !== 'entries') continue;
      const { group, entries } = record;
      let termBefore = termAt(machine, group, logIndex((entries[0]?.index ?? 0) - 1));
      for (const entry of entries) {
        this.#compare(group, entry, { termBefore, by: machine.name });
        termBefore = entry.term;
      }
    }
  }

  #compare(
    group: GroupId,
    entry: Entry,
    { termBefore, by }: { termBefore: Term | undefined; by: NodeId },
  ): void {
    let written = this.#written.get(group);
    if (written === undefined) {
      written = new Map();
      this.#written.set(group, written);
    }
    const name = `${entry.index}@${entry.term}`;
    const content = contentOf(entry);
    const known = written.get(name);
    if (known === undefined) {
      written.set(name, { content, termBefore, by });
      return;
    }
    const agreesBefore =
      termBefore === undefined || known.termBefore === undefined || termBefore === known.termBefore;
    if (known.content === content && agreesBefore) return;
    throw new Violation(
      'log-matching',
      `group ${group}, index ${entry.index}, term ${entry.term}: ${known.by} wrote ` +
        `${known.content} after term ${known.termBefore}, ${by} wrote ${content} after term ${termBefore}`,
    );
  }
}

function termAt({ node }: MachineView, group: GroupId, index: LogIndex): Term | undefined {
  return node?.replica(group)?.raft.termAt(index);
}
