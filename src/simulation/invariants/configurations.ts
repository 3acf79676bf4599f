// Every configuration that was ever written to a log of a group, as the whole world together knows
// them; and which node of a leader's log an entry belongs to does not matter: index and term name it
// (Log Matching). Also what is committed of them.

import type { Ready } from '../../core/contract.ts';
import type { Configuration } from '../../core/model/entry.ts';
import type { GroupId, LogIndex, NodeId, Term } from '../../core/model/ids.ts';
import { logIndex } from '../../core/model/ids.ts';
import type { Raft } from '../../core/raft/raft.ts';
import type { MachineView } from '../observation.ts';
import type { Commits } from './commits.ts';
import type { Invariant, ReplicaView, ViewChange } from './watch.ts';

export interface Written {
  readonly index: LogIndex;
  readonly configuration: Configuration;
}

export class Configurations implements Invariant {
  /** By group, then by `index@term`. */
  readonly #written = new Map<GroupId, Map<string, Written>>();
  /** Of the birth of each group; at index 0. */
  readonly #first = new Map<GroupId, Configuration>();
  /** By group, rising in index; the first is that of the birth. */
  readonly #committed = new Map<GroupId, Written[]>();

  constructor(commits: Commits) {
    commits.onCommitted(({ group, entry: { index, payload } }) => {
      if (payload.kind !== 'configuration') return;
      const { configuration } = payload;
      this.committed(group).push({ index, configuration });
    });
  }

  onView(_machine: MachineView, { group }: ReplicaView, { before, now }: ViewChange): void {
    if (before !== null || now.configurationIndex > 0) return;
    if (now.configuration.voters.length > 0 && !this.#first.has(group)) {
      this.#first.set(group, now.configuration);
    }
  }

  onReady(_machine: MachineView, { persist }: Ready): void {
    for (const record of persist?.records ?? []) {
      if (record.kind !== 'entries') continue;
      for (const { index, term, payload } of record.entries) {
        if (payload.kind !== 'configuration') continue;
        const { configuration } = payload;
        this.#writtenTo(record.group).set(`${index}@${term}`, { index, configuration });
      }
    }
  }

  /** Committed ones, the one of the birth not among them. */
  committed(group: GroupId): Written[] {
    const known = this.#committed.get(group);
    if (known !== undefined) return known;
    const committed: Written[] = [];
    this.#committed.set(group, committed);
    return committed;
  }

  /** The committed ones and, before them at index 0, that of the birth, as far as it is known. */
  history(group: GroupId): readonly Written[] {
    const configuration = this.#first.get(group);
    const birth = configuration === undefined ? [] : [{ index: logIndex(0), configuration }];
    return [...birth, ...this.committed(group)];
  }

  /** In force for who has applied the log up to `index`. */
  committedAt(group: GroupId, index: number): Configuration | null {
    const found = this.committed(group).findLast((each) => each.index <= index);
    return found?.configuration ?? this.#first.get(group) ?? null;
  }

  /** The last one before `index` in the log; null: the log does not reach back so far. */
  before(group: GroupId, raft: Pick<Raft, 'view' | 'termAt'>, index: number): Written | null {
    if (index <= 0) return null;
    const { start } = raft.view();
    const written = this.#written.get(group);
    for (let at = index - 1; at > start.index; at--) {
      const term: Term | undefined = raft.termAt(logIndex(at));
      const found = written?.get(`${at}@${term}`);
      if (found !== undefined) return found;
    }
    const inStart = (each: Written) => each.index <= start.index && each.index < index;
    const committed = this.committed(group).findLast(inStart);
    if (committed !== undefined) return committed;
    const configuration = this.#first.get(group);
    return configuration === undefined ? null : { index: logIndex(0), configuration };
  }

  /** In force for who has this log, be it committed or not (thesis, section 4.1). */
  inForce(group: GroupId, raft: Pick<Raft, 'view' | 'termAt'>): Written | null {
    return this.before(group, raft, raft.view().lastIndex + 1);
  }

  #writtenTo(group: GroupId): Map<string, Written> {
    const known = this.#written.get(group);
    if (known !== undefined) return known;
    const written = new Map<string, Written>();
    this.#written.set(group, written);
    return written;
  }
}

export function membersOf(configuration: Configuration | null): readonly NodeId[] {
  if (configuration === null) return [];
  const { voters, votersOutgoing, learners } = configuration;
  return [...new Set([...voters, ...votersOutgoing, ...learners])];
}

/** Every set of which a majority must agree. */
export function votingSets({ voters, votersOutgoing }: Configuration): readonly NodeId[][] {
  return [[...voters], [...votersOutgoing]].filter((set) => set.length > 0);
}
