// Who may campaign and who may vote while configurations change (Ongaro's thesis, sections 4.1 and
// 4.2.2). A node judges by its own log, which may be behind; what makes an election safe is that the
// CANDIDATE counts only the voters of its configuration, one durable vote of each in a term, given
// to logs that are as up-to-date. The rules here decide about liveness, and about a lost disk.

import type { RaftState } from './state.ts';

/**
 * A voter may, and so may one that a configuration excludes which is not committed yet: with the
 * longer log it votes for nobody who lacks that entry, so if it did not campaign either, a group
 * that needs its vote would stand still. It does not count itself (thesis, 4.2.2).
 */
export function mayCampaign(state: RaftState): boolean {
  const { configurations, self, isConfigurationCommitted } = state;
  return state.isVoter || (!isConfigurationCommitted && configurations.wasVoter(self));
}

/**
 * A member may vote: a learner too, because whoever asks it takes it for a voter, by a newer
 * configuration than its own, and may have no majority without it. A node that its configuration
 * does not name, committed, may not.
 *
 * This loses no liveness. A candidate that counts this node, and is as up-to-date as it, has a
 * configuration in its log that makes it a voter; it was a learner before, and was promoted only
 * when it held durably the entry that says so (catch-up.ts).
 *
 * And it makes a wiped disk harmless that comes back under its old name, if the name was removed (in
 * an entry R) before it was added again (in an entry A, proposed when R was committed). The new disk
 * has no configuration and votes for nobody until it holds A: what it is sent first is a snapshot at A
 * or after it, never entries of before (appending.ts), of which a part would name it a voter. From
 * then on it grants only to logs as up-to-date as its own. Such a log holds R: either its last entry
 * has the term of ours and is not before it, and then both logs are equal up to A (log matching); or
 * its last term is greater, and then the leader that wrote that entry had R, which was committed
 * earlier (leader completeness). So the candidate's configuration is R's or a later one. It does not
 * count this node, or it counts it
 * by a promotion after A, for what this disk, and not the lost one, has promised. Who was elected
 * with a vote of the lost disk, by a configuration from before R, is settled as for any change: the
 * two majorities share a node, and if that is the lost disk, it gave its vote before it could
 * acknowledge R, and then did not acknowledge it, or after, and then to a log that has R.
 *
 * Two things are not Raft's to see and are settled outside (docs/decisions/008): nobody who does not
 * know of the new disk can reach it, and a leader that learns of it resigns, for it may be of before
 * R, and must not count what the new disk acknowledges.
 *
 * A wiped disk whose name was NOT removed is no member that Raft could protect: as soon as it had
 * part of the log, it would be a voter that has forgotten. It must not start at all; that is what
 * the storage id is for.
 */
export function mayVote(state: RaftState): boolean {
  const { configurations, self, isConfigurationCommitted } = state;
  if (configurations.isMember(self)) return true;
  return !isConfigurationCommitted && configurations.wasMember(self);
}
