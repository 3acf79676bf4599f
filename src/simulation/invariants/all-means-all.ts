// `all` means all (DESIGN 2): when a write or a read at `all` is answered by who leads the group, every
// voter of the configuration in force has applied what the answer rests on. A learner that catches up
// is no copy yet.

import type { Configuration } from '../../core/model/entry.ts';
import type { GroupId, NodeId } from '../../core/model/ids.ts';
import type { Result } from '../../core/model/operation.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Asked, Invariant, ReplicaView, ViewChange } from './watch.ts';

export class AllMeansAll implements Invariant {
  /** The greatest index that each replica ever applied; a restart may apply it once more. */
  readonly #applied = new Map<GroupId, Map<NodeId, number>>();
  /** As each node has them in force: now, and before its last step; the answer is of in between. */
  readonly #inForce = new Map<string, readonly Configuration[]>();

  onView({ name }: MachineView, { group }: ReplicaView, { before, now }: ViewChange): void {
    let applied = this.#applied.get(group);
    if (applied === undefined) {
      applied = new Map();
      this.#applied.set(group, applied);
    }
    applied.set(name, Math.max(now.appliedIndex, applied.get(name) ?? 0));
    const last = before?.configuration ?? now.configuration;
    this.#inForce.set(`${name} ${group}`, [last, now.configuration]);
  }

  onAnswer(machine: MachineView, asked: Asked, result: Result): void {
    const { request, group, asLeader, committed } = asked;
    // Who passes an answer on may have it late, when there are other voters.
    if (request.consistency !== 'all' || group === null || !asLeader) return;
    if (result.kind === 'written') this.#demand(machine, group, result.version.index);
    else if (result.kind === 'read' || result.kind === 'scanned') {
      this.#demand(machine, group, committed);
    }
  }

  #demand({ name }: MachineView, group: GroupId, index: number): void {
    const applied = this.#applied.get(group);
    const behind = (this.#inForce.get(`${name} ${group}`) ?? []).map((configuration) =>
      [...configuration.voters, ...configuration.votersOutgoing].find(
        (node) => (applied?.get(node) ?? 0) < index,
      ),
    );
    for (const node of behind.includes(undefined) ? [] : behind.slice(-1)) {
      if (node === undefined) continue;
      const found = applied?.get(node) ?? 0;
      throw new Violation(
        'acknowledged-at-all',
        `group ${group}: ${name} answered at \`all\` on index ${index}, but ${node} never applied ` +
          `more than ${found}`,
      );
    }
  }
}
