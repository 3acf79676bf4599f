// Members that go, in three steps that the log keeps apart, so that nothing is ever counted on that
// is not there and nothing is thrown away that is still needed:
//
//     member-departing   nothing is planned on it any more; every group is to let go of it
//     groups-released    these groups have; the control group itself comes last
//     member-removed     all have: it is no member, and its data directory never is one again

import type {
  GroupsReleasedCommand,
  MemberDepartingCommand,
  MemberRemovedCommand,
} from '../model/command.ts';
import type { ControlRow, Departure } from '../model/control-row.ts';
import { compareIds, groupId, type NodeId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import { missingFeature, missingFeatureWithout } from './levels.ts';
import { done, type Outcome, refused } from './outcome.ts';
import { type Planner, replanned, stayingMembers } from './planning.ts';

export function onMemberDeparting(
  row: ControlRow,
  command: MemberDepartingCommand,
  plan: Planner,
): Outcome {
  const { node, how } = command;
  const other = another(row, command);
  if (other !== null) return refused(row, 'member-unknown', other);
  const departure = row.departures.find((each) => each.node === node);
  if (departure?.how === how || departure?.how === 'lost') return done(row);
  if (departure !== undefined) return done(withDeparture(row, { ...departure, how }));
  const refusal = unknown(row, node) ?? notYet(row, command) ?? needed(row, command);
  if (refusal) return refusal;
  const groups = row.placement.map((_, group) => groupId(group));
  const epoch = row.epoch + 1;
  return done(replanned(withDeparture(row, { node, how, epoch, groups }), plan));
}

export function onGroupsReleased(row: ControlRow, command: GroupsReleasedCommand): Outcome {
  const departure = row.departures.find(({ node }) => node === command.node);
  if (departure === undefined) return done(row);
  const groups = departure.groups.filter((group) => !command.groups.includes(group));
  if (groups.length === departure.groups.length) return done(row);
  return done(withDeparture(row, { ...departure, groups }));
}

export function onMemberRemoved(row: ControlRow, { node }: MemberRemovedCommand): Outcome {
  const member = row.members.find((each) => each.node === node);
  if (member === undefined) return done(row);
  const groups = row.departures.find((each) => each.node === node)?.groups;
  if (groups?.length !== 0) {
    const found = groups === undefined ? 'is not leaving' : `waits for ${groups.length} groups`;
    const message = `${node} ${found}: it is removed when every group has released it`;
    return refused(row, 'member-needed', message);
  }
  const others = <T extends { readonly node: NodeId }>(all: readonly T[]) =>
    all.filter((each) => each.node !== node);
  return done({
    ...row,
    members: others(row.members),
    incarnations: others(row.incarnations),
    departures: others(row.departures),
    removed: [...row.removed, member].slice(-limits.removedMembersMax),
  });
}

function withDeparture(row: ControlRow, departure: Departure): ControlRow {
  const others = row.departures.filter(({ node }) => node !== departure.node);
  return { ...row, departures: [...others, departure].sort(byName) };
}

function byName(a: { readonly node: NodeId }, b: { readonly node: NodeId }): number {
  return compareIds(a.node, b.node);
}

/** The name is another directory's by now: who was meant is out. */
function another({ members }: ControlRow, command: MemberDepartingCommand): string | null {
  const { node, storageId } = command;
  const member = members.find((each) => each.node === node);
  if (storageId === undefined || member === undefined || member.storageId === storageId)
    return null;
  return `${node} with the data directory ${storageId} is no member: it has ${member.storageId} now`;
}

function unknown(row: ControlRow, node: NodeId): Outcome | null {
  if (row.members.some((member) => member.node === node)) return null;
  const wasRemoved = row.removed.some((member) => member.node === node);
  const names = row.members.map((member) => member.node).join(', ');
  const found = wasRemoved ? `${node} was removed already` : `no member is called ${node}`;
  return refused(row, 'member-unknown', `${found}: the members are ${names}`);
}

/** A lost member may be the only one that cannot be upgraded: it does not count then. */
function notYet(row: ControlRow, { node, how }: MemberDepartingCommand): Outcome | null {
  return how === 'lost'
    ? missingFeatureWithout(row, 'elasticity', node)
    : missingFeature(row, 'elasticity');
}

/**
 * One that leaves hands its copies over, which needs enough others to hand them to, unless it is
 * forced. The copies of a lost one are gone whatever is decided here: to refuse would only keep it
 * from being replaced. Without any member left there would be nobody to decide anything.
 */
function needed(row: ControlRow, { node, how, force }: MemberDepartingCommand): Outcome | null {
  const stay = stayingMembers(row).filter((member) => member.node !== node).length;
  const { replicationFactor } = row.settings;
  if (stay === 0) {
    const message = `${node} is the last member that stays: join another one first`;
    return refused(row, 'member-needed', message);
  }
  if (how === 'lost' || force || stay >= replicationFactor) return null;
  const found = `${stay} would stay without ${node}, for the replication factor ${replicationFactor}`;
  const next = 'join another one first, or lower the factor, or force it';
  return refused(row, 'member-needed', `${found}: ${next}`);
}
