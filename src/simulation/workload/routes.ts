// Where one client sends what: leaders and replicas as it has heard of them (the twin of
// client/routes.ts). A wrong guess costs a redirect.

import type { GroupId, NodeId } from '../../core/model/ids.ts';
import { groupId } from '../../core/model/ids.ts';
import type { Refusal, Topology } from '../../core/model/operation.ts';

export class Routes {
  readonly #members: readonly NodeId[];
  readonly #leaders = new Map<GroupId, NodeId>();
  readonly #replicas = new Map<GroupId, readonly NodeId[]>();

  constructor(members: readonly NodeId[]) {
    this.#members = members;
  }

  leaderOf(group: GroupId): NodeId | null {
    return this.#leaders.get(group) ?? null;
  }

  /** Everyone while the replicas are unknown. */
  candidates(group: GroupId): readonly NodeId[] {
    return this.#replicas.get(group) ?? this.#members;
  }

  learn({ groups }: Topology): void {
    for (const [number, { replicas, leader }] of groups.entries()) {
      if (replicas.length > 0) this.#replicas.set(groupId(number), replicas);
      if (leader !== null) this.#leaders.set(groupId(number), leader);
    }
  }

  /** What `from`, which does not lead the group, said. */
  learnFrom(group: GroupId, from: NodeId, { leader, replicas }: Refusal): void {
    if (replicas.length > 0) this.#replicas.set(group, replicas);
    if (leader !== null && leader !== from) this.#leaders.set(group, leader);
    else if (this.#leaders.get(group) === from) this.#leaders.delete(group);
  }

  /** It stops, or it does not answer. */
  forget(node: NodeId): void {
    for (const [group, leader] of this.#leaders) if (leader === node) this.#leaders.delete(group);
  }
}
