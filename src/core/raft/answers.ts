// What members answer to a leader. Every answer, of whatever kind, says that its sender is alive
// and follows.

import { assertNever } from '../model/assert.ts';
import type { NodeId } from '../model/ids.ts';
import type { Appended, HeartbeatAck, SnapshotAck } from './messages.ts';
import type { Progress } from './progress.ts';
import { wake } from './quiescence.ts';
import { confirmReads } from './read-index.ts';
import { askAgain, onMatched, onRefused } from './replication.ts';
import { onSnapshotAck } from './snapshot-sending.ts';
import type { Leadership, RaftState } from './state.ts';

export type Answer = Appended | HeartbeatAck | SnapshotAck;

export function onAnswer(state: RaftState, from: NodeId, answer: Answer): void {
  const { leadership } = state;
  const progress = leadership?.progress.get(from);
  if (leadership === null || progress === undefined) return;
  progress.heard(state.now);
  switch (answer.kind) {
    case 'appended':
      onAppended(state, leadership, { progress, answer });
      break;
    case 'heartbeat-ack':
      onHeartbeatAck(state, leadership, { progress, answer });
      break;
    case 'snapshot-ack': {
      const index = onSnapshotAck(state, leadership, { progress, ack: answer });
      if (index !== null) onMatched(state, leadership, { progress, index });
      break;
    }
    default:
      assertNever(answer);
  }
}

interface AnswerOf<Kind> {
  readonly progress: Progress;
  readonly answer: Kind;
}

function onAppended(
  state: RaftState,
  leadership: Leadership,
  { progress, answer }: AnswerOf<Appended>,
): void {
  // No member of this term can hold more than its leader: the sender is broken, and is not
  // believed.
  if (answer.index > state.log.lastIndex) return;
  progress.applied = Math.max(progress.applied, answer.appliedIndex);
  if (answer.success) onMatched(state, leadership, { progress, index: answer.index });
  else onRefused(state, leadership, { progress, refusal: answer });
}

function onHeartbeatAck(
  state: RaftState,
  leadership: Leadership,
  { progress, answer }: AnswerOf<HeartbeatAck>,
): void {
  progress.applied = Math.max(progress.applied, answer.appliedIndex);
  if (answer.lastIndex < state.log.lastIndex) wake(state);
  askAgain(state, leadership, progress);
  if (answer.readRound > progress.readRound) {
    progress.readRound = answer.readRound;
    confirmReads(state, leadership);
  }
}
