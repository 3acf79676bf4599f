// The follower's side of log replication (Raft paper, section 5.3 and figure 2, "AppendEntries
// RPC"). What a message promises is held back until it is durable; entries that are already there
// are never cut by late or repeated appends.

import { assert } from '../model/assert.ts';
import type { Entry } from '../model/entry.ts';
import type { LogIndex, NodeId } from '../model/ids.ts';
import { logIndex, term as toTerm } from '../model/ids.ts';
import type { Append, Heartbeat } from './messages.ts';
import type { RaftState } from './state.ts';
import { followLeader } from './terms.ts';

export function onAppend(state: RaftState, from: NodeId, append: Append): void {
  followLeader(state, from);
  state.quiet = false;
  const { log } = state;
  if (!isContiguous(append)) return;
  if (append.prevIndex >= log.start.index && log.termAt(append.prevIndex) !== append.prevTerm) {
    refuse(state, from, append);
    return;
  }
  const matched = storeEntries(state, append);
  state.commitTo(logIndex(Math.min(append.commitIndex, matched)));
  if (append.entries.length === 0 && state.commitIndex > state.appliedIndex) {
    state.reportAppliedAt = state.commitIndex;
  }
  acknowledge(state, from, matched);
}

/** Says that the log agrees with the leader's up to `index`, once that is durable. */
function acknowledge(state: RaftState, to: NodeId, index: LogIndex): void {
  state.sendAfterLog(index, to, {
    kind: 'appended',
    term: state.term,
    success: true,
    index,
    hintIndex: logIndex(0),
    hintTerm: toTerm(0),
    appliedIndex: state.durablyApplied,
  });
}

/**
 * Skips what is there, cuts at the first conflict, appends the rest. Returns where agreement ends.
 */
function storeEntries(state: RaftState, append: Append): LogIndex {
  const { log } = state;
  const { entries } = append;
  const end = append.prevIndex + entries.length;
  // Everything before the start of our log is committed, so the leader's log agrees there.
  let fresh = Math.max(0, log.start.index - append.prevIndex);
  while (fresh < entries.length && isStored(state, entries[fresh])) fresh++;
  const first = entries[fresh];
  if (first !== undefined) {
    if (first.index <= log.lastIndex) state.truncateFrom(first.index);
    state.append(entries.slice(fresh));
  }
  return logIndex(Math.max(end, log.start.index));
}

function isStored({ log }: RaftState, entry: Entry | undefined): boolean {
  return entry !== undefined && log.termAt(entry.index) === entry.term;
}

/**
 * Everything up to the commit index agrees for sure, so the guess is never below it. The guess
 * skips the whole of each term that is later than the one that the leader has there.
 */
function refuse(state: RaftState, to: NodeId, append: Append): void {
  const { log } = state;
  const guess = log.lastIndexOfTermAtMost(append.prevTerm, append.prevIndex);
  const hintIndex = logIndex(Math.max(guess, state.commitIndex));
  const hintTerm = log.termAt(hintIndex);
  assert(hintTerm !== undefined, 'the hint is in the log');
  state.sendAfterTerm(to, {
    kind: 'appended',
    term: state.term,
    success: false,
    index: append.prevIndex,
    hintIndex,
    hintTerm,
    appliedIndex: state.durablyApplied,
  });
}

function isContiguous({ prevIndex, entries }: Append): boolean {
  return entries.every((entry, i) => entry.index === prevIndex + 1 + i);
}

export function onHeartbeat(state: RaftState, from: NodeId, heartbeat: Heartbeat): void {
  followLeader(state, from);
  state.commitTo(logIndex(Math.min(heartbeat.commitIndex, state.log.lastIndex)));
  // Nobody tells twice that a connection died: who is down already must not be waited for in quiet.
  const mayRest = !state.down.has(from) && hasEverything(state, heartbeat.commitIndex);
  state.quiet = heartbeat.quiesce && mayRest;
  reportProgress(state, from, heartbeat.readRound);
}

/** Durable and complete: the leader's word that nothing more comes may be believed. */
function hasEverything(state: RaftState, commitIndex: LogIndex): boolean {
  const { log, persistence } = state;
  return log.lastIndex === commitIndex && persistence.persistedIndex === commitIndex;
}

/** Depends on the term only: what it says of the log is news, not a promise. */
export function reportProgress(state: RaftState, to: NodeId, readRound: number): void {
  state.sendAfterTerm(to, {
    kind: 'heartbeat-ack',
    term: state.term,
    readRound,
    appliedIndex: state.durablyApplied,
    lastIndex: state.log.lastIndex,
  });
}
