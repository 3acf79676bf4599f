// When a cluster is ready: every node answers and hears all others, and every group has a leader
// that has committed the no-op of its term. Never "the process is up".

import type { Db } from '../client/api.ts';
import type { NodeStatus } from '../core/model/operation.ts';
import { type GroupView, groupViews } from './group-view.ts';

export interface ReadinessPlan {
  readonly nodes: readonly string[];
  /** Partitions; the control group comes on top. */
  readonly partitions: number;
}

/** What a cluster still lacks; empty when it is ready. */
export class Readiness {
  readonly #plan: ReadinessPlan;
  /**
   * Group → term and last index of its leader when we first saw it lead: commits must reach that.
   */
  readonly #noops = new Map<number, { readonly term: number; readonly index: number }>();

  constructor(plan: ReadinessPlan) {
    this.#plan = plan;
  }

  /** Judges one round of answers; nothing is expected of those in `without`. */
  missing(answers: readonly NodeStatus[], without: readonly string[] = []): string[] {
    const answered = new Set(answers.map((answer) => answer.node as string));
    const nodes = this.#plan.nodes.filter((node) => !without.includes(node));
    const silent = nodes.filter((node) => !answered.has(node));
    const views = groupViews(answers, this.#plan.partitions + 1);
    const leaderless = views.filter((view, group) => !this.#hasCommitted(view, group)).length;
    return [
      ...silent.map((node) => `${node} does not answer`),
      ...answers.flatMap((answer) => lostPeers(answer, nodes)),
      ...(leaderless === 0 ? [] : [`${leaderless} of ${views.length} groups without a leader`]),
    ];
  }

  #hasCommitted(view: GroupView, group: number): boolean {
    const leading = view.leader === null ? undefined : view.reports.get(view.leader);
    if (leading === undefined) return false;
    const known = this.#noops.get(group);
    if (known?.term === leading.term) return leading.commitIndex >= known.index;
    this.#noops.set(group, { term: leading.term, index: leading.lastIndex });
    return leading.commitIndex >= leading.lastIndex;
  }
}

/** Statuses of the nodes that answer within the deadline. */
export async function liveStatuses(db: Db, timeoutMs: number): Promise<NodeStatus[]> {
  const answers = await db.status({ timeoutMs });
  return answers.flatMap((answer) => (answer.ok ? [answer.answer] : []));
}

function lostPeers(status: NodeStatus, nodes: readonly string[]): string[] {
  return status.peers
    .filter((peer) => !peer.connected && nodes.includes(peer.node))
    .map((peer) => `${status.node} does not hear ${peer.node}`);
}
