// The leader's side of InstallSnapshot (Raft paper, section 7): one chunk in flight to each lagging
// member, the next when it is acknowledged, the same again when no answer came. Always the leader's
// own state.

import { assert } from '../model/assert.ts';
import type { LogIndex } from '../model/ids.ts';
import { logIndex } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type { Snapshot } from '../model/state.ts';
import type { SnapshotAck } from './messages.ts';
import type { Progress, SnapshotTransfer } from './progress.ts';
import type { Leadership, RaftState } from './state.ts';

/** A chunk is sent again after two heartbeats without an answer. */
const resendTicks = 2 * limits.heartbeatTicks;

/**
 * The member needs entries that are compacted, or that are of before it was one. Nothing is sent to
 * one that has not been heard lately, and nothing before what made it a member is applied.
 */
export function beginSnapshot(state: RaftState, leadership: Leadership, progress: Progress): void {
  const since = state.configurations.memberSince(progress.node);
  if (!progress.isActive(state.now) || state.appliedIndex < since) return;
  const { point, chunks } = snapshotFor(state, leadership, since);
  progress.becomeSnapshot({
    index: point.index,
    chunks: chunks.length,
    chunk: 0,
    sentAt: state.now,
    resent: false,
  });
  sendChunk(state, leadership, progress);
}

/** One snapshot serves every member that lags, as long as the log continues it. */
function snapshotFor(state: RaftState, leadership: Leadership, since: LogIndex): Snapshot {
  const kept = leadership.snapshot;
  const oldest = Math.max(state.log.start.index, since);
  if (kept !== null && kept.point.index >= oldest) return kept;
  const snapshot = state.takeSnapshot();
  assert(snapshot.point.index >= state.log.start.index, 'the log does not continue the snapshot');
  assert(snapshot.chunks.length > 0, 'a snapshot has at least one chunk');
  leadership.snapshot = snapshot;
  return snapshot;
}

function sendChunk(state: RaftState, leadership: Leadership, progress: Progress): void {
  const { transfer } = progress;
  const snapshot = leadership.snapshot;
  const rows = snapshot?.chunks[transfer?.chunk ?? 0];
  if (transfer === null || snapshot?.point.index !== transfer.index || rows === undefined) {
    progress.becomeProbe();
    return;
  }
  transfer.sentAt = state.now;
  state.outbox.send(progress.node, {
    kind: 'install-snapshot',
    term: state.term,
    index: snapshot.point.index,
    snapshotTerm: snapshot.point.term,
    configuration: snapshot.point.configuration,
    chunk: transfer.chunk,
    chunks: transfer.chunks,
    rows,
  });
}

/**
 * Returns the index up to which the member has everything now, or null while chunks are missing.
 */
export function onSnapshotAck(
  state: RaftState,
  leadership: Leadership,
  { progress, ack }: { readonly progress: Progress; readonly ack: SnapshotAck },
): LogIndex | null {
  const { transfer } = progress;
  if (transfer === null || transfer.index !== ack.index) return null;
  if (ack.nextChunk >= transfer.chunks) return logIndex(transfer.index);
  if (!moveTo(transfer, ack.nextChunk)) return null;
  sendChunk(state, leadership, progress);
  return null;
}

/**
 * Forward always: the member may have more than this leader knows. Backward only after a resend: a
 * repeated old acknowledgement must not start a second stream, but a member that restarted lost
 * what it had gathered.
 */
function moveTo(transfer: SnapshotTransfer, nextChunk: number): boolean {
  if (nextChunk <= transfer.chunk && !transfer.resent) return false;
  transfer.chunk = nextChunk;
  transfer.resent = false;
  return true;
}

/** To be called with each heartbeat. */
export function resendChunks(state: RaftState, leadership: Leadership): void {
  for (const progress of leadership.progress.values()) {
    const { transfer } = progress;
    if (transfer === null || state.now - transfer.sentAt < resendTicks) continue;
    if (progress.isActive(state.now)) {
      transfer.resent = true;
      sendChunk(state, leadership, progress);
    } else progress.becomeProbe();
  }
}

/** Entries after this index are still needed by a snapshot under way; Infinity when none is. */
export function compactionFloor(state: RaftState): number {
  if (state.leadership === null || state.log.bytes > 4 * state.bounds.logBytesMax) {
    return Number.POSITIVE_INFINITY;
  }
  let floor = Number.POSITIVE_INFINITY;
  for (const progress of state.leadership.progress.values()) {
    if (progress.transfer !== null && progress.isActive(state.now)) {
      floor = Math.min(floor, progress.transfer.index);
    }
  }
  return floor;
}
