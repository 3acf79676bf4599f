// A tombstone stays until every replica has said in the log that it passed it (DESIGN 8), those too
// that are none any more and were not released: until then a `one` write from before the delete may
// still come, and would bring the old value back.

import type { Ready } from '../../core/contract.ts';
import type { WatermarkCommand } from '../../core/model/command.ts';
import type { GroupId, LogIndex, NodeId } from '../../core/model/ids.ts';
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

export class TombstonesKept implements Invariant {
  /** The highest watermark of each replica that was ever committed. */
  readonly #passed = new Map<GroupId, Map<NodeId, LogIndex>>();
  readonly #configurations: Configurations;
  /** Of each group: replicas that were removed and are not released, as of each committed change. */
  readonly #departed = new Map<GroupId, Departed[]>();
  /** By node and group: up to where the state that it stored has the log. */
  readonly #storedAt = new Map<string, LogIndex>();
  /** By node and group: the keys whose stored row is a tombstone, with its index. */
  readonly #stored = new Map<string, Map<string, LogIndex>>();

  constructor(commits: Commits, configurations: Configurations) {
    this.#configurations = configurations;
    commits.onCommitted(({ group, entry: { index, payload } }) => {
      if (payload.kind === 'configuration') this.#onConfiguration(group, index);
      if (payload.kind !== 'command') return;
      const { command } = payload;
      if (command.kind === 'watermark') this.#onWatermark(group, command);
      if (command.kind === 'owner-released') {
        this.#change(group, index, (nodes) => nodes.filter((node) => node !== command.node));
      }
    });
  }

  onReady({ name }: MachineView, { persist, state }: Ready): void {
    for (const { group } of persist?.drops ?? []) this.#storedBy(name, group).clear();
    for (const { group, snapshot } of persist?.snapshots ?? []) {
      this.#storedBy(name, group).clear();
      this.#storedAt.set(`${name} ${group}`, snapshot.point.index);
      this.#store(name, group, snapshot.chunks.flat());
    }
    for (const { group, clear, rows, removed, point } of state?.changes ?? []) {
      if (clear) this.#storedBy(name, group).clear();
      const from = this.#storedAt.get(`${name} ${group}`) ?? logIndex(0);
      for (const row of removed) this.#onRemoved(name, group, { row, from, to: point.index });
      this.#storedAt.set(`${name} ${group}`, point.index);
      this.#store(name, group, rows);
    }
  }

  #onConfiguration(group: GroupId, index: LogIndex): void {
    const before = membersOf(this.#configurations.committedAt(group, index - 1));
    const now = membersOf(this.#configurations.committedAt(group, index));
    // What it said before it went says nothing of what it writes now.
    for (const node of now) if (!before.includes(node)) this.#passed.get(group)?.delete(node);
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

  /** Whose watermark counts at that point of the log. */
  #owners(group: GroupId, index: LogIndex): readonly NodeId[] {
    const departed = this.#departed.get(group)?.findLast((each) => each.index <= index);
    const members = membersOf(this.#configurations.committedAt(group, index));
    return [...members, ...(departed?.nodes ?? [])];
  }

  #onWatermark(group: GroupId, { node, index }: WatermarkCommand): void {
    const passed = this.#passed.get(group) ?? new Map<NodeId, LogIndex>();
    this.#passed.set(group, passed);
    if (index > (passed.get(node) ?? 0)) passed.set(node, index);
  }

  #store(node: NodeId, group: GroupId, rows: readonly StateRow[]): void {
    const stored = this.#storedBy(node, group);
    for (const row of rows) {
      if (row.kind !== 'item') continue;
      if (row.value === null) stored.set(row.key, row.version.index);
      else stored.delete(row.key);
    }
  }

  #onRemoved(
    node: NodeId,
    group: GroupId,
    { row, from, to }: { row: RemovedRow; from: LogIndex; to: LogIndex },
  ): void {
    if (row.kind !== 'item') return;
    const stored = this.#storedBy(node, group);
    const index = stored.get(row.key);
    stored.delete(row.key);
    if (index === undefined) return;
    const passed = this.#passed.get(group);
    // Purged somewhere in between: who came or went meanwhile is not held against it.
    const owners = this.#owners(group, to);
    const behind = this.#owners(group, from).filter(
      (owner) => owners.includes(owner) && (passed?.get(owner) ?? 0) < index,
    );
    if (behind.length === 0) return;
    throw new Violation(
      'tombstone-kept',
      `group ${group}: ${node} purged the tombstone of ${row.key} at index ${index}, which ` +
        `${behind.join(', ')} had not passed`,
    );
  }

  #storedBy(node: NodeId, group: GroupId): Map<string, LogIndex> {
    const name = `${node} ${group}`;
    let stored = this.#stored.get(name);
    if (stored === undefined) {
      stored = new Map();
      this.#stored.set(name, stored);
    }
    return stored;
  }
}
