// Is every group where the control group wants it (DESIGN 7)? At rest nobody is on the way out, the
// configuration of each group is its row of the placement table, nobody else holds a replica, whoever
// was removed has been told, and every node knows every member.

import type { ControlRow } from '../../core/model/control-row.ts';
import type { Configuration } from '../../core/model/entry.ts';
import { featureLevelOfThisBuild } from '../../core/model/features.ts';
import type { NodeId, StorageId } from '../../core/model/ids.ts';
import type { AddressBooks } from '../invariants/address-books.ts';
import { membersOf } from '../invariants/configurations.ts';
import { replicasOf } from '../invariants/watch.ts';
import type { MachineView } from '../observation.ts';

export interface Scene {
  readonly machines: readonly MachineView[];
  readonly partitions: number;
  readonly books: Pick<AddressBooks, 'of'>;
}

/**
 * Without those that were removed, run again, and know nobody who is a member still: nobody can tell
 * them, whatever they hold is nobody's, and they are as good as not there.
 */
export function presentIn({ machines, partitions }: Omit<Scene, 'books'>): readonly MachineView[] {
  const members = newestRow({ machines, partitions })?.members ?? [];
  const wanted = new Set(members.map(({ storageId }) => storageId));
  return machines.filter((machine) => machine.isMember || canBeTold(machine, wanted));
}

/** What is not where it should be, yet; null: nothing. */
export function misplacedIn(scene: Scene): string | null {
  const row = newestRow(scene);
  if (row === null) return null;
  return (
    departuresIn(row) ??
    replicasOutside(scene, row) ??
    machinesOutside(scene, row) ??
    unknownTo(scene, row)
  );
}

/** Of who has applied most of the control group's log. */
function newestRow({ machines, partitions }: Omit<Scene, 'books'>): ControlRow | null {
  let newest: { readonly row: ControlRow; readonly index: number } | null = null;
  for (const machine of machines) {
    for (const { machine: state, appliedIndex: index } of replicasOf(machine, partitions)) {
      if (state.kind !== 'control' || index <= (newest?.index ?? -1)) continue;
      newest = { row: state.control.row, index };
    }
  }
  return newest?.row ?? null;
}

function departuresIn({ departures }: ControlRow): string | null {
  const [first] = departures;
  if (first === undefined) return null;
  return `${first.node} is on its way out (${first.how}), and held by groups ${first.groups.join()}`;
}

function replicasOutside({ machines, partitions }: Scene, row: ControlRow): string | null {
  for (const machine of machines) {
    for (const { group, raft } of replicasOf(machine, partitions)) {
      const { configuration } = raft.view();
      const wanted = wantedOf(row, group);
      const where = `group ${group}: ${machine.name}`;
      if (words(configuration) !== words(wanted)) {
        return `${where} has the members ${words(configuration)}, wanted are ${words(wanted)}`;
      }
      if (!membersOf(configuration).includes(machine.name)) return `${where} still has a replica`;
    }
  }
  return null;
}

/** Row 0: the voters of the control group; every other member learns from them. */
function wantedOf({ placement, members }: ControlRow, group: number): Configuration {
  const voters = placement[group] ?? [];
  const others = members.map(({ node }) => node).filter((node) => !voters.includes(node));
  return { voters, votersOutgoing: [], learners: group === 0 ? others : [] };
}

function words({ voters, votersOutgoing, learners }: Configuration): string {
  const sorted = (nodes: readonly NodeId[]) => [...nodes].sort().join(' ');
  return `${sorted(voters)} / ${sorted(votersOutgoing)} / ${sorted(learners)}`;
}

function machinesOutside(
  { machines }: Scene,
  { members, featureLevel }: ControlRow,
): string | null {
  const wanted = new Set(members.map(({ storageId }) => storageId));
  const isKnown = (storageId: StorageId) =>
    machines.some((machine) => machine.storageId === storageId);
  const missing = members.find(({ storageId }) => !isKnown(storageId));
  if (missing !== undefined) return `${missing.node} is a member, and was never started`;
  const stray = machines.find(
    (machine) =>
      machine.node !== null && !wanted.has(machine.storageId) && canBeTold(machine, wanted),
  );
  if (stray !== undefined) return `${stray.name} runs, although it is no member any more`;
  const isAllUp = members.every(({ storageId }) =>
    machines.some((machine) => machine.storageId === storageId && machine.state === 'up'),
  );
  if (!isAllUp || featureLevel === featureLevelOfThisBuild) return null;
  return `all members run, and the feature level is ${featureLevel}`;
}

/** Somebody whom it knows is a member still. */
function canBeTold({ membersAtStart }: MachineView, members: ReadonlySet<StorageId>): boolean {
  return membersAtStart.some(({ storageId }) => members.has(storageId));
}

function unknownTo({ machines, books }: Scene, { members }: ControlRow): string | null {
  for (const machine of machines) {
    if (machine.node === null || !machine.isMember) continue;
    const atStart = machine.membersAtStart.map(({ storageId }) => storageId);
    const known = books.of(machine) ?? atStart;
    const missing = members.find(({ storageId }) => !known.includes(storageId));
    if (missing !== undefined) return `${machine.name} does not know of ${missing.node}`;
  }
  return null;
}
