// Which node to ask for which key: the members, the replicas of each partition, and who leads it.
// Learned from cluster.json, from a topology query, and from every refusal; a wrong guess costs one
// redirect, never more.

import type { GroupId, LogIndex, NodeId } from '../core/model/ids.ts';
import { compareIds, groupId } from '../core/model/ids.ts';
import type { Topology } from '../core/model/operation.ts';
import { groupOfKey } from '../wire/key-hash.ts';

interface Route {
  replicas: readonly NodeId[];
  leader: NodeId | null;
}

export class Routes {
  #partitions: number | null;
  #nodes: readonly NodeId[];
  #learned = false;
  /** Applied index of the control group that the members are known from; 0: from elsewhere. */
  #membersIndex = 0;
  readonly #routes = new Map<GroupId, Route>();

  constructor(options: { nodes: readonly NodeId[]; partitions: number | null }) {
    this.#nodes = options.nodes;
    this.#partitions = options.partitions;
  }

  /** All members, sorted. */
  get nodes(): readonly NodeId[] {
    return this.#nodes;
  }

  /** null until a topology was learned, when cluster.json did not say it. */
  get partitions(): number | null {
    return this.#partitions;
  }

  /** Replicas and leaders of all partitions are known, not only the members. */
  get isLearned(): boolean {
    return this.#learned;
  }

  groupOf(key: string): GroupId | null {
    return this.#partitions === null ? null : groupOfKey(key, this.#partitions);
  }

  leaderOf(group: GroupId | null): NodeId | null {
    return group === null ? null : (this.#routes.get(group)?.leader ?? null);
  }

  /** Empty while unknown. */
  replicasOf(group: GroupId | null): readonly NodeId[] {
    return group === null ? [] : (this.#routes.get(group)?.replicas ?? []);
  }

  learn(topology: Topology): void {
    this.#learned = true;
    this.#partitions = topology.partitions;
    if (this.#membersIndex === 0)
      this.#nodes = topology.members.map((member) => member.node).sort(compareIds);
    for (const [group, route] of topology.groups.entries())
      this.#routes.set(groupId(group), { ...route });
  }

  /** Members by the control group's own word; false when a newer word was heard. */
  learnMembers(index: LogIndex, nodes: readonly NodeId[]): boolean {
    if (index < this.#membersIndex) return false;
    this.#membersIndex = index;
    this.#nodes = [...nodes].sort(compareIds);
    return true;
  }

  /**
   * Nobody who was known answers, and these may: they are asked as well, and what was known of
   * replicas and leaders is of before.
   */
  meet(nodes: readonly NodeId[]): void {
    this.#nodes = [...new Set([...this.#nodes, ...nodes])].sort(compareIds);
    this.#learned = false;
    this.#routes.clear();
  }

  get knowsMembers(): boolean {
    return this.#membersIndex > 0;
  }

  /** What a node that does not lead the group said. True when it named a leader that is news. */
  learnFrom(said: {
    group: GroupId;
    from: NodeId;
    replicas: readonly NodeId[];
    leader: NodeId | null;
  }): boolean {
    const known = this.#routes.get(said.group) ?? { replicas: [], leader: null };
    const replicas = said.replicas.length > 0 ? said.replicas : known.replicas;
    const leader = said.leader ?? (known.leader === said.from ? null : known.leader);
    this.#routes.set(said.group, { replicas, leader });
    return leader !== null && leader !== known.leader;
  }

  /** The node died or stops: it leads nothing any more. */
  forgetLeader(node: NodeId): void {
    for (const route of this.#routes.values()) if (route.leader === node) route.leader = null;
  }
}
