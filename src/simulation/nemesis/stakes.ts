// What a disk is worth: whether a group would lose its majority with it. Known from every
// configuration that was ever written to a log; those before the last committed one count no more.

import type { Bootstrap, Ready } from '../../core/contract.ts';
import type { Configuration } from '../../core/model/entry.ts';
import type { GroupId, NodeId } from '../../core/model/ids.ts';
import { groupId } from '../../core/model/ids.ts';
import { majority } from '../../core/model/quorum.ts';
import type { MachinePark } from '../machine/park.ts';
import type { MachineView, Observer } from '../observation.ts';

interface Written {
  readonly index: number;
  readonly configuration: Configuration;
}

export class Stakes implements Observer {
  readonly #partitions: number;
  readonly #written = new Map<GroupId, Written[]>();

  constructor({ settings }: Bootstrap) {
    this.#partitions = settings.partitions;
  }

  onBirth({ node }: MachineView): void {
    for (let number = 0; number <= this.#partitions; number++) {
      const view = node?.replica(groupId(number))?.raft.view();
      if (view === undefined) continue;
      const { configuration, configurationIndex: index } = view;
      this.#of(groupId(number)).push({ index, configuration });
    }
  }

  onReady(_machine: MachineView, { persist }: Ready): void {
    for (const { group, snapshot } of persist?.snapshots ?? []) {
      const { index, configuration } = snapshot.point;
      this.#of(group).push({ index, configuration });
    }
    for (const record of persist?.records ?? []) {
      if (record.kind !== 'entries') continue;
      for (const { index, payload } of record.entries) {
        if (payload.kind !== 'configuration') continue;
        const { configuration } = payload;
        this.#of(record.group).push({ index, configuration });
      }
    }
  }

  /** Without the disk of `node`, every group that may need it still has a majority. */
  mayLose(node: NodeId, park: MachinePark): boolean {
    const isIntact = (voter: NodeId) => voter !== node && park.of(voter)?.diskSurvived === true;
    for (let number = 0; number <= this.#partitions; number++) {
      for (const { voters, votersOutgoing } of this.#inUse(groupId(number), park)) {
        for (const set of [voters, votersOutgoing]) {
          if (!set.includes(node)) continue;
          if (set.filter(isIntact).length < majority(set.length)) return false;
        }
      }
    }
    return true;
  }

  /** The last configuration that is known to be committed, and those after it. */
  #inUse(group: GroupId, park: MachinePark): readonly Configuration[] {
    const commits = park.current.map(
      ({ node }) => node?.replica(group)?.raft.view().commitIndex ?? 0,
    );
    const committed = Math.max(0, ...commits);
    const written = this.#of(group);
    const indexes = written.map(({ index }) => index).filter((index) => index <= committed);
    const first = Math.max(0, ...indexes);
    return written.filter(({ index }) => index >= first).map((each) => each.configuration);
  }

  #of(group: GroupId): Written[] {
    const known = this.#written.get(group);
    if (known !== undefined) return known;
    const written: Written[] = [];
    this.#written.set(group, written);
    return written;
  }
}
