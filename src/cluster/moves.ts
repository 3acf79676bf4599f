// How far the replicas are from where they should be: the desired placement, which the control group
// decides, beside the voters of each group, which its own log decides. Pure.

import type { ControlRow } from '../core/model/control-row.ts';
import type { GroupView } from './group-view.ts';

export interface NodeMoves {
  readonly node: string;
  /** Replicas of partitions that it votes with, of those that it should. */
  readonly moved: number;
  readonly total: number;
}

export interface Departing {
  readonly node: string;
  readonly how: 'leaving' | 'lost';
  /** Groups that have not let go of it yet. */
  readonly groups: number;
}

export interface Moves {
  /** Replicas of partitions that should be, and those of them that do not vote yet. */
  readonly replicas: number;
  readonly left: number;
  /** Replicas that vote and should not any more. */
  readonly surplus: number;
  readonly joining: readonly NodeMoves[];
  readonly departures: readonly Departing[];
}

interface GroupMoves {
  readonly wanted: readonly string[];
  readonly missing: readonly string[];
  readonly surplus: readonly string[];
}

/** What is still to be moved. A group without a leader that answers is not judged. */
export function movesOf(row: ControlRow, views: readonly GroupView[]): Moves {
  const groups = groupMoves(row, views);
  const nodes = row.members.map((member) => member.node as string);
  const leaving = new Set<string>(row.departures.map(({ node }) => node));
  const joining = nodes.filter((node) => !leaving.has(node) && isJoining(node, groups, leaving));
  return {
    replicas: sum(groups.map(({ wanted }) => wanted.length)),
    left: sum(groups.map(({ missing }) => missing.length)),
    surplus: sum(groups.map(({ surplus }) => surplus.length)),
    joining: joining.map((node) => nodeMoves(row, views, node)),
    departures: row.departures.map(({ node, how, groups: held }) => {
      return { node, how, groups: held.length };
    }),
  };
}

/** Of one node: how many of the partitions that it should hold it votes in. */
export function nodeMoves(row: ControlRow, views: readonly GroupView[], node: string): NodeMoves {
  const wanted = row.placement.flatMap((nodes, group) =>
    group > 0 && (nodes as readonly string[]).includes(node) ? [group] : [],
  );
  const moved = wanted.filter((group) => views[group]?.voters.includes(node) === true);
  return { node, moved: moved.length, total: wanted.length };
}

/** Every group that should have the node has it, and exactly the others that it should. */
export function isInPlace(row: ControlRow, views: readonly GroupView[], node: string): boolean {
  return (
    isHeard(row, views[0], node) &&
    row.placement.every((nodes, group) => {
      if (group === 0 || !(nodes as readonly string[]).includes(node)) return true;
      return isSettled(views[group], nodes);
    })
  );
}

/**
 * It hears the control group. If it should vote there, and their number is even without it, it soon
 * does: before, the group survives one failure less than it will. Else it does when it has been there
 * for a while.
 */
function isHeard(row: ControlRow, control: GroupView | undefined, node: string): boolean {
  if (control === undefined) return false;
  if (control.voters.includes(node)) return true;
  const isDue =
    row.placement[0]?.some((voter) => voter === node) && control.voters.length % 2 === 0;
  return !isDue && control.learners.includes(node);
}

/**
 * Every partition has the voters that it should have, every member hears the control group, and no
 * departure is known. Who of them votes in the control group is decided when they have been there for
 * a while: that moves no data.
 */
export function isAllInPlace(row: ControlRow, views: readonly GroupView[]): boolean {
  const control = views[0];
  const hearing = [...(control?.voters ?? []), ...(control?.learners ?? [])];
  return (
    row.departures.length === 0 &&
    row.members.every(({ node }) => hearing.includes(node)) &&
    row.placement.every((nodes, group) => group === 0 || isSettled(views[group], nodes))
  );
}

function isSettled(view: GroupView | undefined, nodes: readonly string[]): boolean {
  if (view === undefined || view.leader === null) return false;
  const same =
    view.voters.length === nodes.length && nodes.every((node) => view.voters.includes(node));
  return same && view.learners.length === 0;
}

function groupMoves(row: ControlRow, views: readonly GroupView[]): GroupMoves[] {
  return row.placement.flatMap((wanted: readonly string[], group) => {
    const view = views[group];
    if (group === 0 || view === undefined || view.leader === null) return [];
    const missing = wanted.filter((node) => !view.voters.includes(node));
    const surplus = view.voters.filter((node) => !wanted.includes(node));
    return [{ wanted, missing, surplus }];
  });
}

/**
 * It takes replicas over from members that stay, or holds none yet. One that takes over what a
 * leaving member had, or a further copy, is no newcomer.
 */
function isJoining(
  node: string,
  groups: readonly GroupMoves[],
  leaving: ReadonlySet<string>,
): boolean {
  const missing = groups.filter((group) => group.missing.includes(node));
  if (missing.length === 0) return false;
  const wanted = groups.filter((group) => group.wanted.includes(node));
  const takesOver = missing.some(({ surplus }) => surplus.some((other) => !leaving.has(other)));
  return takesOver || missing.length === wanted.length;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
