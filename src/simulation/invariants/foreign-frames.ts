// No frame of another cluster, and none of a data directory that the cluster does not know, is acted
// upon (DESIGN 5): it is dropped and counted. A foreign frame speaks of a term that this cluster
// never reaches, so whoever believed it is found by its term.

import type { Input } from '../../core/contract.ts';
import type { MachineView } from '../observation.ts';
import { Violation } from '../outcome.ts';
import type { Invariant, ReplicaView, ViewChange } from './watch.ts';

/** No run has so many elections. */
export const foreignTermMin = 1_000_000;

export class ForeignFrames implements Invariant {
  onInput({ name }: MachineView, input: Input): void {
    if (input.kind !== 'message' || input.message.kind !== 'group') return;
    const { message, group } = input.message;
    if (message.term < foreignTermMin) return;
    const facts = `group ${group}: ${name} took in ${message.kind} of another cluster as ${input.from}'s`;
    throw new Violation('foreign-frame', facts);
  }

  onView({ name }: MachineView, { group }: ReplicaView, { now }: ViewChange): void {
    if (now.term < foreignTermMin) return;
    const facts = `group ${group}: ${name} is in term ${now.term}, which only another cluster is in`;
    throw new Violation('foreign-frame', facts);
  }
}
