// How the groups tell the control group that they have let go of a departing member: whoever leads a
// group sees that its committed configuration lacks the member and that no `one` write of it can be
// left, and reports it until the control group's own row says so. The configuration must be of the
// placement without the member, or a later one: then a later leader of the group that has heard less
// of the control group does not take it in again (moves.ts). The control group lets go last.

import type { ReportReleased } from '../messages.ts';
import { epochOf } from '../model/configuration.ts';
import type { Departure } from '../model/control-row.ts';
import type { GroupId, NodeId } from '../model/ids.ts';
import { controlGroup } from '../model/ids.ts';
import { commandSize } from './command-size.ts';
import type { Outbox } from './outbox.ts';
import { membersOf } from './refusals.ts';
import type { Replica } from './replica.ts';
import type { Replicas } from './replicas.ts';
import { isSettled } from './standings.ts';

const reportTicks = 20;

export interface DeparturesOptions {
  readonly self: NodeId;
  readonly replicas: Replicas;
  readonly outbox: Outbox;
  readonly onProposed: (replica: Replica) => void;
}

export class Departures {
  readonly #options: DeparturesOptions;
  #sinceReported = 0;

  constructor(options: DeparturesOptions) {
    this.#options = options;
  }

  tick(ticks: number): void {
    this.#sinceReported += ticks;
    if (this.#sinceReported < reportTicks) return;
    this.#sinceReported = 0;
    const { controlRow, all } = this.#options.replicas;
    if (controlRow === null || controlRow.departures.length === 0) return;
    const leading = all.filter(isSettled);
    for (const departure of controlRow.departures) this.#report(departure, leading);
  }

  /** Another node leads these groups; what the row has already is not written again. */
  onReport({ node, groups, epoch }: ReportReleased): void {
    const { control, controlRow } = this.#options.replicas;
    if (!control?.raft.isLeader) return;
    const departure = controlRow?.departures.find(
      (one) => one.node === node && one.epoch === epoch,
    );
    const news = groups.filter((group) => departure?.groups.includes(group));
    if (news.length === 0) return;
    const command = { kind: 'groups-released', node, groups: news } as const;
    control.raft.propose(command, commandSize(command));
    this.#options.onProposed(control);
  }

  #report(departure: Departure, leading: readonly Replica[]): void {
    const { node, epoch } = departure;
    const groups = leading
      .filter((replica) => hasLetGo(replica, departure))
      .map(({ group }) => group);
    if (groups.length === 0) return;
    const report = { kind: 'report-released', node, groups, epoch } as const;
    const { self, replicas, outbox } = this.#options;
    const leader = replicas.control?.raft.leader ?? null;
    if (leader === self) this.onReport(report);
    else if (leader !== null) outbox.send(leader, report);
  }
}

function hasLetGo(replica: Replica, { node, groups, epoch }: Departure): boolean {
  const { group, machine, raft } = replica;
  if (!groups.includes(group) || membersOf(raft.configuration).includes(node)) return false;
  if (machine.kind === 'control') return isLast(groups);
  return epochOf(raft.configuration) >= epoch && !machine.partition.departed.includes(node);
}

function isLast(groups: readonly GroupId[]): boolean {
  return groups.every((group) => group === controlGroup);
}
