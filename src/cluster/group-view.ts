// One Raft group as all the nodes that answered describe it: the report of the highest term counts,
// and the leader is the node that leads in that term by its own word.

import type { GroupStatus, NodeStatus } from '../core/model/operation.ts';

export interface GroupView {
  readonly leader: string | null;
  readonly term: number;
  readonly commitIndex: number;
  readonly voters: readonly string[];
  readonly learners: readonly string[];
  readonly keys: number;
  /** What each node said, by its name. */
  readonly reports: ReadonlyMap<string, GroupStatus>;
}

/** Views of groups 0, 1, …; a group that nobody described has no members and no leader. */
export function groupViews(answers: readonly NodeStatus[], groups: number): GroupView[] {
  const reports = Array.from({ length: groups }, () => new Map<string, GroupStatus>());
  for (const answer of answers) {
    for (const status of answer.groups) reports[status.group]?.set(answer.node, status);
  }
  return reports.map(groupView);
}

/** The highest term that anybody is in; 0 when nobody said anything. */
function freshestTerm(reports: ReadonlyMap<string, GroupStatus>): number {
  return Math.max(0, ...[...reports.values()].map((status) => status.term));
}

function groupView(reports: ReadonlyMap<string, GroupStatus>): GroupView {
  const term = freshestTerm(reports);
  const ofTerm = [...reports].filter(([, status]) => status.term === term);
  const leading = ofTerm.find(([, status]) => status.role === 'leader');
  const freshest = leading?.[1] ?? mostCommitted(ofTerm.map(([, status]) => status));
  return {
    leader: leading?.[0] ?? null,
    term,
    commitIndex: freshest?.commitIndex ?? 0,
    voters: freshest?.voters ?? [],
    learners: freshest?.learners ?? [],
    keys: freshest?.keys ?? 0,
    reports,
  };
}

function mostCommitted(statuses: readonly GroupStatus[]): GroupStatus | undefined {
  return [...statuses].sort((a, b) => b.commitIndex - a.commitIndex)[0];
}
