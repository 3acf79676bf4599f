// Members that come: a new one is put down with its data directory, and each start of its node
// proves that it still has that one. A name may be used again, a data directory never (DESIGN 5).

import type { MemberJoinedCommand, MemberStartedCommand } from '../model/command.ts';
import type { ControlRow } from '../model/control-row.ts';
import { compareIds } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type { Member } from '../model/member.ts';
import { missingFeature } from './levels.ts';
import { done, type Outcome, refused } from './outcome.ts';
import { type Planner, replanned } from './planning.ts';

export function onMemberStarted(row: ControlRow, command: MemberStartedCommand): Outcome {
  const { node, storageId, incarnation, featureLevel } = command;
  const expected = row.members.find((member) => member.node === node)?.storageId;
  if (expected !== storageId) {
    const known = expected === undefined ? 'no member' : `the member with ${expected}`;
    const message = `${node} is ${known}, and started with ${storageId}: replace it by a new one`;
    return refused(row, 'member-unknown', message);
  }
  const last = row.incarnations.find((known) => known.node === node);
  if (last !== undefined && last.incarnation >= incarnation) return done(row);
  const others = row.incarnations.filter((known) => known !== last);
  const incarnations = [...others, { node, incarnation, featureLevel }];
  return done({ ...row, incarnations: incarnations.sort(byName) });
}

export function onMemberJoined(
  row: ControlRow,
  { member }: MemberJoinedCommand,
  plan: Planner,
): Outcome {
  const namesake = row.members.find(({ node }) => node === member.node);
  if (namesake?.storageId === member.storageId) return done(row);
  const refusal =
    (namesake && nameTaken(row, namesake)) ??
    storageTaken(row, member) ??
    missingFeature(row, 'elasticity') ??
    tooMany(row);
  if (refusal) return refusal;
  const members = [...row.members, member].sort(byName);
  return done(replanned({ ...row, members }, plan));
}

function nameTaken(row: ControlRow, { node, storageId }: Member): Outcome {
  const isLeaving = row.departures.some((departure) => departure.node === node);
  const next = isLeaving ? 'wait until it has left' : 'take another name, or let it leave first';
  const message = `${node} is a member, with the data directory ${storageId}: ${next}`;
  return refused(row, 'member-exists', message);
}

function storageTaken(row: ControlRow, { storageId }: Member): Outcome | null {
  const owns = (each: Member) => each.storageId === storageId;
  const owner = row.members.find(owns);
  const former = row.removed.find(owns);
  const next = 'join with a new data directory';
  if (owner !== undefined) {
    const message = `the data directory ${storageId} is that of ${owner.node}: ${next}`;
    return refused(row, 'member-exists', message);
  }
  if (former === undefined) return null;
  const was = `was that of ${former.node}, which was removed, and never comes back`;
  return refused(row, 'member-exists', `the data directory ${storageId} ${was}: ${next}`);
}

/** Every member holds a replica of the control group. */
function tooMany(row: ControlRow): Outcome | null {
  if (row.members.length < limits.groupMembersMax) return null;
  const message = `the cluster has ${row.members.length} members, at most ${limits.groupMembersMax}`;
  return refused(row, 'overloaded', `${message}: let one leave first`);
}

function byName(a: { readonly node: string }, b: { readonly node: string }): number {
  return compareIds(a.node, b.node);
}
