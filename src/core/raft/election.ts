// Elections (Raft paper, sections 5.2 and 5.4.1; PreVote and leases from the thesis, 9.6, 4.2.3,
// 6.2). Safety is only in `onRealVoteRequest`: one durable vote a term, for a log that is at least
// as up-to-date. The rest is about losing little time: with many groups failing over at once, split
// votes must be rare and short.

import type { NodeId, Term } from '../model/ids.ts';
import { compareIds, term as toTerm } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import { jointVote } from '../model/quorum.ts';
import type { RequestVote, Vote } from './messages.ts';
import { wake } from './quiescence.ts';
import { becomeCandidate, becomeFollower, becomeLeader, becomePreCandidate } from './roles.ts';
import type { RaftState } from './state.ts';
import { mayCampaign, mayVote } from './suffrage.ts';

/** Asks whether an election could be won. Anybody may call it; a leader or learner does nothing. */
export function startPreVote(state: RaftState): void {
  if (state.leadership !== null || !mayCampaign(state)) return;
  becomePreCandidate(state);
  for (const voter of state.configurations.voters()) requestVote(state, voter, false);
  tally(state);
}

/**
 * As `startPreVote`, but a group in which no term has begun is not polled: nobody leads it, so nobody
 * can be disturbed, and a new cluster is ready a round trip sooner. A voter that has missed the
 * beginning is refused in the first term, as by a poll.
 */
export function startFirstElection(state: RaftState): void {
  if (state.term > 0) startPreVote(state);
  else if (mayCampaign(state)) startElection(state, false);
}

/**
 * `transfer`: the leader asked for it, so there was no poll and the voters' leases do not count.
 */
export function startElection(state: RaftState, transfer: boolean): void {
  becomeCandidate(state);
  for (const voter of state.configurations.voters()) requestVote(state, voter, transfer);
}

/** To a voter that has not answered in this poll or election: its connection is new. */
export function repeatVoteRequest(state: RaftState, voter: NodeId): void {
  if (state.role !== 'pre-candidate' && state.role !== 'candidate') return;
  if (!state.configurations.isVoter(voter) || state.votes.has(voter)) return;
  requestVote(state, voter, false);
}

function requestVote(state: RaftState, voter: NodeId, transfer: boolean): void {
  if (voter === state.self) return;
  const pre = state.role === 'pre-candidate';
  const message: RequestVote = {
    kind: 'request-vote',
    term: pre ? nextTerm(state) : state.term,
    lastIndex: state.log.lastIndex,
    lastTerm: state.log.lastTerm,
    pre,
    transfer,
  };
  state.sendAfterTerm(voter, message);
}

export function onRequestVote(state: RaftState, from: NodeId, request: RequestVote): void {
  if (request.pre) onPreVoteRequest(state, from, request);
  else onRealVoteRequest(state, from, request);
}

/** The term of the request is ours by now (terms.ts), and no lease protects a leader. */
function onRealVoteRequest(state: RaftState, from: NodeId, request: RequestVote): void {
  const free = state.votedFor === null && state.leader === null;
  const upToDate = compareLogs(state, request) >= 0;
  const granted = mayVote(state) && upToDate && (free || state.votedFor === from);
  if (granted) {
    if (state.votedFor === null) {
      state.votedFor = from;
      state.persistence.hardStateChanged();
    }
    state.timer.restart();
  } else if (!upToDate) campaignSoon(state);
  state.sendAfterTerm(from, { kind: 'vote', term: state.term, granted, pre: false });
}

function onPreVoteRequest(state: RaftState, from: NodeId, request: RequestVote): void {
  const leased = state.isLeaseValid;
  wake(state);
  const order = compareLogs(state, request);
  const newer = request.term > state.term;
  const mine = order === 0 && isMyTurn(state, from, request);
  const granted = mayVote(state) && newer && !leased && order >= 0 && !mine;
  if (granted) state.timer.postpone(limits.fastCampaignTicksMax);
  else if (!leased && order < 0) campaignSoon(state);
  const term = granted ? request.term : state.term;
  state.sendAfterTerm(from, { kind: 'vote', term, granted, pre: true });
}

/**
 * Two equal pre-candidates whose polls cross would both win and then split the vote; so the lesser
 * name goes first. Not if the other one refused us already: then our poll may be lost, and its is
 * the one that counts.
 */
function isMyTurn(state: RaftState, other: NodeId, request: RequestVote): boolean {
  if (state.role !== 'pre-candidate' || state.votes.has(other)) return false;
  return request.term === nextTerm(state) && compareIds(state.self, other) < 0;
}

/**
 * Somebody with an older log is campaigning, so there is no leader: with the better log, be quick.
 */
function campaignSoon(state: RaftState): void {
  if (state.leader === null && state.role === 'follower') {
    state.timer.hurry(limits.fastCampaignTicksMax);
  }
}

/**
 * Positive when the candidate's log is more up-to-date: later last term, or as late and longer
 * (5.4.1).
 */
function compareLogs(state: RaftState, request: RequestVote): number {
  const byTerm = request.lastTerm - state.log.lastTerm;
  return byTerm !== 0 ? byTerm : request.lastIndex - state.log.lastIndex;
}

export function onVote(state: RaftState, from: NodeId, vote: Vote): void {
  if (state.role !== (vote.pre ? 'pre-candidate' : 'candidate')) return;
  if (vote.granted && vote.term !== (vote.pre ? nextTerm(state) : state.term)) return;
  if (vote.granted || !state.votes.has(from)) state.votes.set(from, vote.granted);
  tally(state);
}

/** To be called when something became durable. */
export function countOwnVote(state: RaftState): void {
  if (state.role !== 'candidate' || !state.persistence.isTermDurable) return;
  state.votes.set(state.self, true);
  tally(state);
}

function tally(state: RaftState): void {
  const candidate = state.role === 'candidate';
  const { votes, down } = state;
  const result = jointVote(state.configurations.votingSets, (voter) => {
    return votes.get(voter) ?? (candidate && down.has(voter) ? false : undefined);
  });
  if (result === 'won') {
    if (candidate) becomeLeader(state);
    else startElection(state, false);
  } else if (result === 'lost') {
    becomeFollower(state, state.term, null);
    // The poll was won, so this was a split vote: try again soon, at random.
    if (candidate) state.timer.hurry(2 * limits.fastCampaignTicksMax);
  }
}

function nextTerm(state: RaftState): Term {
  return toTerm(state.term + 1);
}
