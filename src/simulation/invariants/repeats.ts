// Entries that repeat an earlier one by name (the session of a write, the dot of a merge): the first
// counts, the others must leave no trace. An item that names the index of a repetition as its
// version is that trace.

import type { Entry } from '../../core/model/entry.ts';
import type { GroupId } from '../../core/model/ids.ts';
import type { Commits } from './commits.ts';
import type { ReplicaView, ViewChange } from './watch.ts';

export interface Named {
  readonly name: string;
  readonly key: string;
}

export interface Effect extends Named {
  readonly first: number;
  readonly again: number;
}

export class Repeats {
  readonly #firsts = new Map<GroupId, Map<string, number>>();
  /** By index, rising. */
  readonly #repeats = new Map<GroupId, Effect[]>();
  count = 0;

  constructor(commits: Commits, nameOf: (entry: Entry) => Named | null) {
    commits.onCommitted(({ group, entry }) => {
      const named = nameOf(entry);
      if (named === null) return;
      const firsts = this.#firsts.get(group) ?? new Map<string, number>();
      this.#firsts.set(group, firsts);
      const first = firsts.get(named.name);
      if (first === undefined) firsts.set(named.name, entry.index);
      else this.#add(group, { ...named, first, again: entry.index });
    });
  }

  firstOf(group: GroupId, name: string): number | undefined {
    return this.#firsts.get(group)?.get(name);
  }

  /** A repetition that the replica has applied and that left a trace. */
  effectOn({ group, machine }: ReplicaView, { before, now }: ViewChange): Effect | null {
    const from = before?.appliedIndex ?? 0;
    if (now.appliedIndex === from || machine.kind !== 'data') return null;
    const repeats = this.#repeats.get(group);
    if (repeats === undefined) return null;
    for (let at = repeats.length - 1; at >= 0; at--) {
      const repeat = repeats[at];
      if (repeat === undefined || repeat.again <= from) return null;
      if (repeat.again > now.appliedIndex) continue;
      if (machine.partition.read(repeat.key)?.version.index === repeat.again) return repeat;
    }
    return null;
  }

  #add(group: GroupId, repeat: Effect): void {
    const repeats = this.#repeats.get(group);
    if (repeats === undefined) this.#repeats.set(group, [repeat]);
    else repeats.push(repeat);
    this.count += 1;
  }
}
