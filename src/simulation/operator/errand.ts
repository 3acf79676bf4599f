// What the operator does for one fault of membership: questions one after the other, and machines
// that are started when the cluster has agreed. The twin of the commands join, leave, replace and
// configure.
//
//   join       ask join ─► administered ─► machine starts
//   leave      ask leave ─► administered ─► wait until removed
//   replace    (disk lost) ─► ask leave, lost ─► wait until removed ─► join with a new storage

import type { NodeId, StorageId } from '../../core/model/ids.ts';
import type { Member } from '../../core/model/member.ts';
import type { AdminOperation, Operation, Result } from '../../core/model/operation.ts';
import type { Random } from '../../core/model/random.ts';
import type { Configure, Join, Leave } from '../../faults/fault.ts';
import type { ClusterFile } from '../cluster-file.ts';
import type { MachinePark } from '../machine/park.ts';
import type { Link } from './link.ts';
import { Question } from './question.ts';

export interface Desk {
  readonly park: MachinePark;
  readonly file: ClusterFile;
  readonly link: Link;
  /** A member of that name that there never was. */
  readonly newMember: (node: NodeId, zone: string) => Member;
  readonly onWork: (work: Promise<void>) => void;
}

/** Between two looks at who is removed. */
const lookTicks = 25;

export class Errand {
  /** For the story of a run that does not come to rest. */
  readonly name: string;
  readonly #desk: Desk;
  readonly #random: Random;
  #question: Question | null = null;
  #step: ((now: number) => void) | null = null;
  #stepAt = 0;
  #now = 0;
  #done = false;

  constructor(options: { name: string; desk: Desk; random: Random }) {
    this.name = options.name;
    this.#desk = options.desk;
    this.#random = options.random;
  }

  get done(): boolean {
    return this.#done;
  }

  onTick(now: number): void {
    this.#now = now;
    this.#question?.onTick(now);
    if (this.#step === null || now < this.#stepAt) return;
    const step = this.#step;
    this.#step = null;
    step(now);
  }

  join({ node, zone }: Pick<Join, 'node' | 'zone'>): void {
    const member = this.#desk.newMember(node, zone);
    const { file, park, onWork } = this.#desk;
    const known = file.member(node);
    if (known === null) file.add(member);
    this.#ask({ kind: 'join', member }, (result) => {
      if (result.kind === 'administered') {
        file.add(member);
        onWork(park.add(member).start());
      } else file.remove(member);
      this.#finish();
    });
  }

  leave({ node, force }: Pick<Leave, 'node' | 'force'>): void {
    const member = this.#desk.file.member(node);
    if (member === null) this.#finish();
    else this.#depart({ node, how: 'leaving', force }, member.storageId, () => this.#finish());
  }

  /** The machine is down, or its disk is gone. */
  replace(node: NodeId): void {
    const member = this.#desk.file.member(node);
    if (member === null) {
      this.#finish();
      return;
    }
    const { zone, storageId } = member;
    this.#depart({ node, how: 'lost', force: true }, storageId, () => this.join({ node, zone }));
  }

  configure({ replicationFactor, deadNodeTimeoutMs }: Configure): void {
    const operation = { kind: 'configure', replicationFactor, deadNodeTimeoutMs } as const;
    this.#ask(operation, () => this.#finish());
  }

  #depart(
    leave: Omit<Extract<AdminOperation, { kind: 'leave' }>, 'kind'>,
    storageId: StorageId,
    then: () => void,
  ): void {
    const { node, how } = leave;
    const again = () => {
      const machine = this.#desk.park.of(node);
      // Who is called lost and has come back is not lost.
      const isBack = how === 'lost' && machine?.storageId === storageId && machine.node !== null;
      if (isBack) this.#finish();
      else this.#depart(leave, storageId, then);
    };
    this.#ask({ kind: 'leave', ...leave, storageId }, (result) => {
      if (result.kind === 'administered') this.#untilRemoved(node, result.index, then);
      else if (result.kind !== 'refused') this.#finish();
      else if (result.refusal.reason === 'member-unknown')
        this.#onRemoved({ node, storageId }, then);
      else if (how === 'lost') this.#later(again);
      else this.#finish();
    });
  }

  /** Until who has applied the departure, at `index`, has also applied that it is over. */
  #untilRemoved(node: NodeId, index: number, then: () => void): void {
    this.#ask({ kind: 'control' }, (result) => {
      const isKnown = result.kind === 'control' && result.index >= index;
      if (isKnown && !result.row.departures.some((departure) => departure.node === node)) {
        const listed = this.#desk.file.member(node);
        const isMember = result.row.members.some((each) => each.storageId === listed?.storageId);
        this.#onRemoved(isMember ? null : listed, then);
      } else this.#later(() => this.#untilRemoved(node, index, then));
    });
  }

  #onRemoved(member: Pick<Member, 'node' | 'storageId'> | null, then: () => void): void {
    if (member !== null) this.#desk.file.remove(member);
    then();
  }

  #ask(operation: Operation, onAnswer: (result: Result) => void): void {
    const { link } = this.#desk;
    this.#question = new Question({ operation, link, random: this.#random, onAnswer });
  }

  #later(step: () => void): void {
    this.#question = null;
    this.#step = step;
    this.#stepAt = this.#now + lookTicks;
  }

  #finish(): void {
    this.#question = null;
    this.#step = null;
    this.#done = true;
  }
}
