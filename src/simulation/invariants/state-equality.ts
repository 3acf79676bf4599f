// State Machine Safety, seen at the state (Raft paper, figure 3; etcd's data inconsistency of
// version 3.5): replicas that have applied the same index have the same state, to the last byte,
// however they got there: by applying, by a snapshot, or from their disk after a crash.
//
// To hash a state costs a walk over it, so it is done now and then, and at every start.

import type { GroupId, NodeId, Tick } from '../../core/model/ids.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import { stateHashOf } from './state-hash.ts';
import type { Invariant, ReplicaView, ViewChange } from './watch.ts';
import { replicasOf } from './watch.ts';

/** How often the states of all living machines are compared. */
const compareTicks = 40;

interface Known {
  readonly hash: string;
  readonly node: NodeId;
}

export class StateEquality implements Invariant {
  readonly #partitions: number;
  readonly #machines = new Map<NodeId, MachineView>();
  /** Replicas whose applied index has moved since they were last looked at. */
  readonly #moved = new Map<ReplicaView, NodeId>();
  readonly #known = new Map<GroupId, Map<number, Known>>();

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  onBirth(machine: MachineView): void {
    this.#machines.set(machine.name, machine);
    for (const replica of replicasOf(machine, this.#partitions)) {
      this.#compare(machine.name, replica);
    }
  }

  onEnd({ name }: MachineView): void {
    this.#machines.delete(name);
    for (const [replica, node] of this.#moved) if (node === name) this.#moved.delete(replica);
  }

  onView({ name }: MachineView, replica: ReplicaView, { before, now }: ViewChange): void {
    if (before?.appliedIndex !== now.appliedIndex) this.#moved.set(replica, name);
  }

  onTick(tick: Tick): void {
    if (tick % compareTicks === 0) this.compareAll();
  }

  compareAll(): void {
    for (const [replica, node] of this.#moved) this.#compare(node, replica);
    this.#moved.clear();
  }

  #compare(node: NodeId, replica: ReplicaView): void {
    const { group, raft } = replica;
    const index = raft.view().appliedIndex;
    const hash = stateHashOf(replica);
    let known = this.#known.get(group);
    if (known === undefined) {
      known = new Map();
      this.#known.set(group, known);
    }
    const other = known.get(index);
    if (other === undefined) known.set(index, { hash, node });
    else if (other.hash !== hash) {
      throw new Violation(
        'state-machine-safety',
        `group ${group}: ${other.node} and ${node} applied the log up to ${index}, but their ` +
          `states differ: ${other.hash} and ${hash}`,
      );
    }
  }
}
