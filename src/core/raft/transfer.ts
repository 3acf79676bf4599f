// Leadership transfer (thesis, section 3.10): the leader stops taking proposals, brings the
// successor up to date, and tells it to campaign at once. Given up after an election timeout.

import type { NodeId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import { startElection } from './election.ts';
import { leaveQuiet } from './quiescence.ts';
import type { Leadership, RaftState } from './state.ts';

/** False when `to` cannot succeed this node; a voter that is to go cannot either. */
export function beginTransfer(state: RaftState, leadership: Leadership, to: NodeId): boolean {
  const { voters } = state.configurations.current;
  if (to === state.self || !voters.includes(to) || state.down.has(to)) return false;
  if (leadership.transfer?.to === to) return true;
  leaveQuiet(state);
  leadership.transfer = { to, startedAt: state.now };
  leadership.appendsDue = true;
  continueTransfer(state, leadership);
  return true;
}

/**
 * Tells the successor to campaign if it has the whole log. Said again with each heartbeat, as it
 * may be lost.
 */
export function continueTransfer(state: RaftState, leadership: Leadership): void {
  const { transfer } = leadership;
  if (transfer === null) return;
  const progress = leadership.progress.get(transfer.to);
  if (progress?.match !== state.log.lastIndex) return;
  state.outbox.send(transfer.to, { kind: 'timeout-now', term: state.term });
}

export function endLateTransfer(state: RaftState, leadership: Leadership): void {
  const { transfer } = leadership;
  if (transfer === null) return;
  if (state.now - transfer.startedAt >= limits.electionTicksMax) leadership.transfer = null;
}

/** The leader wants this node to succeed it: no poll, and the voters waive their lease. */
export function onTimeoutNow(state: RaftState): void {
  if (state.role === 'follower') startElection(state, true);
}
