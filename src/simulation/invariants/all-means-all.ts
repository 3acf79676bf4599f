// `all` means all (DESIGN 2): when a write or a read at `all` is answered, every replica of the group
// has applied what the answer rests on.

import type { GroupId, NodeId } from '../../core/model/ids.ts';
import type { Result } from '../../core/model/operation.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Asked, Invariant, ReplicaView, ViewChange } from './watch.ts';

export class AllMeansAll implements Invariant {
  /** The greatest index that each replica ever applied; a restart may apply it once more. */
  readonly #applied = new Map<GroupId, Map<NodeId, number>>();
  /** As the newest leader knows them. */
  readonly #members = new Map<GroupId, readonly NodeId[]>();

  onView({ name }: MachineView, { group }: ReplicaView, { now }: ViewChange): void {
    let applied = this.#applied.get(group);
    if (applied === undefined) {
      applied = new Map();
      this.#applied.set(group, applied);
    }
    applied.set(name, Math.max(now.appliedIndex, applied.get(name) ?? 0));
    const { voters, votersOutgoing, learners } = now.configuration;
    if (now.role === 'leader' || !this.#members.has(group)) {
      this.#members.set(group, [...voters, ...votersOutgoing, ...learners]);
    }
  }

  onAnswer(machine: MachineView, asked: Asked, result: Result): void {
    const { request, group, asLeader, committed } = asked;
    if (request.consistency !== 'all' || group === null) return;
    if (result.kind === 'written') this.#demand(machine, group, result.version.index);
    else if (asLeader && (result.kind === 'read' || result.kind === 'scanned')) {
      this.#demand(machine, group, committed);
    }
  }

  #demand({ name }: MachineView, group: GroupId, index: number): void {
    const applied = this.#applied.get(group);
    for (const node of this.#members.get(group) ?? []) {
      const found = applied?.get(node) ?? 0;
      if (found >= index) continue;
      throw new Violation(
        'acknowledged-at-all',
        `group ${group}: ${name} answered at \`all\` on index ${index}, but ${node} never applied ` +
          `more than ${found}`,
      );
    }
  }
}
