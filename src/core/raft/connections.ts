// What the death and the return of a connection mean to a group. A killed process is noticed within
// milliseconds this way, long before any timeout; PreVote keeps a false alarm harmless.

import type { NodeId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import { repeatVoteRequest } from './election.ts';
import { wake } from './quiescence.ts';
import type { RaftState } from './state.ts';

export function onPeerDown(state: RaftState, peer: NodeId): void {
  state.down.add(peer);
  if (state.leadership !== null) {
    const progress = state.leadership.progress.get(peer);
    progress?.becomeProbe();
    if (progress !== undefined) progress.cut = true;
    if (state.leadership.transfer?.to === peer) state.leadership.transfer = null;
    wake(state);
  } else if (state.leader === peer) {
    state.leaseWaived = true;
    state.quiet = false;
    state.timer.hurry(limits.fastCampaignTicksMax);
  }
}

export function onPeerUp(state: RaftState, peer: NodeId): void {
  state.down.delete(peer);
  if (state.leadership === null) {
    repeatVoteRequest(state, peer);
    return;
  }
  const progress = state.leadership.progress.get(peer);
  if (progress === undefined) return;
  // It may have restarted, and then knows no leader: it is greeted even if it lacks nothing.
  wake(state);
  progress.becomeProbe();
  progress.cut = false;
  state.leadership.appendsDue = true;
}
