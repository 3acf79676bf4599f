// The leader's heartbeat as a message: "I lead, in this term". It carries the commit index, the
// newest read round to confirm, and the word to go quiet.

import { logIndex } from '../model/ids.ts';
import type { Progress } from './progress.ts';
import type { Leadership, RaftState } from './state.ts';

export function broadcastHeartbeat(
  state: RaftState,
  leadership: Leadership,
  quiesce: boolean,
): void {
  for (const progress of leadership.progress.values()) {
    sendHeartbeat(state, leadership, { progress, quiesce });
  }
}

/**
 * The heartbeat of the clock. An append says all that a heartbeat says (Raft paper, section 5.2), so
 * a member that was just sent one, and answers, is spared; unless a read waits for its word.
 */
export function sendDueHeartbeats(state: RaftState, leadership: Leadership): void {
  const readsWait = leadership.reads.newestRound > 0;
  for (const progress of leadership.progress.values()) {
    if (!readsWait && progress.isInTouch(state.now)) continue;
    sendHeartbeat(state, leadership, { progress, quiesce: false });
  }
}

function sendHeartbeat(
  state: RaftState,
  leadership: Leadership,
  { progress, quiesce }: { readonly progress: Progress; readonly quiesce: boolean },
): void {
  state.outbox.send(progress.node, {
    kind: 'heartbeat',
    term: state.term,
    // Beyond its match the member may hold other entries at those indexes.
    commitIndex: logIndex(Math.min(progress.match, state.commitIndex)),
    readRound: leadership.reads.newestRound,
    quiesce,
  });
}
