import { placeAll } from '../placement/table.ts';
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
  | { readonly kind: 'done' }
  | {
      readonly kind: 'refused';
      readonly reason:
        | 'member-exists'
        | 'member-unknown'
        | 'member-needed'
        | 'feature-missing'
        | 'invalid';
      readonly message: string;
    };

export class Control {
  #row: ControlRow;
  #changed: boolean;

  /** `birth` is the state at index 0, the same on every node of the cluster. */
  readonly #hash: (t: string) => number;
  constructor(birth: Omit<ControlRow, 'kind' | 'incarnations'>, hash: (t: string) => number) {
    this.#hash = hash;
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
    const row = this.#row;
    const done = { kind: 'done' } as const;
    const set = (change: Partial<ControlRow>, replan = false): ControlResult => {
      let next = { ...row, ...change };
      if (replan) {
        const gone = next.departures.map((d) => d.node);
        const members = next.members
          .filter((m) => !gone.includes(m.node))
          .map(({ node, zone }) => ({ node, zone }));
        const { partitions, replicationFactor } = next.settings;
        next = {
          ...next,
          epoch: row.epoch + 1,
          placement: placeAll({ members, partitions, replicationFactor, hash: this.#hash, featureLevel: 2 }),
        };
      }
      this.#row = next;
      this.#changed = true;
      return done;
    };
    switch (command.kind) {
      case 'member-started': {
        if (this.member(command.node)?.storageId !== command.storageId)
          return { kind: 'refused', reason: 'member-unknown', message: 'x' };
        if (command.incarnation > this.incarnationOf(command.node)) {
          const { node, incarnation, featureLevel } = command;
          return set({
            incarnations: [
              ...row.incarnations.filter((r) => r.node !== node),
              { node, incarnation, featureLevel },
            ].sort((a, b) => compareIds(a.node, b.node)),
          });
        }
        return done;
      }
      case 'member-joined': {
        const had = this.member(command.member.node);
        if (had)
          return had.storageId === command.member.storageId
            ? done
            : { kind: 'refused', reason: 'member-exists', message: 'x' };
        return set(
          { members: [...row.members, command.member].sort((a, b) => compareIds(a.node, b.node)) },
          true,
        );
      }
      case 'member-departing': {
        if (!this.member(command.node))
          return { kind: 'refused', reason: 'member-unknown', message: 'x' };
        if (row.departures.some((d) => d.node === command.node)) return done;
        if (
          command.how === 'leaving' &&
          row.members.length - row.departures.length - 1 < row.settings.replicationFactor
        )
          return { kind: 'refused', reason: 'member-needed', message: 'x' };
        const groups = row.placement.map((_, i) => i as never);
        return set(
          {
            departures: [
              ...row.departures,
              { node: command.node, how: command.how, epoch: row.epoch + 1, groups },
            ],
          },
          true,
        );
      }
      case 'groups-released':
        return set({
          departures: row.departures.map((d) =>
            d.node === command.node
              ? { ...d, groups: d.groups.filter((g) => !command.groups.includes(g)) }
              : d,
          ),
        });
      case 'member-removed': {
        const m = this.member(command.node);
        if (!m) return done;
        return set({
          members: row.members.filter((x) => x !== m),
          removed: [...row.removed, m],
          departures: row.departures.filter((d) => d.node !== command.node),
          incarnations: row.incarnations.filter((i) => i.node !== command.node),
        });
      }
      case 'settings-changed':
        return done;
      case 'feature-level-raised':
        return set({ featureLevel: Math.max(row.featureLevel, command.level) });
      default:
        return assertNever(command);
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
}
