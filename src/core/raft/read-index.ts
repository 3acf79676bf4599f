// Linearizable reads without a log entry (ReadIndex; Raft paper, section 8; thesis, 6.4): remember
// the commit index, prove by one round of heartbeats that nobody else led meanwhile, answer once
// that index is applied.

import { jointVote } from '../model/quorum.ts';
import { broadcastHeartbeat } from './heartbeat.ts';
import type { Leadership, RaftState } from './state.ts';

/**
 * Begins a round for every read that waits. Not before this leader has committed in its term: until
 * then its commit index may be behind what an earlier leader acknowledged.
 */
export function beginReadRound(state: RaftState, leadership: Leadership): void {
  if (!leadership.reads.canBegin || !state.hasCommittedInTerm) return;
  leadership.reads.begin(state.commitIndex);
  broadcastHeartbeat(state, leadership, false);
  confirmReads(state, leadership);
}

/** Answers every round that a majority has confirmed. */
export function confirmReads(state: RaftState, leadership: Leadership): void {
  const { reads, progress } = leadership;
  for (;;) {
    const round = reads.takeConfirmed((number) => {
      const result = jointVote(
        state.configurations.votingSets,
        (voter) => voter === state.self || (progress.get(voter)?.readRound ?? 0) >= number,
      );
      return result === 'won';
    });
    if (round === null) return;
    for (const ticket of round.tickets) state.outbox.confirmRead({ ticket, index: round.index });
  }
}
