// The leader of a group moves it to where it is wanted, one step of reconfiguration at a time:
//
//   add a learner ─► it catches up (snapshot, entries) ─► promote it, and in the same change let
//   one go that is not wanted ─► …
//
// A group never has fewer voters on living disks than before and than it should. What is wanted is
// the desired placement of the control group; where a move stands is only in the group's own log,
// so a new leader goes on where the last one was.

import { epochOf, type MemberChange } from '../model/configuration.ts';
import type { ControlRow } from '../model/control-row.ts';
import type { Configuration } from '../model/entry.ts';
import type { NodeId } from '../model/ids.ts';
import { controlGroup } from '../model/ids.ts';
import type { Bounds } from '../model/limits.ts';
import { type DesiredRow, desiredRow } from '../placement/desired.ts';
import { commandSize } from './command-size.ts';
import type { Liveness } from './liveness.ts';
import { membersOf } from './refusals.ts';
import type { Replica } from './replica.ts';
import type { Replicas } from './replicas.ts';
import { isSettled } from './standings.ts';

/** Nothing of a move waits for this; it only finds out that a step is done. */
const lookTicks = 5;
/** When all is in place: only a new placement or a new leader has something to do, and it can wait. */
const restTicks = 50;

export interface MovesOptions {
  readonly self: NodeId;
  readonly replicas: Replicas;
  readonly liveness: Liveness;
  readonly bounds: Pick<Bounds, 'movesMax' | 'moveBytesMax' | 'stableTicks'>;
  /** The replica's raft was given something to do. */
  readonly onProposed: (replica: Replica) => void;
}

export class Moves {
  readonly #options: MovesOptions;
  #sinceLooked = 0;
  /** The row by which the last look found everything in place; null when it did not. */
  #settledBy: ControlRow | null = null;

  constructor(options: MovesOptions) {
    this.#options = options;
  }

  tick(ticks: number): void {
    this.#sinceLooked += ticks;
    if (this.#sinceLooked < lookTicks) return;
    const row = this.#options.replicas.controlRow;
    const rests = row !== null && row === this.#settledBy;
    if (row === null || (rests && this.#sinceLooked < restTicks)) return;
    this.#sinceLooked = 0;
    const leads = this.#options.replicas.all.filter(({ raft }) => raft.isLeader);
    const settled = leads.filter(isSettled);
    const budget = this.#budgetLeft(row, settled);
    const moving = settled.filter((replica) => this.#advance(replica, row, budget));
    this.#settledBy = moving.length === 0 && settled.length === leads.length ? row : null;
  }

  /** Copies under way are what a move costs; everything else of it is a few messages. */
  #budgetLeft(row: ControlRow, leading: readonly Replica[]): Budget {
    const { movesMax, moveBytesMax } = this.#options.bounds;
    const budget: Budget = { moves: movesMax, bytes: moveBytesMax };
    for (const replica of leading) {
      const { learners } = replica.raft.configuration;
      const wanted = desiredRow(row, replica.group).voters;
      if (replica.group === controlGroup || !learners.some((node) => wanted.includes(node))) {
        continue;
      }
      spend(budget, replica);
    }
    return budget;
  }

  /** False: there was nothing to do for the group, and there will be nothing by this row. */
  #advance(replica: Replica, row: ControlRow, budget: Budget): boolean {
    const { configuration } = replica.raft;
    // The control group's log is its own clock; another group's may know more than the row here.
    if (replica.group !== controlGroup && epochOf(configuration) > row.epoch) return true;
    const isReleasing = this.#releaseLost(replica, row);
    const wanted = desiredRow(row, replica.group);
    if (isAsWanted(configuration, wanted)) {
      if (!isReportDue(replica, row)) return isReleasing;
      this.#propose(replica, [], row);
      return true;
    }
    const changes =
      this.#additions(replica, wanted, budget) ?? this.#exchange(replica, { wanted, row });
    if (changes.length > 0) this.#propose(replica, changes, row);
    return true;
  }

  #propose(replica: Replica, changes: readonly MemberChange[], { epoch }: ControlRow): void {
    if (replica.raft.proposeConfiguration(changes, epoch).kind !== 'proposed') return;
    this.#options.onProposed(replica);
  }

  /** A learner more for the log of the group, one at a time; null when none is to be added now. */
  #additions(replica: Replica, wanted: DesiredRow, budget: Budget): MemberChange[] | null {
    const { liveness } = this.#options;
    const here = membersOf(replica.raft.configuration);
    const isMissing = (node: NodeId) => !here.includes(node) && liveness.reachable(node);
    const missing = [...wanted.voters, ...wanted.learners].find(isMissing);
    if (missing === undefined) return null;
    if (replica.group !== controlGroup) {
      if (budget.moves <= 0 || budget.bytes <= 0) return null;
      spend(budget, replica);
    }
    return [{ node: missing, to: 'learner' }];
  }

