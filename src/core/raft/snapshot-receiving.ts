// The follower's side of InstallSnapshot (Raft paper, section 7): chunks are gathered in order; the
// whole replaces state and log at once. "I have it" is said only when it is durable (a crash before
// that leaves the old state and the old log, which is still a valid follower).

import type { NodeId } from '../model/ids.ts';
import type { InstallSnapshot } from './messages.ts';
import type { IncomingSnapshot, RaftState } from './state.ts';
import { followLeader } from './terms.ts';

export function onInstallSnapshot(state: RaftState, from: NodeId, message: InstallSnapshot): void {
  followLeader(state, from);
  state.quiet = false;
  if (isHere(state, message)) {
    state.incoming = null;
    acknowledge(state, from, { message, nextChunk: message.chunks });
    return;
  }
  const incoming = matchingTransfer(state, from, message);
  if (message.chunk === incoming.chunks.length) incoming.chunks.push(message.rows);
  const nextChunk = incoming.chunks.length;
  if (nextChunk === message.chunks) install(state, message, incoming);
  acknowledge(state, from, { message, nextChunk });
}

/**
 * The log holds the snapshot's last entry, or is beyond it: nothing is to be replaced (figure 13,
 * step 6).
 */
function isHere(state: RaftState, { index, snapshotTerm }: InstallSnapshot): boolean {
  if (index <= state.commitIndex) return true;
  if (state.log.termAt(index) !== snapshotTerm) return false;
  state.commitTo(index);
  return true;
}

/** What was gathered of this very snapshot, so that a transfer resumes; else an empty start. */
function matchingTransfer(
  state: RaftState,
  from: NodeId,
  message: InstallSnapshot,
): IncomingSnapshot {
  const kept = state.incoming;
  if (kept !== null && kept.leader === from && kept.leaderTerm === message.term) {
    if (kept.index === message.index && kept.snapshotTerm === message.snapshotTerm) return kept;
  }
  const { term: leaderTerm, index, snapshotTerm } = message;
  state.incoming = { leader: from, leaderTerm, index, snapshotTerm, chunks: [] };
  return state.incoming;
}

function install(state: RaftState, message: InstallSnapshot, incoming: IncomingSnapshot): void {
  const { index, snapshotTerm: term, configuration } = message;
  const snapshot = { point: { index, term, configuration }, chunks: incoming.chunks };
  state.incoming = null;
  state.persistence.snapshotInstalled(snapshot, state.commitIndex);
  state.log.restartAt({ index, term });
  state.configurations.restartAt({ index, configuration });
  state.configurationChanged();
  state.commitIndex = index;
  state.appliedIndex = index;
  state.handedIndex = index;
}

/** The last acknowledgement promises durability; the others only what the next chunk is. */
function acknowledge(
  state: RaftState,
  to: NodeId,
  { message, nextChunk }: { readonly message: InstallSnapshot; readonly nextChunk: number },
): void {
  const { term } = state;
  const ack = { kind: 'snapshot-ack', term, index: message.index, nextChunk } as const;
  if (nextChunk === message.chunks) state.sendAfterLog(message.index, to, ack);
  else state.sendAfterTerm(to, ack);
}
