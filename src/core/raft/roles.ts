// The transitions between roles (Raft paper, figure 4; PreVote from the thesis, section 9.6). Each
// leaves the state as the new role expects it; what the new role then says is the business of its
// own file.
//
//   follower ──timeout──► pre-candidate ──majority would vote──► candidate ──majority──► leader
//      ▲                        │                                    │                     │
//      └──── newer term, a leader of this term, or a lost vote ──────┴─────────────────────┘

import { assert } from '../model/assert.ts';
import type { Entry, Payload } from '../model/entry.ts';
import type { LogIndex, NodeId, Term } from '../model/ids.ts';
import { logIndex, term as toTerm } from '../model/ids.ts';
import { progressOfAudience } from './audience.ts';
import { ReadQueue } from './read-queue.ts';
import type { Leadership, RaftState } from './state.ts';

/** What an entry costs beside its command. */
const noopBytes = 16;

/** Invariant: the vote is forgotten only when the term grows. */
export function becomeFollower(state: RaftState, term: Term, leader: NodeId | null): void {
  assert(term >= state.term, 'a term never falls');
  if (term > state.term) {
    state.term = term;
    state.votedFor = null;
    state.persistence.hardStateChanged();
  }
  endLeadership(state);
  state.role = state.isVoter ? 'follower' : 'learner';
  restart(state, leader);
}

/** Changes no durable state: a node that cannot win disturbs nobody. */
export function becomePreCandidate(state: RaftState): void {
  state.role = 'pre-candidate';
  restart(state, null);
  state.votes.set(state.self, true);
}

/** Its own vote counts only when it is durable (countOwnVote). */
export function becomeCandidate(state: RaftState): void {
  state.role = 'candidate';
  state.term = toTerm(state.term + 1);
  state.votedFor = state.self;
  state.persistence.hardStateChanged();
  restart(state, null);
}

/** Starts the term with a no-op, so that entries of earlier terms can be committed (section 8). */
export function becomeLeader(state: RaftState): void {
  restart(state, state.self);
  state.role = 'leader';
  state.leadership = newLeadership(state);
  appendAsLeader(state, state.leadership, { payload: { kind: 'noop' }, size: noopBytes });
}

/** Appends one entry to the leader's own log; it goes out when the output is taken. */
export function appendAsLeader(
  state: RaftState,
  leadership: Leadership,
  content: { readonly payload: Payload; readonly size: number },
): LogIndex {
  const index = logIndex(state.log.lastIndex + 1);
  const entry: Entry = { index, term: state.term, payload: content.payload, size: content.size };
  state.append([entry]);
  leadership.uncommittedBytes += entry.size;
  leadership.appendsDue = true;
  return index;
}

function restart(state: RaftState, leader: NodeId | null): void {
  state.leader = leader;
  state.votes.clear();
  state.timer.restart();
  state.quiet = false;
  state.leaseWaived = false;
  state.reportAppliedAt = 0;
}

function endLeadership(state: RaftState): void {
  if (state.leadership === null) return;
  for (const ticket of state.leadership.reads.tickets()) state.outbox.loseRead(ticket);
  state.leadership = null;
}

function newLeadership(state: RaftState): Leadership {
  return {
    progress: progressOfAudience(state, new Map(), state.log.lastIndex + 1),
    reads: new ReadQueue(state.bounds.readRoundsInFlightMax),
    heartbeatElapsed: 0,
    uncommittedBytes: uncommittedBytes(state),
    appendsDue: true,
    transfer: null,
    handedOver: false,
    snapshot: null,
  };
}

function uncommittedBytes(state: RaftState): number {
  let bytes = 0;
  for (let i = state.commitIndex + 1; i <= state.log.lastIndex; i++) {
    bytes += state.log.entryAt(i)?.size ?? 0;
  }
  return bytes;
}
