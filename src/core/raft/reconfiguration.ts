// How a leader changes the configuration (Ongaro's thesis, chapter 4), one change at a time. Each
// configuration is an entry, in force on every node from the moment it is in its log:
//
//   C_old ──one voter more or less──────────────────────────────► C_new
//     └─────more, or the leader itself──► C_old,new ──committed──► C_new      (left by itself, by
//                                             │                                any leader)
//                                             └─ a leader that is to go hands over, once
//
// The next entry is never written before the last one is committed, nor before the leader has
// committed in its own term: then no two configurations can be in use whose majorities do not meet.
// A leader that C_new does not name goes on until C_new is committed, counts itself for nothing
// (quorum.ts counts voters only), and steps down.

import { isJoint, leftJoint } from '../model/configuration.ts';
import type { Configuration } from '../model/entry.ts';
import type { LogIndex, NodeId } from '../model/ids.ts';
import { broadcastCommit, replicate, sendCommit } from './appending.ts';
import { followConfiguration } from './audience.ts';
import type { Progress } from './progress.ts';
import { confirmReads } from './read-index.ts';
import { appendAsLeader, becomeFollower } from './roles.ts';
import type { Leadership, RaftState } from './state.ts';
import { beginTransfer } from './transfer.ts';

/** What a configuration entry costs on the wire: its own bytes, and a few around each name. */
const entryBytes = 16;
const nameBytes = 2;

/** In force at once. To be called only when the one before is committed. */
export function appendConfiguration(
  state: RaftState,
  leadership: Leadership,
  configuration: Configuration,
): LogIndex {
  const { voters, votersOutgoing, learners } = configuration;
  const names = [...voters, ...votersOutgoing, ...learners];
  const size = names.reduce((bytes, name) => bytes + name.length + nameBytes, entryBytes);
  const payload = { kind: 'configuration', configuration } as const;
  const index = appendAsLeader(state, leadership, { payload, size });
  followConfiguration(state, leadership);
  // Those whose confirmation a read still waited for may be voters no more, and never answer.
  confirmReads(state, leadership);
  return index;
}

/** To be called with each heartbeat: a round that drags on is noticed without an acknowledgement. */
export function observeCatchUps(state: RaftState, leadership: Leadership): void {
  for (const progress of leadership.progress.values()) observeCatchUp(state, progress);
}

export function observeCatchUp(state: RaftState, { catchUp, match }: Progress): void {
  catchUp.observe({ match, lastIndex: state.log.lastIndex, now: state.now });
}

/** To be called when entries were committed, and with each heartbeat. */
export function continueChange(state: RaftState, leadership: Leadership): void {
  if (!state.isConfigurationCommitted || !state.hasCommittedInTerm) return;
  bidFarewell(state, leadership);
  if (isJoint(state.configurations.current)) leaveJoint(state, leadership);
  else if (!state.isVoter) stepDown(state, leadership);
}

/** Tells those who are no members any more that this is committed: their last word from here. */
function bidFarewell(state: RaftState, leadership: Leadership): void {
  const isGone = ({ node }: Progress) => !state.configurations.isMember(node);
  const gone = [...leadership.progress.values()].filter(isGone);
  if (gone.length === 0) return;
  // No answer is waited for: who led before may still have to hear what became of its proposals.
  for (const progress of gone) if (progress.mode === 'probe') progress.paused = false;
  replicate(state, leadership);
  for (const progress of gone) sendCommit(state, progress);
  followConfiguration(state, leadership);
}

function leaveJoint(state: RaftState, leadership: Leadership): void {
  const { current } = state.configurations;
  if (!current.voters.includes(state.self) && isHandingOver(state, leadership)) return;
  appendConfiguration(state, leadership, leftJoint(current));
}

/**
 * While the joint configuration lasts this node is still a member, hears what is committed and can
 * answer for it; so that is the time to let somebody else lead, who then leaves the joint
 * configuration. Tried once: if nobody takes over within an election timeout, this leader goes on.
 */
function isHandingOver(state: RaftState, leadership: Leadership): boolean {
  if (leadership.transfer !== null) return true;
  if (leadership.handedOver) return false;
  leadership.handedOver = true;
  const heir = heirOf(state, leadership);
  return heir !== null && beginTransfer(state, leadership, heir);
}

/** Nobody has to wait for an election timeout: the heir is sent everything, and campaigns. */
function stepDown(state: RaftState, leadership: Leadership): void {
  broadcastCommit(state, leadership);
  const heir = heirOf(state, leadership);
  leadership.transfer = null;
  becomeFollower(state, state.term, null);
  if (heir !== null) state.outbox.send(heir, { kind: 'timeout-now', term: state.term });
}

/** Of those that will vote, and answer, who has most of the log; the first by name of these. */
function heirOf(state: RaftState, leadership: Leadership): NodeId | null {
  let heir: Progress | null = null;
  for (const node of state.configurations.current.voters) {
    const progress = leadership.progress.get(node);
    if (progress === undefined || !isAnswering(state, progress)) continue;
    if (heir === null || progress.match > heir.match) heir = progress;
  }
  return heir?.node ?? null;
}

export function isAnswering(state: RaftState, progress: Progress): boolean {
  return progress.isActive(state.now) && !state.down.has(progress.node);
}
