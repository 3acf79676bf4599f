// Changes of the cluster itself, asked for by clients: proposed by the leader of the control group,
// answered when the entry is applied, with what the state machine said. Every change may be repeated:
// one that was made already is answered as made, so an unknown outcome is settled by asking again.

import type { Control } from '../control/control.ts';
import type { ControlResult } from '../control/outcome.ts';
import { assertNever } from '../model/assert.ts';
import type { ControlCommand } from '../model/command.ts';
import type { ControlRow } from '../model/control-row.ts';
import type { Entry } from '../model/entry.ts';
import type { LogIndex, Term } from '../model/ids.ts';
import type { AdminOperation, Refusal } from '../model/operation.ts';
import type { Call, Calls } from './call.ts';
import { commandSize } from './command-size.ts';
import type { Liveness } from './liveness.ts';
import { describeReach, hasQuorum, nameOf, reachOf } from './reach.ts';
import { letGo, refuse } from './refusals.ts';
import type { Replica } from './replica.ts';

interface Proposed {
  readonly call: Call;
  readonly term: Term;
}

export interface AdministrationOptions {
  readonly calls: Calls;
  readonly liveness: Liveness;
}

export class Administration {
  readonly #options: AdministrationOptions;
  readonly #proposed = new Map<LogIndex, Proposed>();

  constructor(options: AdministrationOptions) {
    this.#options = options;
  }

  /** This node leads the control group, whose replica and row these are. */
  propose(
    call: Call,
    operation: AdminOperation,
    { replica: control, machine }: { readonly replica: Replica; readonly machine: Control },
  ): void {
    const { liveness } = this.#options;
    if (!hasQuorum(control, liveness)) {
      const message = describeReach(control, reachOf(control, liveness));
      this.#refuse(call, control, { reason: 'unavailable', effect: 'none', message });
      return;
    }
    const objection = objectionTo(operation, machine.row, liveness);
    if (objection !== null) {
      this.#refuse(call, control, { reason: 'member-needed', effect: 'none', message: objection });
      return;
    }
    const command = commandOf(operation);
    // What is refused already need not go into the log, and what older builds cannot read must not.
    const foreseen = machine.foresee(command);
    if (foreseen.kind === 'refused') {
      this.#refuse(call, control, { ...foreseen, effect: 'none' });
      return;
    }
    const proposal = control.raft.propose(command, commandSize(command));
    if (proposal.kind !== 'proposed') {
      const reason = proposal.kind === 'overloaded' ? 'overloaded' : 'not-leader';
      const message = `${nameOf(control)} takes no change now (${proposal.kind})`;
      this.#refuse(call, control, { reason, effect: 'none', message });
      return;
    }
    const older = this.#proposed.get(proposal.index);
    if (older) this.#timeOut(older.call, control);
    call.onDeadline = () => this.#timeOut(call, control);
    this.#proposed.set(proposal.index, { call, term: proposal.term });
  }

  onApplied(control: Replica, entry: Entry, result: ControlResult | null): void {
    const proposed = this.#proposed.get(entry.index);
    if (proposed === undefined) return;
    this.#proposed.delete(entry.index);
    const { call, term } = proposed;
    if (term !== entry.term || result === null) {
      const message = 'another leader took over before this change was replicated';
      this.#refuse(call, control, { reason: 'not-leader', effect: 'none', message });
      return;
    }
    if (result.kind === 'done') {
      this.#options.calls.answer(call, { kind: 'administered', index: entry.index });
      return;
    }
    this.#refuse(call, control, { ...result, effect: 'none' });
  }

  /** A snapshot replaced the row: what became of the changes before it is not known here. */
  onInstalled(control: Replica): void {
    for (const [index, { call }] of this.#proposed) {
      if (index > control.appliedIndex) continue;
      this.#proposed.delete(index);
      this.#timeOut(call, control);
    }
  }

  /** Asked again, a change that was made is answered as made. */
  onLetGo(control: Replica): void {
    const reach = reachOf(control, this.#options.liveness);
    for (const { call } of this.#proposed.values())
      this.#options.calls.answer(call, letGo(control, reach));
    this.#proposed.clear();
  }

  #refuse(
    call: Call,
    control: Replica,
    facts: Pick<Refusal, 'reason' | 'effect' | 'message'>,
  ): void {
    const reach = reachOf(control, this.#options.liveness);
    this.#options.calls.answer(call, refuse({ ...facts, reach }));
  }

  #timeOut(call: Call, control: Replica): void {
    const reach = reachOf(control, this.#options.liveness);
    const message = `proposed, but not known to be committed: ${describeReach(control, reach)}`;
    this.#refuse(call, control, { reason: 'timeout', effect: 'unknown', message });
  }
}

/** What only a node can see: who runs. null: nothing is in the way. */
function objectionTo(
  operation: AdminOperation,
  row: ControlRow,
  liveness: Liveness,
): string | null {
  if (operation.kind !== 'leave' || operation.force) return null;
  const { node, how } = operation;
  if (row.departures.some((departure) => departure.node === node)) return null;
  const runs = liveness.reachable(node);
  if (how === 'lost' && runs) return `${node} is running, so its disk is not lost`;
  if (how === 'leaving' && !runs) return `${node} is not reachable, so it can not hand over`;
  return null;
}

function commandOf(operation: AdminOperation): ControlCommand {
  switch (operation.kind) {
    case 'join':
      return { kind: 'member-joined', member: operation.member };
    case 'leave':
      return { ...operation, kind: 'member-departing' };
    case 'configure': {
      const { replicationFactor, deadNodeTimeoutMs } = operation;
      return { kind: 'settings-changed', replicationFactor, deadNodeTimeoutMs };
    }
    default:
      return assertNever(operation);
  }
}
