// How a leader sends its log (Raft paper, section 5.3): appends go out once per output, however many
// entries were proposed, each member by its own mode and window (progress.ts).

import { logIndex } from '../model/ids.ts';
import type { Progress } from './progress.ts';
import { beginSnapshot } from './snapshot-sending.ts';
import type { Leadership, RaftState } from './state.ts';

/** Sends every member what it may be sent now. */
export function replicate(state: RaftState, leadership: Leadership): void {
  leadership.appendsDue = false;
  for (const progress of leadership.progress.values()) {
    if (!progress.cut) sendAppends(state, leadership, progress);
  }
}

function sendAppends(state: RaftState, leadership: Leadership, progress: Progress): void {
  if (progress.mode === 'snapshot') return;
  if (progress.mode === 'probe') {
    if (progress.paused) return;
    if (progress.next <= firstSendable(state, progress)) beginSnapshot(state, leadership, progress);
    else sendAppend(state, progress, state.bounds.appendBytesMax);
    return;
  }
  while (progress.next <= state.log.lastIndex && !progress.isWindowFull) {
    if (progress.next <= state.log.start.index) {
      progress.becomeProbe();
      beginSnapshot(state, leadership, progress);
      return;
    }
    sendAppend(state, progress, state.bounds.appendBytesMax);
  }
}

/** To be called when entries were applied: a newcomer may have waited for what made it one. */
export function resumeNewcomers(state: RaftState, leadership: Leadership): void {
  for (const progress of leadership.progress.values()) {
    const waits = progress.mode === 'probe' && !progress.paused && !progress.cut;
    if (waits && progress.next <= firstSendable(state, progress)) leadership.appendsDue = true;
  }
}

/**
 * Up to here a member is sent a snapshot and no entries. What comes before the entry that made it a
 * member is of an earlier life of its name: with a part of that in its log it would hold an old
 * configuration for the newest, and vote by it without having what it once acknowledged
 * (suffrage.ts).
 */
function firstSendable({ log, configurations }: RaftState, { node }: Progress): number {
  return Math.max(log.start.index, configurations.memberSince(node) - 1);
}

/**
 * With `bytesMax` 0 the append is empty: it moves the commit index, or asks whether the logs agree.
 */
export function sendAppend(state: RaftState, progress: Progress, bytesMax: number): void {
  const { log } = state;
  const prevIndex = logIndex(progress.next - 1);
  const prevTerm = log.termAt(prevIndex);
  if (prevTerm === undefined) return;
  const entries = bytesMax > 0 ? log.sliceBytes(progress.next, bytesMax) : [];
  const { term, commitIndex } = state;
  const message = { kind: 'append', term, prevIndex, prevTerm, entries, commitIndex } as const;
  state.outbox.send(progress.node, message);
  progress.sent(entries.at(-1)?.index ?? 0, state.now);
}

/** Tells everyone the commit index now, instead of with the next append or heartbeat. */
export function broadcastCommit(state: RaftState, leadership: Leadership): void {
  replicate(state, leadership);
  for (const progress of leadership.progress.values()) sendCommit(state, progress);
}

/** To a member that is sent the whole log and of which an answer may come. */
export function sendCommit(state: RaftState, progress: Progress): void {
  if (!progress.cut && progress.mode === 'replicate') sendAppend(state, progress, 0);
}
