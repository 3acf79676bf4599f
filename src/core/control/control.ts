// The control group's state machine: members, desired placement and settings of the cluster.
// Leases, locks and elections will live beside it in this room. One row holds all of it: it is
// small and changes seldom.

import { assertNever } from '../model/assert.ts';
import type { ControlCommand } from '../model/command.ts';
import type { Incarnation, NodeId } from '../model/ids.ts';
import { compareIds } from '../model/ids.ts';
import type { Member } from '../model/operation.ts';
import type { ControlRow, RemovedRow, StateRow } from '../model/state.ts';

export type ControlResult =
  | { readonly kind: 'registered' }
  /** The data directory is not the one that the cluster knows: this node is not that member. */
  | { readonly kind: 'unknown-storage'; readonly node: NodeId };

export class Control {
  #row: ControlRow;
  #changed: boolean;

  /** `birth` is the state at index 0, the same on every node of the cluster. */
  constructor(birth: Omit<ControlRow, 'kind' | 'incarnations'>) {
    this.#row = {
      kind: 'control',
      ...birth,
      members: [...birth.members].sort((a, b) => compareIds(a.node, b.node)),
      incarnations: [],
    };
    this.#changed = true;
  }

  get row(): ControlRow {
    return this.#row;
  }

  get changedRows(): number {
    return this.#changed ? 1 : 0;
  }

  member(node: NodeId): Member | undefined {
    return this.#row.members.find((member) => member.node === node);
  }

  /** The last incarnation that the node registered; 0 before its first start. */
  incarnationOf(node: NodeId): Incarnation | 0 {
    return this.#row.incarnations.find((row) => row.node === node)?.incarnation ?? 0;
  }

  apply(command: ControlCommand): ControlResult {
    switch (command.kind) {
      case 'member-started':
        return this.#onMemberStarted(command);
      default:
        return assertNever(command.kind);
    }
  }

  restore(rows: Iterable<StateRow>): void {
    for (const row of rows) if (row.kind === 'control') this.#row = row;
    this.#changed = false;
  }

  snapshotChunks(): StateRow[][] {
    return [[this.#row]];
  }

  takeChanges(): { rows: readonly StateRow[]; removed: readonly RemovedRow[] } {
    const rows = this.#changed ? [this.#row] : [];
    this.#changed = false;
    return { rows, removed: [] };
  }

  #onMemberStarted(command: ControlCommand): ControlResult {
    if (this.member(command.node)?.storageId !== command.storageId) {
      return { kind: 'unknown-storage', node: command.node };
    }
    if (command.incarnation > this.incarnationOf(command.node)) this.#register(command);
    return { kind: 'registered' };
  }

  #register({ node, incarnation }: ControlCommand): void {
    const incarnations = [
      ...this.#row.incarnations.filter((row) => row.node !== node),
      { node, incarnation },
    ].sort((a, b) => compareIds(a.node, b.node));
    this.#row = { ...this.#row, incarnations };
    this.#changed = true;
  }
}
