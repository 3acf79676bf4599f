// What a leader asks before it changes the configuration. Every refusal is a value that says what is
// in the way; nothing has happened then. A change that is accepted may still be lost with its leader,
// as any entry: the configuration in force tells.

import type { MemberChange } from '../model/configuration.ts';
import { isJoint, isSame, jointOf, needsJoint, withChanges } from '../model/configuration.ts';
import type { Configuration } from '../model/entry.ts';
import type { NodeId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import { majority } from '../model/quorum.ts';
import type { ChangeRefusal, ChangeResult } from './contract.ts';
import { leaveQuiet } from './quiescence.ts';
import { appendConfiguration, isAnswering } from './reconfiguration.ts';
import type { Leadership, RaftState } from './state.ts';

export function proposeChanges(
  state: RaftState,
  leadership: Leadership,
  { changes, epoch }: { readonly changes: readonly MemberChange[]; readonly epoch: number },
): ChangeResult {
  const untimely = untimelyFor(state, leadership);
  if (untimely !== null) return untimely;
  const before = state.configurations.current;
  const after = withChanges(before, changes, epoch);
  const refusal = refusalOf(state, leadership, { before, after });
  if (refusal !== null) return refusal;
  leaveQuiet(state);
  const { self, term } = state;
  const losesVote = before.voters.includes(self) && !after.voters.includes(self);
  const joint = losesVote || needsJoint(before, after);
  const configuration = joint ? jointOf(before, after) : after;
  const index = appendConfiguration(state, leadership, configuration);
  return { kind: 'proposed', index, term };
}

/** What is in the way of any change now. */
function untimelyFor(state: RaftState, { transfer }: Leadership): ChangeRefusal | null {
  if (transfer !== null) return { kind: 'transferring', to: transfer.to };
  const { current: configuration, currentIndex: index } = state.configurations;
  if (isJoint(configuration) || index > state.appliedIndex) {
    return { kind: 'change-in-progress', configuration, index };
  }
  // A leader of an earlier term may have left one that is in nobody's way yet but ours (Ongaro's
  // correction of single-server changes, 2015).
  return state.hasCommittedInTerm ? null : { kind: 'term-not-committed' };
}

interface Change {
  readonly before: Configuration;
  readonly after: Configuration;
}

/** What is in the way of this one. */
function refusalOf(
  state: RaftState,
  leadership: Leadership,
  { before, after }: Change,
): ChangeRefusal | null {
  if (after.voters.length === 0) return { kind: 'no-voters' };
  if (isSame(before, after)) return { kind: 'no-change' };
  const members = after.voters.length + after.learners.length;
  if (members > limits.groupMembersMax) {
    return { kind: 'too-many-members', members, membersMax: limits.groupMembersMax };
  }
  for (const node of after.voters) {
    if (before.voters.includes(node)) continue;
    const refusal = refusePromotion(state, leadership, { node, before });
    if (refusal !== null) return refusal;
  }
  return refuseLossOfQuorum(state, leadership, { before, after });
}

/** A voter without the log would take part in every majority and help none (thesis, 4.2.1). */
function refusePromotion(
  state: RaftState,
  leadership: Leadership,
  { node, before }: { readonly node: NodeId; readonly before: Configuration },
): ChangeRefusal | null {
  const progress = leadership.progress.get(node);
  if (progress === undefined || !before.learners.includes(node)) {
    return { kind: 'not-a-learner', node };
  }
  const { lastIndex } = state.log;
  const { catchUp, match } = progress;
  catchUp.observe({ match, lastIndex, now: state.now });
  const active = isAnswering(state, progress);
  if (active && catchUp.isCaughtUp) return null;
  return { kind: 'not-caught-up', node, entriesBehind: lastIndex - match, active };
}

/** The new voters must be able to commit the change, or nobody can ever commit anything again. */
function refuseLossOfQuorum(
  state: RaftState,
  leadership: Leadership,
  { before, after }: Change,
): ChangeRefusal | null {
  if (before.voters.join() === after.voters.join()) return null;
  const active = after.voters.filter((node) => {
    const progress = leadership.progress.get(node);
    return node === state.self || (progress !== undefined && isAnswering(state, progress));
  });
  const needed = majority(after.voters.length);
  return active.length >= needed ? null : { kind: 'no-quorum', active, needed };
}
