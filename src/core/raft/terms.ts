// The rule of terms for every message, before its kind matters (Raft paper, section 5.1): a newer
// term makes a follower of anyone, an older one is answered only where silence would leave its
// sender stuck.

import { assert } from '../model/assert.ts';
import type { NodeId } from '../model/ids.ts';
import type { RaftMessage } from './messages.ts';
import { wake } from './quiescence.ts';
import { becomeFollower } from './roles.ts';
import type { RaftState } from './state.ts';

/** True when the message is to be looked at; our term is then at least the sender's. */
export function admit(state: RaftState, from: NodeId, message: RaftMessage): boolean {
  if (message.term > state.term) return admitNewer(state, from, message);
  if (message.term < state.term) return admitOlder(state, from, message);
  return true;
}

function admitNewer(state: RaftState, from: NodeId, message: RaftMessage): boolean {
  switch (message.kind) {
    case 'request-vote':
      // A poll names a term that nobody is in yet.
      if (message.pre) return true;
      if (!message.transfer && state.isLeaseValid) {
        wake(state);
        return false;
      }
      break;
    case 'vote':
      if (message.pre && message.granted) return true;
      break;
    case 'append':
    case 'heartbeat':
    case 'install-snapshot':
    case 'timeout-now':
      becomeFollower(state, message.term, from);
      return true;
    default:
  }
  becomeFollower(state, message.term, null);
  return true;
}

/**
 * A node that came back with a higher term (it was a candidate when it was cut off) is protected by
 * nobody's lease and ignores the leader: telling the leader our term lets it step down and a new
 * one take both in. A candidate is told too, so that it can catch up.
 */
function admitOlder(state: RaftState, from: NodeId, message: RaftMessage): boolean {
  const { term } = state;
  switch (message.kind) {
    case 'append':
    case 'heartbeat':
    case 'install-snapshot':
      state.sendAfterTerm(from, {
        kind: 'heartbeat-ack',
        term,
        readRound: 0,
        appliedIndex: state.durablyApplied,
        lastIndex: state.log.lastIndex,
      });
      return false;
    case 'request-vote':
      state.sendAfterTerm(from, { kind: 'vote', term, granted: false, pre: message.pre });
      return false;
    case 'vote':
      // A refused poll carries the term of the voter, which may be behind ours.
      return message.pre && !message.granted;
    default:
      return false;
  }
}

/** The sender leads in our term: follow it. */
export function followLeader(state: RaftState, from: NodeId): void {
  assert(state.leadership === null, () => `two leaders in term ${state.term}`);
  if (state.leader === from) state.timer.leaderHeard();
  else {
    assert(state.leader === null, () => `two leaders in term ${state.term}`);
    becomeFollower(state, state.term, from);
  }
  state.leaseWaived = false;
}
