// An acknowledgement is evidence (CLI.md: "quorum acks 2/3 (node1,node2)"): every node that it names
// has the write on its disk, and at `all` it names every replica. At `quorum` it may name fewer than
// a majority: who lost its leadership before it could answer knows of itself only.

import type { Configuration } from '../../core/model/entry.ts';
import type { Result } from '../../core/model/operation.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Disks } from './disks.ts';
import type { Asked, Invariant, ReplicaView, ViewChange } from './watch.ts';

export class TrueAcks implements Invariant {
  readonly #disks: Disks;
  /** How many voters each node has in force: now, or before its last step if they were fewer. */
  readonly #voters = new Map<string, number>();

  constructor(disks: Disks) {
    this.#disks = disks;
  }

  onView({ name }: MachineView, { group }: ReplicaView, { before, now }: ViewChange): void {
    const count = ({ voters, votersOutgoing }: Configuration): number =>
      new Set([...voters, ...votersOutgoing]).size;
    const last = before === null ? Number.POSITIVE_INFINITY : count(before.configuration);
    this.#voters.set(`${name} ${group}`, Math.min(last, count(now.configuration)));
  }

  onAnswer({ name }: MachineView, asked: Asked, result: Result): void {
    const { request, group, asLeader } = asked;
    if (result.kind !== 'written' || request.consistency === 'one' || group === null) return;
    // Who passes an answer on may have it late, when a replica that had the write was dropped.
    if (!asLeader) return;
    const { acks, version } = result;
    const what = `group ${group}: ${name} said that index ${version.index} is on ${acks.join(', ')}`;
    const voters = this.#voters.get(`${name} ${group}`) ?? 0;
    if (request.consistency === 'all' && acks.length < voters) {
      const facts = `${what}, and called that all of ${voters} voters`;
      throw new Violation('true-acks', facts);
    }
    for (const node of acks) {
      const { start, last } = this.#disks.replica(node, group);
      if (Math.max(start.index, last) >= version.index) continue;
      throw new Violation('true-acks', `${what}, but the disk of ${node} ends at ${last}`);
    }
  }
}
