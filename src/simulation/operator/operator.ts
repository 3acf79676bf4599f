// Who operates the simulated cluster: plays the faults of membership as the commands of the real one
// do, through the network, and keeps the cluster's file. When the storm is over every errand is
// brought to its end, and every member whose disk is gone is replaced; where nobody stays who could
// take over from those that leave, somebody joins first, as the refusal says.

import { type ClusterId, type NodeId, nodeId, type StorageId } from '../../core/model/ids.ts';
import type { Random } from '../../core/model/random.ts';
import { isMembershipFault, type Leave, type MembershipFault } from '../../faults/fault.ts';
import { wordsOf } from '../../faults/wording.ts';
import type { ClientNetwork } from '../cast.ts';
import { memberOf } from '../cluster.ts';
import type { ClusterFile } from '../cluster-file.ts';
import type { Machine } from '../machine/machine.ts';
import type { MachinePark } from '../machine/park.ts';
import type { PlannedFault } from '../plan.ts';
import { type Desk, Errand } from './errand.ts';
import { Link } from './link.ts';

/** Joins where everybody leaves. */
const spare = nodeId('spare');

export interface OperatorOptions {
  readonly clusterId: ClusterId;
  readonly network: ClientNetwork;
  readonly park: MachinePark;
  readonly file: ClusterFile;
  readonly random: Random;
  /** May the disk of the member be lost now, and no group with it? */
  readonly mayLose: (node: NodeId) => boolean;
  /** False: membership never changes, and who lost its disk stays away. */
  readonly isElastic: boolean;
}

export class Operator {
  readonly #options: OperatorOptions;
  readonly #desk: Desk;
  readonly #generations = new Map<NodeId, number>();
  /** Who calls a disk lost, or did. */
  readonly #replacements = new Map<StorageId, Errand>();
  readonly #leaves = new Map<NodeId, Errand>();
  #errands: Errand[] = [];
  #work: Promise<void>[] = [];
  #insists = false;

  constructor(options: OperatorOptions) {
    this.#options = options;
    const { park, file } = options;
    this.#desk = {
      park,
      file,
      link: new Link(options),
      newMember: (node, zone) => memberOf(node, { zone, generation: this.#nextGeneration(node) }),
      onWork: (work) => this.#work.push(work),
    };
  }

  get isElastic(): boolean {
    return this.#options.isElastic;
  }

  /** What is left to be done. */
  open(): readonly string[] {
    return this.#errands.map(({ name }) => name);
  }

  /** The disk of the machine may be lost, and no group with it. */
  mayLose({ name, isMember }: Machine): boolean {
    return !isMember || this.#options.mayLose(name);
  }

  mayStrike(fault: MembershipFault): boolean {
    const { park, file } = this.#options;
    switch (fault.kind) {
      case 'join':
      case 'configure':
        return true;
      case 'leave':
        return file.member(fault.node) !== null;
      case 'replace': {
        const machine = park.of(fault.node);
        const isMember = machine?.isMember === true && file.member(fault.node) !== null;
        return isMember && (machine.node === null || this.mayLose(machine));
      }
      case 'revive':
        return this.#removed(fault.node) !== null;
    }
  }

  strike({ fault, id }: { readonly fault: MembershipFault; readonly id: number }): void {
    if (fault.kind === 'revive') this.#revive(fault.node);
    else if (fault.kind === 'replace') this.#lose(fault.node);
    if (fault.kind === 'revive') return;
    const errand = this.#begin(`errand ${id}: ${wordsOf(fault)}`, `errand/${id}`);
    if (fault.kind === 'replace') this.#replace(fault.node, errand);
    else if (fault.kind === 'join') errand.join(fault);
    else if (fault.kind === 'leave') this.#leave(fault, errand);
    else errand.configure(fault);
  }

  /** What has to be waited for since the last call. */
  takeWork(): Promise<void> | null {
    if (this.#work.length === 0) return null;
    const work = Promise.all(this.#work).then(() => undefined);
    this.#work = [];
    return work;
  }

  onTick(now: number): void {
    for (const errand of this.#errands) errand.onTick(now);
    this.#errands = this.#errands.filter(({ done }) => !done);
    if (!this.#insists) return;
    this.#replaceLost();
    this.#joinSpare();
  }

  /** The storm is over. */
  insist(): void {
    this.#insists = this.#options.isElastic;
  }

  /** At once: who leaves may have to wait for somebody who will never come back. */
  #replaceLost(): void {
    const { park, file } = this.#options;
    for (const machine of park.current) {
      const { name, storageId, diskSurvived } = machine;
      if (diskSurvived || !machine.isMember || this.#isReplacing(storageId)) continue;
      if (file.member(name)?.storageId !== storageId) continue;
      const errand = this.#begin(`${name} lost its disk`, `lost/${storageId}`);
      this.#replace(name, errand);
    }
  }

  /** Once: it neither leaves nor loses its disk any more. */
  #joinSpare(): void {
    const { park, file } = this.#options;
    const stays = (node: NodeId) => {
      const isLeaving = this.#leaves.get(node)?.done === false;
      return !isLeaving && park.of(node)?.diskSurvived === true;
    };
    if (this.#generations.has(spare) || file.members.some(({ node }) => stays(node))) return;
    this.#begin('a spare joins', 'errand/spare').join({ node: spare, zone: '' });
  }

  #leave(leave: Leave, errand: Errand): void {
    this.#leaves.set(leave.node, errand);
    errand.leave(leave);
  }

  #isReplacing(storageId: StorageId): boolean {
    const errand = this.#replacements.get(storageId);
    return errand !== undefined && !errand.done;
  }

  #replace(node: NodeId, errand: Errand): void {
    const storageId = this.#options.file.member(node)?.storageId;
    if (storageId !== undefined) this.#replacements.set(storageId, errand);
    errand.replace(node);
  }

  #begin(name: string, stream: string): Errand {
    const random = this.#options.random.stream(stream);
    const errand = new Errand({ name, desk: this.#desk, random });
    this.#errands.push(errand);
    return errand;
  }

  /** Down or damaged already: it is left as it is. */
  #lose(node: NodeId): void {
    const machine = this.#options.park.of(node);
    if (machine === null || machine.node === null) return;
    machine.kill({});
    machine.wipe();
  }

  #revive(node: NodeId): void {
    const machine = this.#removed(node);
    if (machine !== null) this.#work.push(machine.revive());
  }

  /** The newest machine of the name that was removed, while nobody lives under it. */
  #removed(node: NodeId) {
    const machines = this.#options.park.ofName(node);
    if (machines.some(({ isAlive }) => isAlive)) return null;
    return machines.findLast(({ mayRevive, diskSurvived }) => mayRevive && diskSurvived) ?? null;
  }

  #nextGeneration(node: NodeId): number {
    const isOfBirth = this.#options.park.ofName(node).length > 0;
    const generation = (this.#generations.get(node) ?? (isOfBirth ? 1 : 0)) + 1;
    this.#generations.set(node, generation);
    return generation;
  }
}

/** A plan whose members come and go. */
export function isElastic(faults: readonly PlannedFault[]): boolean {
  return faults.some(({ fault }) => isMembershipFault(fault));
}
