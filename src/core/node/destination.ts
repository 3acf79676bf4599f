// Where a request for a group goes when this node does not lead it: to the leader that the group's
// own replica here knows, or, when there is no replica here, to those that the control group wants
// to hold it, one after the other.

import type { GroupId, NodeId } from '../model/ids.ts';
import { desiredRow } from '../placement/desired.ts';
import type { Liveness } from './liveness.ts';
import { describeReach, nameOfGroup, reachOf } from './reach.ts';
import type { Reach } from './refusals.ts';
import type { Replica } from './replica.ts';
import type { Replicas } from './replicas.ts';

export interface Destination {
  /** Whom to ask now; null: nobody is known. */
  readonly leader: NodeId | null;
  /** True: this node itself. */
  readonly isHere: boolean;
  reach(liveness: Liveness): Reach;
  describe(liveness: Liveness): string;
  /** Whoever was asked says that this one leads. */
  learn(leader: NodeId): void;
  /** Whoever was asked does not lead, and knows nobody who does; or it is gone. */
  passOver(node: NodeId): void;
}

export class HeldHere implements Destination {
  readonly #replica: Replica;
  /** The group may let go of this node while a call waits. */
  readonly #afterwards: HeldElsewhere;

  constructor(replica: Replica, replicas: Replicas) {
    this.#replica = replica;
    this.#afterwards = new HeldElsewhere(replica.group, replicas);
  }

  get leader(): NodeId | null {
    return this.#isHeld ? this.#replica.raft.leader : this.#afterwards.leader;
  }

  get isHere(): boolean {
    return this.#isHeld ? this.#replica.raft.isLeader : this.#afterwards.isHere;
  }

  reach(liveness: Liveness): Reach {
    return this.#isHeld ? reachOf(this.#replica, liveness) : this.#afterwards.reach(liveness);
  }

  describe(liveness: Liveness): string {
    if (!this.#isHeld) return this.#afterwards.describe(liveness);
    return describeReach(this.#replica, this.reach(liveness));
  }

  /** The replica hears of the next leader by itself. */
  learn(leader: NodeId): void {
    if (!this.#isHeld) this.#afterwards.learn(leader);
  }

  passOver(node: NodeId): void {
    if (!this.#isHeld) this.#afterwards.passOver(node);
  }

  get #isHeld(): boolean {
    return !this.#replica.dropped && !this.#replica.isLetGo;
  }
}

export class HeldElsewhere implements Destination {
  readonly #group: GroupId;
  readonly #replicas: Replicas;
  #learnt: NodeId | null = null;
  #passedOver = 0;

  constructor(group: GroupId, replicas: Replicas) {
    this.#group = group;
    this.#replicas = replicas;
  }

  get leader(): NodeId | null {
    const { holders } = this;
    if (this.#learnt !== null) return this.#learnt;
    return holders[this.#passedOver % Math.max(1, holders.length)] ?? null;
  }

  get isHere(): boolean {
    const replica = this.#replicas.get(this.#group);
    return replica?.retiredTo === null && replica.raft.isLeader;
  }

  /** The preferred leader first. */
  get holders(): readonly NodeId[] {
    const row = this.#replicas.controlRow;
    return row === null ? [] : desiredRow(row, this.#group).voters;
  }

  reach(liveness: Liveness): Reach {
    const { leader, holders: replicas } = this;
    return { leader, replicas, reachable: replicas.filter((node) => liveness.reachable(node)) };
  }

  describe(liveness: Liveness): string {
    const { reachable, replicas } = this.reach(liveness);
    const name = nameOfGroup(this.#group);
    return `${name} is not held here; ${reachable.length} of ${replicas.length} holders reachable`;
  }

  learn(leader: NodeId): void {
    this.#learnt = leader;
  }

  passOver(node: NodeId): void {
    if (node !== this.leader) return;
    if (this.#learnt === null) this.#passedOver += 1;
    this.#learnt = null;
  }
}
