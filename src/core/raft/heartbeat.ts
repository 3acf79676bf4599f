// The leader's heartbeat as a message: "I lead, in this term". It carries the commit index, the
// newest read round to confirm, and the word to go quiet.

import { logIndex } from '../model/ids.ts';
import type { Leadership, RaftState } from './state.ts';

export function broadcastHeartbeat(
  state: RaftState,
  leadership: Leadership,
  quiesce: boolean,
): void {
  const readRound = leadership.reads.newestRound;
  for (const progress of leadership.progress.values()) {
    state.outbox.send(progress.node, {
      kind: 'heartbeat',
      term: state.term,
      // Beyond its match the member may hold other entries at those indexes.
      commitIndex: logIndex(Math.min(progress.match, state.commitIndex)),
      readRound,
      quiesce,
    });
  }
}
