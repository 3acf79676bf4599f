// All machines of a world: for each name the one that has it, and those that had it before. A name
// is one place in the network: of two machines that share it, one runs.

import type { NodeId } from '../../core/model/ids.ts';
import { compareIds } from '../../core/model/ids.ts';
import type { Member } from '../../core/model/member.ts';
import type { Machine } from './machine.ts';

export class MachinePark {
  /** By name; the last one has it. */
  readonly #machines = new Map<NodeId, Machine[]>();
  readonly #make: (member: Member) => Machine;
  readonly #onChange: () => void;
  #current: readonly Machine[] = [];

  constructor(options: {
    readonly make: (member: Member) => Machine;
    /** There is another machine. */
    readonly onChange: () => void;
  }) {
    this.#make = options.make;
    this.#onChange = options.onChange;
  }

  /** Who has the name. */
  of(node: NodeId): Machine | null {
    return this.#machines.get(node)?.at(-1) ?? null;
  }

  /** Of each name the one that has it, in order of name. */
  get current(): readonly Machine[] {
    return this.#current;
  }

  /** Those that had a name before, too; of each name the oldest first. */
  get all(): readonly Machine[] {
    return this.#current.flatMap(({ name }) => this.ofName(name));
  }

  /** Everyone who had the name, the oldest first. */
  ofName(node: NodeId): readonly Machine[] {
    return this.#machines.get(node) ?? [];
  }

  /** A machine with an empty directory of the member's; who had the name is gone for good. */
  add(member: Member): Machine {
    const { node } = member;
    const machine = this.#make(member);
    const before = this.#machines.get(node) ?? [];
    for (const old of before) old.retire();
    this.#machines.set(node, [...before, machine]);
    const names = [...this.#machines.keys()].sort(compareIds);
    this.#current = names.flatMap((name) => this.of(name) ?? []);
    this.#onChange();
    return machine;
  }

  /** The machine is about to start: nobody else may have its place in the network. */
  makeRoomFor(machine: Machine): void {
    for (const other of this.ofName(machine.name)) {
      if (other !== machine) other.kill({ stateBatches: other.disk.unsynced });
    }
  }
}
