// Idle groups go quiet: no timer, no traffic; the node-level heartbeat stands for the leader.
// Nothing here is needed for safety (a quiet leader still proves its leadership before it reads),
// only for liveness:
//
// - The leader goes quiet when every member has applied everything, except members whose connection
//   is down. A member that is connected and silent keeps it awake, so nobody reachable is ever
//   forgotten.
// - A follower goes quiet only on the word of the leader of its term, with a log that ends at the
//   commit index and is durable. If that word is lost, its timer runs on, it polls, and the poll
//   wakes the leader.
// - A late copy of that word is undone by the next heartbeat of an awake leader. If the leader died
//   meanwhile, the driver notices its node's silence (onPeerDown or wake); a restarted node is a
//   new connection (onPeerUp).
// - A quiet follower of a leader that was deposed without its hearing: the new leader is awake as
//   long as the follower is connected and has not answered, and wakes on onPeerUp when it was not
//   connected.
// - A quiet leader that was deposed without its hearing (it was cut off): the new leader is awake
//   until this node has answered, by the same rule; and onPeerDown wakes it here, so that
//   CheckQuorum ends its leadership.

import { jointVote } from '../model/quorum.ts';
import { broadcastHeartbeat } from './heartbeat.ts';
import type { Progress } from './progress.ts';
import type { Leadership, RaftState } from './state.ts';

/** True when silence would keep nothing from anybody who can hear. */
export function mayGoQuiet(state: RaftState, leadership: Leadership): boolean {
  const last = state.log.lastIndex;
  if (state.commitIndex !== last || state.appliedIndex !== last) return false;
  if (!state.hasCommittedInTerm || leadership.transfer !== null) return false;
  if (leadership.reads.size > 0 || leadership.appendsDue) return false;
  const hasAll = (progress: Progress) =>
    progress.match === last && progress.applied === last && progress.isActive(state.now);
  for (const progress of leadership.progress.values()) {
    if (!hasAll(progress) && !state.down.has(progress.node)) return false;
  }
  const result = jointVote(state.configurations.votingSets, (voter) => {
    const progress = leadership.progress.get(voter);
    return voter === state.self || (progress !== undefined && hasAll(progress));
  });
  return result === 'won';
}

export function goQuiet(state: RaftState, leadership: Leadership): void {
  leadership.snapshot = null;
  broadcastHeartbeat(state, leadership, true);
  state.quiet = true;
}

/** The timers run again. Silence while quiet is nobody's fault: CheckQuorum starts afresh. */
export function leaveQuiet(state: RaftState): void {
  if (!state.quiet) return;
  state.quiet = false;
  if (state.leadership === null) return;
  state.leadership.heartbeatElapsed = 0;
  for (const progress of state.leadership.progress.values()) {
    if (!progress.cut) progress.heardAt = state.now;
  }
}

/**
 * As leaveQuiet; a leader also says at once that it is there (somebody may have missed the word).
 */
export function wake(state: RaftState): void {
  if (!state.quiet) return;
  leaveQuiet(state);
  if (state.leadership !== null) broadcastHeartbeat(state, state.leadership, false);
}
