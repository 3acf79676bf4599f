// The control group's state machine: members, desired placement and settings of the cluster.
// Leases, locks and elections will live beside it in this room. One row holds all of it: it is
// small and changes seldom. Every command is a function from row to row, in the file of its idea.
//
//     members.ts      member-started, member-joined
//     departures.ts   member-departing, groups-released, member-removed
//     settings.ts     settings-changed
//     levels.ts       feature-level-raised
//     planning.ts     whoever changes members or factor gets a new placement, epoch + 1

import { assertNever } from '../model/assert.ts';
import type { ControlCommand } from '../model/command.ts';
import type { ControlRow } from '../model/control-row.ts';
import type { Incarnation, NodeId } from '../model/ids.ts';
import { compareIds } from '../model/ids.ts';
import type { Member } from '../model/member.ts';
import type { RemovedRow, StateRow } from '../model/state.ts';
import { onGroupsReleased, onMemberDeparting, onMemberRemoved } from './departures.ts';
import { onFeatureLevelRaised } from './levels.ts';
import { onMemberJoined, onMemberStarted } from './members.ts';
import type { ControlResult, Outcome } from './outcome.ts';
import type { Planner } from './planning.ts';
import { onSettingsChanged } from './settings.ts';

/** The state at index 0, the same on every node of the cluster and for ever. */
export type ControlBirth = Pick<
  ControlRow,
  'members' | 'settings' | 'featureLevel' | 'epoch' | 'placement'
>;

export class Control {
  readonly #plan: Planner;
  #row: ControlRow;
  #changed = true;

  constructor({ birth, plan }: { readonly birth: ControlBirth; readonly plan: Planner }) {
    this.#plan = plan;
    this.#row = {
      kind: 'control',
      ...birth,
      members: [...birth.members].sort((a, b) => compareIds(a.node, b.node)),
      incarnations: [],
      departures: [],
      removed: [],
    };
  }

  /** Another object after each change, the same as long as there is none. */
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
    const { row, result } = outcomeOf(this.#row, command, this.#plan);
    this.#changed ||= row !== this.#row;
    this.#row = row;
    return result;
  }

  /**
   * What `apply` would answer now. A leader asks before it proposes: what is refused already need
   * not go into the log, and what older builds cannot read must not.
   */
  foresee(command: ControlCommand): ControlResult {
    return outcomeOf(this.#row, command, this.#plan).result;
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
}

function outcomeOf(row: ControlRow, command: ControlCommand, plan: Planner): Outcome {
  switch (command.kind) {
    case 'member-started':
      return onMemberStarted(row, command);
    case 'member-joined':
      return onMemberJoined(row, command, plan);
    case 'member-departing':
      return onMemberDeparting(row, command, plan);
    case 'groups-released':
      return onGroupsReleased(row, command);
    case 'member-removed':
      return onMemberRemoved(row, command);
    case 'settings-changed':
      return onSettingsChanged(row, command, plan);
    case 'feature-level-raised':
      return onFeatureLevelRaised(row, command);
    default:
      return assertNever(command);
  }
}
