// The replicas that this node holds now, in order of their groups. They come and go while the node
// runs: a leader's message bears one, a configuration without this node ends it.

import type { ControlRow } from '../model/control-row.ts';
import type { GroupId } from '../model/ids.ts';
import { controlGroup } from '../model/ids.ts';
import type { Replica } from './replica.ts';

export class Replicas {
  readonly #byGroup = new Map<GroupId, Replica>();
  #sorted: readonly Replica[] = [];

  get(group: GroupId): Replica | undefined {
    return this.#byGroup.get(group);
  }

  /** Sorted by group. */
  get all(): readonly Replica[] {
    return this.#sorted;
  }

  get control(): Replica | undefined {
    return this.#byGroup.get(controlGroup);
  }

  /** What the control group has decided, as far as it is applied here. */
  get controlRow(): ControlRow | null {
    const machine = this.control?.machine;
    return machine?.kind === 'control' ? machine.control.row : null;
  }

  add(replica: Replica): void {
    this.#byGroup.set(replica.group, replica);
    this.#sort();
  }

  remove(replica: Replica): void {
    this.#byGroup.delete(replica.group);
    this.#sort();
  }

  #sort(): void {
    this.#sorted = [...this.#byGroup.values()].sort((a, b) => a.group - b.group);
  }
}
