// Whom a leader sends the log: every member of the configuration in force, and until that is
// committed those of the one before, so that who is removed learns it. A member that stays keeps
// what its leader knows of it, whatever it becomes.

import type { NodeId } from '../model/ids.ts';
import { Progress } from './progress.ts';
import type { Leadership, RaftState } from './state.ts';

/** `next`: the entry that a newcomer is sent first. */
export function progressOfAudience(
  state: RaftState,
  known: ReadonlyMap<NodeId, Progress>,
  next: number,
): ReadonlyMap<NodeId, Progress> {
  const { configurations, self, now, commitIndex } = state;
  const inFlightMax = state.bounds.appendsInFlightMax;
  const progress = new Map<NodeId, Progress>();
  for (const node of configurations.audience(commitIndex)) {
    if (node === self) continue;
    const member = known.get(node) ?? new Progress({ node, next, now, inFlightMax });
    progress.set(node, member);
  }
  return progress;
}

/** To be called when a configuration was appended, and when it is committed. */
export function followConfiguration(state: RaftState, leadership: Leadership): void {
  const next = state.configurations.currentIndex;
  leadership.progress = progressOfAudience(state, leadership.progress, next);
}
