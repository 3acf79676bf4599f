// The cluster's file of the simulated world, as the commands of the real one keep it (cluster.json):
// who is a member as far as the operator knows. A machine that starts reads it; how the cluster was
// born is another matter and never changes.

import type { NodeId, StorageId } from '../core/model/ids.ts';
import { compareIds } from '../core/model/ids.ts';
import type { Member } from '../core/model/member.ts';

export class ClusterFile {
  readonly #members = new Map<NodeId, Member>();

  constructor(members: readonly Member[]) {
    for (const member of members) this.#members.set(member.node, member);
  }

  /** In order of name. */
  get members(): readonly Member[] {
    return [...this.#members.values()].sort((a, b) => compareIds(a.node, b.node));
  }

  member(node: NodeId): Member | null {
    return this.#members.get(node) ?? null;
  }

  /** In the place of whoever had the name. */
  add(member: Member): void {
    this.#members.set(member.node, member);
  }

  /** Unless another one has taken the name. */
  remove({ node, storageId }: { readonly node: NodeId; readonly storageId: StorageId }): void {
    if (this.#members.get(node)?.storageId === storageId) this.#members.delete(node);
  }
}
