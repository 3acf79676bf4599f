// A read at `one` shows what its owner has accepted (read-your-writes at one server; Bayou, Terry et
// al. 1994 and 1995): a `one` write that waits in the owner's journal is in the version of what the
// owner answers, be it as the value or as one that lost against it.

import { covers } from '../../core/clocks/vector.ts';
import type { Result } from '../../core/model/operation.ts';
import type { Dot } from '../../core/model/version.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Disks } from './disks.ts';
import { dotName } from './entry-content.ts';
import type { Asked, Invariant } from './watch.ts';

/** Has the machine's own replica merged it? Then the journal may have forgotten it. */
export type HasMerged = (machine: MachineView, asked: Asked, dot: Dot) => boolean;

export class OwnWrites implements Invariant {
  readonly #disks: Disks;
  readonly #hasMerged: HasMerged;

  constructor(disks: Disks, hasMerged: HasMerged = hasReplicaMerged) {
    this.#disks = disks;
    this.#hasMerged = hasMerged;
  }

  onAnswer(machine: MachineView, asked: Asked, result: Result): void {
    const { request, group } = asked;
    if (result.kind !== 'read' || request.consistency !== 'one' || group === null) return;
    const { operation } = request;
    if (operation.kind !== 'get') return;
    for (const { dot, key } of this.#disks.replica(machine.name, group).tentative.values()) {
      if (key !== operation.key || this.#hasMerged(machine, asked, dot)) continue;
      if (result.version !== null && covers(result.version.vector, dot)) continue;
      throw new Violation(
        'own-writes',
        `group ${group}: ${machine.name} answered a read of ${key} at \`one\` without its own ` +
          `write ${dotName(dot)}`,
      );
    }
  }
}

function hasReplicaMerged({ node }: MachineView, { group }: Asked, dot: Dot): boolean {
  const machine = group === null ? undefined : node?.replica(group)?.machine;
  return machine?.kind === 'data' && machine.partition.hasMerged(dot);
}
