// What a leader does with time: heartbeats, CheckQuorum (thesis, section 6.2), going quiet, and
// sending again what nothing else would repeat.

import { limits } from '../model/limits.ts';
import { jointVote } from '../model/quorum.ts';
import { sendDueHeartbeats } from './heartbeat.ts';
import { goQuiet, mayGoQuiet } from './quiescence.ts';
import { continueChange, observeCatchUps } from './reconfiguration.ts';
import { becomeFollower } from './roles.ts';
import { resendChunks } from './snapshot-sending.ts';
import type { Leadership, RaftState } from './state.ts';
import { continueTransfer, endLateTransfer } from './transfer.ts';

export function tickLeader(state: RaftState, leadership: Leadership): void {
  leadership.heartbeatElapsed++;
  if (leadership.heartbeatElapsed < limits.heartbeatTicks) return;
  leadership.heartbeatElapsed = 0;
  if (!hearsQuorum(state, leadership)) {
    becomeFollower(state, state.term, null);
    return;
  }
  endLateTransfer(state, leadership);
  observeCatchUps(state, leadership);
  continueChange(state, leadership);
  if (state.leadership !== leadership) return;
  if (mayGoQuiet(state, leadership)) {
    goQuiet(state, leadership);
    return;
  }
  sendDueHeartbeats(state, leadership);
  resendChunks(state, leadership);
  continueTransfer(state, leadership);
}

/** CheckQuorum: a leader that a majority has not answered for an election timeout leads nobody. */
function hearsQuorum(state: RaftState, leadership: Leadership): boolean {
  const oldest = state.now - limits.electionTicksMax;
  const result = jointVote(state.configurations.votingSets, (voter) => {
    const progress = leadership.progress.get(voter);
    return voter === state.self || (progress !== undefined && progress.heardAt > oldest);
  });
  return result === 'won';
}
