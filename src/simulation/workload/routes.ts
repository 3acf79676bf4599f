// Where one client sends what: leaders and replicas as it has heard of them (the twin of
// client/routes.ts). A wrong guess costs a redirect.

import type { GroupId, NodeId } from '../../core/model/ids.ts';
import { groupId } from '../../core/model/ids.ts';
import type { Refusal, Topology } from '../../core/model/operation.ts';

export class Routes {
  /** As the newest topology named them; whoever answers knows at least some that live. */
  #members: readonly NodeId[];
  readonly #ever: Set<NodeId>;
  readonly #leaders = new Map<GroupId, NodeId>();
  readonly #replicas = new Map<GroupId, readonly NodeId[]>();

  constructor(members: readonly NodeId[]) {
    this.#members = members;
    this.#ever = new Set(members);
  }

  /** Everyone of whom the client has ever heard: when all members were replaced, one of them. */
  get everybody(): readonly NodeId[] {
    return [...this.#ever];
  }

  leaderOf(group: GroupId): NodeId | null {
    return this.#leaders.get(group) ?? null;
  }

  /** Everyone while the replicas are unknown. */
  candidates(group: GroupId): readonly NodeId[] {
    const replicas = this.#replicas.get(group)?.filter((node) => this.#members.includes(node));
    return replicas !== undefined && replicas.length > 0 ? replicas : this.#members;
  }

  learn({ members, groups }: Topology): void {
    if (members.length > 0) this.#members = members.map(({ node }) => node);
    for (const node of this.#members) this.#ever.add(node);
    for (const [number, { replicas, leader }] of groups.entries()) {
      if (replicas.length > 0) this.#replicas.set(groupId(number), replicas);
      if (leader !== null) this.#leaders.set(groupId(number), leader);
    }
  }

  /** As client/routes.ts: nobody who was known answers, and these may. */
  meet(nodes: readonly NodeId[]): void {
    const news = nodes.filter((node) => !this.#members.includes(node));
    if (news.length === 0) return;
    this.#members = [...this.#members, ...news];
    for (const node of news) this.#ever.add(node);
    this.#leaders.clear();
    this.#replicas.clear();
  }

  /** What `from`, which does not lead the group, said. */
  learnFrom(group: GroupId, from: NodeId, { leader, replicas }: Refusal): void {
    if (replicas.length > 0) this.#replicas.set(group, replicas);
    const news = replicas.filter((node) => !this.#members.includes(node));
    if (news.length > 0) this.#members = [...this.#members, ...news];
    for (const node of news) this.#ever.add(node);
    if (leader !== null && leader !== from) this.#leaders.set(group, leader);
    else if (this.#leaders.get(group) === from) this.#leaders.delete(group);
  }

  /** It stops, or it does not answer. */
  forget(node: NodeId): void {
    for (const [group, leader] of this.#leaders) if (leader === node) this.#leaders.delete(group);
  }
}
