// That a group has let go of a departing member is reported when the configuration without it is
// committed, not before (Ongaro's thesis, section 4.1; docs/decisions/008, rule 2): one that is only
// written may be overwritten, and the next leader has the member still. Looked at when it is said,
// not when the control group has acted on it: by then the entry is nearly always committed.

import type { Ready } from '../../core/contract.ts';
import { epochOf } from '../../core/model/configuration.ts';
import type { GroupId, NodeId } from '../../core/model/ids.ts';
import { controlGroup } from '../../core/model/ids.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import { type Configurations, membersOf } from './configurations.ts';
import type { Invariant } from './watch.ts';

export class TrueReports implements Invariant {
  readonly #configurations: Configurations;

  constructor(configurations: Configurations) {
    this.#configurations = configurations;
  }

  onReady(machine: MachineView, { messages, persist }: Ready): void {
    for (const { message } of messages) {
      if (message.kind === 'report-released') this.#look(machine, message);
    }
    const control = machine.node?.replica(controlGroup)?.raft.view();
    if (control?.role !== 'leader') return;
    for (const record of persist?.records ?? []) {
      if (record.kind !== 'entries' || record.group !== controlGroup) continue;
      for (const { term, payload } of record.entries) {
        // Entries of other terms were looked at when they were written.
        if (term !== control.term || payload.kind !== 'command') continue;
        if (payload.command.kind === 'groups-released') this.#look(machine, payload.command);
      }
    }
  }

  #look(
    machine: MachineView,
    { node, groups }: { readonly node: NodeId; readonly groups: readonly GroupId[] },
  ): void {
    const state = machine.node?.replica(controlGroup)?.machine;
    if (state?.kind !== 'control') return;
    const departure = state.control.row.departures.find((each) => each.node === node);
    if (departure === undefined) return;
    for (const group of groups) {
      if (this.#hasLetGo(group, node, departure.epoch)) continue;
      throw new Violation(
        'released-in-truth',
        `group ${group}: ${machine.name} says that ${node} is released, but no configuration ` +
          `without it is committed since it departs (epoch ${departure.epoch})`,
      );
    }
  }

  #hasLetGo(group: GroupId, node: NodeId, epoch: number): boolean {
    const isWithout = (configuration: Parameters<typeof membersOf>[0]) =>
      !membersOf(configuration).includes(node);
    const committed = this.#configurations.committed(group);
    if (
      committed.some(
        (each) => epochOf(each.configuration) >= epoch && isWithout(each.configuration),
      )
    )
      return true;
    // It may never have got as far as to be a member of the control group: nothing changed there.
    const last = this.#configurations.committedAt(group, Number.POSITIVE_INFINITY);
    return group === controlGroup && isWithout(last);
  }
}
