// A tombstone stays until every replica has said in the log that it passed it (DESIGN 8): until
// then a `one` write from before the delete may still come, and would bring the old value back.

import type { Ready } from '../../core/contract.ts';
import type { WatermarkCommand } from '../../core/model/command.ts';
import type { GroupId, LogIndex, NodeId } from '../../core/model/ids.ts';
import type { RemovedRow, StateRow } from '../../core/model/state.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Commits } from './commits.ts';
import type { Invariant, ReplicaView, ViewChange } from './watch.ts';

export class TombstonesKept implements Invariant {
  /** The highest watermark of each replica that was ever committed. */
  readonly #passed = new Map<GroupId, Map<NodeId, LogIndex>>();
  readonly #members = new Map<GroupId, readonly NodeId[]>();
  /** By node and group: the keys whose stored row is a tombstone, with its index. */
  readonly #stored = new Map<string, Map<string, LogIndex>>();

  constructor(commits: Commits) {
    commits.onCommitted(({ group, entry: { payload } }) => {
      if (payload.kind !== 'command' || payload.command.kind !== 'watermark') return;
      this.#onWatermark(group, payload.command);
    });
  }

  onView(_machine: MachineView, { group }: ReplicaView, { now }: ViewChange): void {
    const { voters, votersOutgoing, learners } = now.configuration;
    this.#members.set(group, [...new Set([...voters, ...votersOutgoing, ...learners])]);
  }

  onReady({ name }: MachineView, { persist, state }: Ready): void {
    for (const { group, snapshot } of persist?.snapshots ?? []) {
      this.#storedBy(name, group).clear();
      this.#store(name, group, snapshot.chunks.flat());
    }
    for (const { group, clear, rows, removed } of state?.changes ?? []) {
      if (clear) this.#storedBy(name, group).clear();
      for (const row of removed) this.#onRemoved(name, group, row);
      this.#store(name, group, rows);
    }
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

  #onRemoved(node: NodeId, group: GroupId, row: RemovedRow): void {
    if (row.kind !== 'item') return;
    const stored = this.#storedBy(node, group);
    const index = stored.get(row.key);
    stored.delete(row.key);
    if (index === undefined) return;
    const passed = this.#passed.get(group);
    const behind = (this.#members.get(group) ?? []).filter(
      (member) => (passed?.get(member) ?? 0) < index,
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
