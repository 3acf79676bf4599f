// State Machine Safety, seen at the state (Raft paper, figure 3; etcd's data inconsistency of
// version 3.5): replicas that have applied the same index have the same state, to the last byte,
// however they got there: by applying, by a snapshot, or from their disk after a crash.
//
// To hash a state costs a walk over it, so it is done now and then. It also makes a node read all
// that its storage holds, which a node that starts puts off: so of two starts one is looked at at
// once, and the other is left alone for a while.

import type { GroupId, NodeId, Tick } from '../../core/model/ids.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import { stateHashOf } from './state-hash.ts';
import type { Invariant, ReplicaView, ViewChange } from './watch.ts';
import { replicasOf } from './watch.ts';

/** How often the states of all living machines are compared. */
const compareTicks = 40;
/** How long a start may read its keys one by one. */
const aloneTicks = 300;

interface Known {
  readonly hash: string;
  readonly node: NodeId;
}

export class StateEquality implements Invariant {
  readonly #partitions: number;
  /** Replicas whose applied index has moved since they were last looked at. */
  readonly #moved = new Map<ReplicaView, NodeId>();
  readonly #known = new Map<GroupId, Map<number, Known>>();
  /** Machines that are left alone, and until when. */
  readonly #alone = new Map<NodeId, number>();
  #now = 0;

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  onBirth(machine: MachineView): void {
    const { name, incarnation } = machine;
    if ((incarnation + name.charCodeAt(name.length - 1)) % 2 === 0)
      this.#alone.set(name, this.#now + aloneTicks);
    else {
      for (const replica of replicasOf(machine, this.#partitions)) this.#compare(name, replica);
    }
  }

  onEnd({ name }: MachineView): void {
    for (const [replica, node] of this.#moved) if (node === name) this.#moved.delete(replica);
  }

  onDropped({ name }: MachineView, group: GroupId): void {
    for (const [replica, node] of this.#moved) {
      if (node === name && replica.group === group) this.#moved.delete(replica);
    }
  }

  onView({ name }: MachineView, replica: ReplicaView, { before, now }: ViewChange): void {
    if (before?.appliedIndex !== now.appliedIndex) this.#moved.set(replica, name);
  }

  onTick(tick: Tick): void {
    this.#now = tick;
    if (tick % compareTicks !== 0) return;
    for (const [replica, node] of this.#moved) {
      if ((this.#alone.get(node) ?? 0) > tick) continue;
      this.#compare(node, replica);
      this.#moved.delete(replica);
    }
  }

  compareAll(): void {
    for (const [replica, node] of this.#moved) this.#compare(node, replica);
    this.#moved.clear();
  }

  #compare(node: NodeId, replica: ReplicaView): void {
    const { group, appliedIndex: index } = replica;
    // A replica that was born to be sent the state has none yet.
    if (index === 0) return;
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
