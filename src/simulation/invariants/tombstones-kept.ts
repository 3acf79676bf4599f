// A tombstone stays until every replica has said in the log that it passed it (DESIGN 8), those too
// that are none any more and were not released: until then a `one` write from before the delete may
// still come, and would bring the old value back. When a state is saved without a tombstone, there
// must have been such a point of the log since the last one that had it.

import type { Ready } from '../../core/contract.ts';
import type { GroupId, LogIndex, NodeId, StorageId } from '../../core/model/ids.ts';
import { logIndex } from '../../core/model/ids.ts';
import type { RemovedRow, StateRow } from '../../core/model/state.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Commits } from './commits.ts';
import { type Configurations, membersOf } from './configurations.ts';
import type { Invariant } from './watch.ts';

interface Departed {
  readonly index: LogIndex;
  readonly nodes: readonly NodeId[];
}

type Change = (nodes: readonly NodeId[]) => readonly NodeId[];

/** What a node said at a place in the log; null: it joined, and what it said before counts no more. */
interface Mark {
  readonly at: LogIndex;
  readonly node: NodeId;
  readonly passed: LogIndex | null;
}

interface Range {
  readonly from: LogIndex;
  readonly to: LogIndex;
}

export class TombstonesKept implements Invariant {
  /** Of each group, in log order. */
  readonly #marks = new Map<GroupId, Mark[]>();
  readonly #configurations: Configurations;
  /** Of each group: replicas that were removed and are not released, as of each committed change. */
  readonly #departed = new Map<GroupId, Departed[]>();
  /** By disk and group: up to where the state that it stored has the log. */
  readonly #storedAt = new Map<string, LogIndex>();
  /** By disk and group: the keys whose stored row is a tombstone, with its index. */
  readonly #stored = new Map<string, Map<string, LogIndex>>();

  constructor(commits: Commits, configurations: Configurations) {
    this.#configurations = configurations;
    commits.onCommitted(({ group, entry: { index, payload } }) => {
      if (payload.kind === 'configuration') this.#onConfiguration(group, index);
      if (payload.kind !== 'command') return;
      const { command } = payload;
      if (command.kind === 'watermark') {
        const { node, index: passed } = command;
        this.#marksOf(group).push({ at: index, node, passed });
      }
      if (command.kind === 'owner-released') {
        this.#change(group, index, (nodes) => nodes.filter((node) => node !== command.node));
      }
    });
  }

  onReady({ name, storageId }: MachineView, { persist, state }: Ready): void {
    for (const { group } of persist?.drops ?? []) {
      this.#storedBy(storageId, group).clear();
      this.#storedAt.delete(`${storageId} ${group}`);
    }
    for (const { group, snapshot } of persist?.snapshots ?? []) {
      this.#storedBy(storageId, group).clear();
      this.#storedAt.set(`${storageId} ${group}`, snapshot.point.index);
      this.#store(storageId, group, snapshot.chunks.flat());
    }
    for (const { group, clear, rows, removed, point } of state?.changes ?? []) {
      if (clear) this.#storedBy(storageId, group).clear();
      const from = this.#storedAt.get(`${storageId} ${group}`) ?? logIndex(0);
      for (const row of removed) {
        this.#onRemoved({ name, storageId }, group, { row, from, to: point.index });
      }
      this.#storedAt.set(`${storageId} ${group}`, point.index);
      this.#store(storageId, group, rows);
    }
  }

  #onConfiguration(group: GroupId, index: LogIndex): void {
    const before = membersOf(this.#configurations.committedAt(group, index - 1));
    const now = membersOf(this.#configurations.committedAt(group, index));
    // What it said before it went says nothing of what it writes now.
    for (const node of now) {
      if (!before.includes(node)) this.#marksOf(group).push({ at: index, node, passed: null });
    }
    this.#change(group, index, (nodes) => [
      ...nodes.filter((node) => !now.includes(node)),
      ...before.filter((node) => !now.includes(node)),
    ]);
  }

  #change(group: GroupId, index: LogIndex, change: Change): void {
    const departed = this.#departed.get(group) ?? [];
    this.#departed.set(group, departed);
    departed.push({ index, nodes: [...new Set(change(departed.at(-1)?.nodes ?? []))] });
  }

  /** Places in the log at which a purge may happen, in order. */
  #turns(group: GroupId, { from, to }: Range): readonly LogIndex[] {
    const places = [
      ...this.#configurations.committed(group).map(({ index }) => index),
      ...(this.#departed.get(group) ?? []).map(({ index }) => index),
      ...this.#marksOf(group).map(({ at }) => at),
    ];
    return places.filter((index) => index > from && index <= to).sort((a, b) => a - b);
  }

  /** Owners that had not passed a tombstone at that point of the log. */
  #behind(group: GroupId, at: LogIndex, tombstone: LogIndex): readonly NodeId[] {
    return this.#owners(group, at).filter((owner) => this.#passedBy(group, owner, at) < tombstone);
  }

  #passedBy(group: GroupId, owner: NodeId, until: LogIndex): number {
    let reached = 0;
    for (const { at, node, passed } of this.#marksOf(group)) {
      if (node === owner && at <= until) reached = passed === null ? 0 : Math.max(reached, passed);
    }
    return reached;
  }

  /** Whose watermark counts at that point of the log. */
  #owners(group: GroupId, index: LogIndex): readonly NodeId[] {
    const departed = this.#departed.get(group)?.findLast((each) => each.index <= index);
    const members = membersOf(this.#configurations.committedAt(group, index));
    return [...members, ...(departed?.nodes ?? [])];
  }

  #marksOf(group: GroupId): Mark[] {
    const known = this.#marks.get(group);
    if (known !== undefined) return known;
    const marks: Mark[] = [];
    this.#marks.set(group, marks);
    return marks;
  }

  #store(storageId: StorageId, group: GroupId, rows: readonly StateRow[]): void {
    const stored = this.#storedBy(storageId, group);
    for (const row of rows) {
      if (row.kind !== 'item') continue;
      if (row.value === null) stored.set(row.key, row.version.index);
      else stored.delete(row.key);
    }
  }

  #onRemoved(
    { name, storageId }: Pick<MachineView, 'name' | 'storageId'>,
    group: GroupId,
    { row, from, to }: { row: RemovedRow; from: LogIndex; to: LogIndex },
  ): void {
    if (row.kind !== 'item') return;
    const stored = this.#storedBy(storageId, group);
    const index = stored.get(row.key);
    stored.delete(row.key);
    if (index === undefined) return;
    const turns = this.#turns(group, { from, to });
    if (turns.some((turn) => this.#behind(group, turn, index).length === 0)) return;
    const behind = this.#behind(group, turns.at(-1) ?? from, index);
    const who = behind.length > 0 ? `${behind.join(', ')} had not passed` : 'nothing let go';
    throw new Violation(
      'tombstone-kept',
      `group ${group}: ${name} purged the tombstone of ${row.key} at index ${index}, ` +
        `which ${who}`,
    );
  }

  #storedBy(storageId: StorageId, group: GroupId): Map<string, LogIndex> {
    const name = `${storageId} ${group}`;
    let stored = this.#stored.get(name);
    if (stored === undefined) {
      stored = new Map();
      this.#stored.set(name, stored);
    }
    return stored;
  }
}