  /** Promotes who is ready, and lets go of as many as are then too many. */
  #exchange(
    replica: Replica,
    { wanted, row }: { readonly wanted: DesiredRow; readonly row: ControlRow },
  ): MemberChange[] {
    const { voters, learners } = replica.raft.configuration;
    const ready = this.#readyOf(replica, { wanted, row });
    const promoted = ready.filter((node) => learners.includes(node));
    const unwanted = voters.filter((node) => !wanted.voters.includes(node));
    const lost = unwanted.filter((node) => isLost(row, node));
    const living = unwanted.filter((node) => !lost.includes(node));
    const kept = voters.length - unwanted.length + promoted.length;
    const spare = Math.max(0, kept + living.length - wanted.voters.length);
    // The leader itself comes last: it hands over on the way.
    const { self } = this.#options;
    const inOrder = [...living].sort((a, b) => Number(a === self) - Number(b === self));
    const strangers = learners.filter((node) => !membersOfRow(wanted).includes(node));
    return [
      ...promoted.map((node) => ({ node, to: 'voter' }) as const),
      ...[...lost, ...inOrder.slice(0, spare)].map((node) => letGo(node, wanted)),
      ...strangers.map((node) => ({ node, to: 'removed' }) as const),
    ];
  }

  #readyOf(
    replica: Replica,
    { wanted, row }: { readonly wanted: DesiredRow; readonly row: ControlRow },
  ): readonly NodeId[] {
    const ready = replica.raft
      .progressOf()
      .filter(({ node, caughtUp }) => caughtUp && wanted.voters.includes(node))
      .map(({ node }) => node);
    if (replica.group !== controlGroup) return ready;
    const { voters } = replica.raft.configuration;
    const isGoing = (node: NodeId) => !wanted.voters.includes(node) && !isLost(row, node);
    return this.#steadyOf(ready, { voters, someGo: voters.some(isGoing) });
  }

  /**
   * A voter of the control group should have been well for a while, or it comes and goes with the
   * majority. One more beside an even number, when nobody living goes in exchange, needs no greater
   * majority: it can only help, and is taken at once. So the group survives the next death as soon as
   * a lost voter is replaced.
   */
  #steadyOf(
    ready: readonly NodeId[],
    { voters, someGo }: { readonly voters: readonly NodeId[]; readonly someGo: boolean },
  ): readonly NodeId[] {
    const { liveness, bounds } = this.#options;
    const { stableTicks } = bounds;
    const steady = ready.filter(
      (node) => voters.includes(node) || liveness.wellTicks(node) >= stableTicks,
    );
    const next = ready.find((node) => !steady.includes(node));
    const isNew = steady.some((node) => !voters.includes(node));
    if (next === undefined || someGo || isNew || voters.length % 2 === 1) return steady;
    return [...steady, next];
  }

  /** Nothing of a lost disk comes back: no tombstone is kept for its sake. */
  #releaseLost(replica: Replica, row: ControlRow): boolean {
    if (replica.machine.kind !== 'data') return false;
    const { partition } = replica.machine;
    for (const node of partition.departed) {
      const isMember = row.members.some((member) => member.node === node);
      if (isMember && !isLost(row, node)) continue;
      const command = { kind: 'owner-released', node } as const;
      replica.raft.propose(command, commandSize(command));
      this.#options.onProposed(replica);
    }
    return partition.departed.length > 0;
  }
}

/** A member is leaving, and the log does not say yet that this is known here (departures.ts). */
function isReportDue({ group, raft }: Replica, { departures }: ControlRow): boolean {
  if (group === controlGroup) return false;
  const epoch = epochOf(raft.configuration);
  return departures.some(
    (departure) => departure.groups.includes(group) && epoch < departure.epoch,
  );
}

interface Budget {
  moves: number;
  bytes: number;
}

function spend(budget: Budget, replica: Replica): void {
  budget.moves -= 1;
  budget.bytes -= replica.machine.kind === 'data' ? replica.machine.partition.bytes : 0;
}

function letGo(node: NodeId, wanted: DesiredRow): MemberChange {
  return { node, to: wanted.learners.includes(node) ? 'learner' : 'removed' };
}

function isLost(row: ControlRow, node: NodeId): boolean {
  return row.departures.some((departure) => departure.node === node && departure.how === 'lost');
}

function membersOfRow({ voters, learners }: DesiredRow): readonly NodeId[] {
  return [...voters, ...learners];
}

function isAsWanted({ voters, learners }: Configuration, wanted: DesiredRow): boolean {
  return isSameSet(voters, wanted.voters) && isSameSet(learners, wanted.learners);
}

function isSameSet(some: readonly NodeId[], others: readonly NodeId[]): boolean {
  return some.length === others.length && some.every((node) => others.includes(node));
}
