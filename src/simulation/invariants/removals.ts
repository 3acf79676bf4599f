// Who went, as the control group's state has it: which disks were called lost, which were removed.
// What was only on a disk that was called lost is nobody's fault.
//
// A member is removed when every group has let go of it, not before: a group is reported when its
// committed configuration lacks the member, and the last of all is the control group.

import type { ControlRow } from '../../core/model/control-row.ts';
import type { GroupId, NodeId, StorageId } from '../../core/model/ids.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Configurations } from './configurations.ts';
import { membersOf } from './configurations.ts';
import type { Invariant, ReplicaView, ViewChange } from './watch.ts';

export class Removals implements Invariant {
  readonly #configurations: Configurations;
  readonly #lost = new Set<StorageId>();
  readonly #removed = new Set<StorageId>();
  /** Groups that a departing disk was released by, by disk. */
  readonly #released = new Map<StorageId, Set<GroupId>>();
  readonly #partitions: number;
  #seenUpTo = 0;

  constructor(configurations: Configurations, partitions: number) {
    this.#configurations = configurations;
    this.#partitions = partitions;
  }

  /** Nobody counts on the disk any more. */
  wasCalledLost(storageId: StorageId): boolean {
    return this.#lost.has(storageId);
  }

  isRemoved(storageId: StorageId): boolean {
    return this.#removed.has(storageId);
  }

  onView(machine: MachineView, { machine: state, appliedIndex }: ReplicaView, _: ViewChange): void {
    if (state.kind !== 'control' || appliedIndex <= this.#seenUpTo) return;
    this.#seenUpTo = appliedIndex;
    this.#look(machine.name, state.control.row);
  }

  #look(name: NodeId, { members, departures, removed }: ControlRow): void {
    for (const { node, how, groups } of departures) {
      const storageId = members.find((member) => member.node === node)?.storageId;
      if (storageId === undefined) continue;
      if (how === 'lost') this.#lost.add(storageId);
      const open = new Set<number>(groups);
      for (let group = 0; group <= this.#partitions; group++) {
        if (!open.has(group)) this.#release(name, { node, storageId, group: group as GroupId });
      }
    }
    for (const { node, storageId } of removed) {
      if (this.#removed.has(storageId)) continue;
      this.#removed.add(storageId);
      for (let group = 0; group <= this.#partitions; group++) {
        this.#release(name, { node, storageId, group: group as GroupId });
      }
    }
  }

  #release(
    name: NodeId,
    gone: { readonly node: NodeId; readonly storageId: StorageId; readonly group: GroupId },
  ): void {
    const { node, storageId, group } = gone;
    const released = this.#released.get(storageId) ?? new Set<GroupId>();
    this.#released.set(storageId, released);
    if (released.has(group)) return;
    released.add(group);
    const configuration = this.#configurations.committedAt(group, Number.POSITIVE_INFINITY);
    if (!membersOf(configuration).includes(node)) return;
    throw new Violation(
      'released-in-truth',
      `group ${group}: ${name} has applied that ${node} is released, but the last committed ` +
        `configuration has it: ${membersOf(configuration).join(' ')}`,
    );
  }
}
