// A read at `quorum` or `all` is not stale (ReadIndex; Raft paper, section 8; thesis, section 6.4):
// the state that it is answered from has everything that was committed anywhere when the leader was
// asked.

import type { Result } from '../../core/model/operation.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Asked, Invariant } from './watch.ts';

/** The index up to which the machine's replica of the group has applied the log. */
export type AppliedAt = (machine: MachineView, asked: Asked) => number | undefined;

export class FreshReads implements Invariant {
  readonly #appliedAt: AppliedAt;

  constructor(appliedAt: AppliedAt = appliedIndexOf) {
    this.#appliedAt = appliedAt;
  }

  onAnswer(machine: MachineView, asked: Asked, result: Result): void {
    if (result.kind !== 'read' && result.kind !== 'scanned') return;
    const { request, group, asLeader, committed } = asked;
    // Who passes a read on answers with another's state.
    if (!asLeader || request.consistency === 'one') return;
    const applied = this.#appliedAt(machine, asked);
    if (applied === undefined || applied >= committed) return;
    throw new Violation(
      'stale-read',
      `group ${group}: ${machine.name} answered a read from its state at ${applied}, although ` +
        `${committed} was committed when it was asked`,
    );
  }
}

function appliedIndexOf({ node }: MachineView, { group }: Asked): number | undefined {
  return group === null ? undefined : node?.replica(group)?.appliedIndex;
}
