// A change of the cluster that is acknowledged is committed: it stands in the control group's log at
// the index that the answer names. Whoever starts a machine on an answer must be able to rely on it.

import type { Command } from '../../core/model/command.ts';
import { controlGroup } from '../../core/model/ids.ts';
import type { AdminOperation, Operation, Result } from '../../core/model/operation.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Commits } from './commits.ts';
import type { Asked, Invariant } from './watch.ts';

const commandOf: Readonly<Record<AdminOperation['kind'], Command['kind']>> = {
  join: 'member-joined',
  leave: 'member-departing',
  configure: 'settings-changed',
};

export class TrueChanges implements Invariant {
  readonly #commits: Commits;

  constructor(commits: Commits) {
    this.#commits = commits;
  }

  onAnswer({ name }: MachineView, { request }: Asked, result: Result): void {
    const { operation } = request;
    if (result.kind !== 'administered' || !isAdministration(operation)) return;
    const payload = this.#commits.of(controlGroup).at(result.index)?.entry.payload;
    const found = payload?.kind === 'command' ? payload.command.kind : payload?.kind;
    if (found === commandOf[operation.kind]) return;
    throw new Violation(
      'durability',
      `${name} acknowledged ${operation.kind} at index ${result.index} of the control group, where ` +
        `${found ?? 'nothing'} is committed`,
    );
  }
}

function isAdministration(operation: Operation): operation is AdminOperation {
  return operation.kind in commandOf;
}
