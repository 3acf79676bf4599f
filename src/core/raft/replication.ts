// What acknowledgements mean to a leader (Raft paper, section 5.3): they say where the logs agree,
// and move the commit index, by counting only for entries of this term.

import type { LogIndex } from '../model/ids.ts';
import { logIndex } from '../model/ids.ts';
import { jointIndex } from '../model/quorum.ts';
import { sendAppend } from './appending.ts';
import type { Appended } from './messages.ts';
import type { Progress } from './progress.ts';
import { continueChange, observeCatchUp } from './reconfiguration.ts';
import type { Leadership, RaftState } from './state.ts';
import { continueTransfer } from './transfer.ts';

/** The member's log differs, or ends, before the append that it answers. */
export function onRefused(
  state: RaftState,
  leadership: Leadership,
  { progress, refusal }: { readonly progress: Progress; readonly refusal: Appended },
): void {
  if (!progress.refused(refusal.index, guessAgreement(state, refusal))) return;
  leadership.appendsDue = true;
}

/**
 * Where the logs may agree, as far as both ends know: one round trip for each term that differs.
 */
function guessAgreement(state: RaftState, refusal: Appended): LogIndex {
  return state.log.lastIndexOfTermAtMost(refusal.hintTerm, refusal.hintIndex);
}

/** Also called when a snapshot was installed at `index`. */
export function onMatched(
  state: RaftState,
  leadership: Leadership,
  { progress, index }: { readonly progress: Progress; readonly index: LogIndex },
): void {
  const before = progress.match;
  progress.matched(index);
  observeCatchUp(state, progress);
  leaveMode(state, progress, index);
  if (progress.match > before) advanceCommit(state, leadership);
  leadership.appendsDue = true;
  continueTransfer(state, leadership);
}

/**
 * What the answer was waited for has come: appends may be pipelined, if the log still has what is
 * needed.
 */
function leaveMode(state: RaftState, progress: Progress, index: LogIndex): void {
  if (progress.mode === 'probe') {
    if (index >= progress.next - 1) progress.becomeReplicate();
  } else if (progress.mode === 'snapshot') {
    if (progress.match >= state.log.start.index) progress.becomeReplicate();
    else if (index >= (progress.transfer?.index ?? 0)) progress.becomeProbe();
  }
}

/**
 * Only an entry of the current term is committed by counting; it commits all before it (5.4.2,
 * figure 8).
 */
export function advanceCommit(state: RaftState, leadership: Leadership): void {
  const index = jointIndex(state.configurations.votingSets, (voter) => {
    if (voter === state.self) return state.persistence.persistedIndex;
    return logIndex(leadership.progress.get(voter)?.match ?? 0);
  });
  if (index <= state.commitIndex || state.log.termAt(index) !== state.term) return;
  state.commitTo(index);
  continueChange(state, leadership);
}

/** A heartbeat was answered: whatever is in doubt with this member is asked again. */
export function askAgain(state: RaftState, leadership: Leadership, progress: Progress): void {
  if (progress.mode === 'probe') {
    progress.paused = false;
    leadership.appendsDue = true;
  } else if (progress.mode === 'replicate' && progress.inFlight > 0) {
    if (progress.next > state.log.start.index) sendAppend(state, progress, 0);
    else {
      // A whole window is lost, perhaps, and what comes before it is compacted: a snapshot it is.
      progress.becomeProbe();
      leadership.appendsDue = true;
    }
  }
}
