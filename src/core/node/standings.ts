// Whether the replicas here are still wanted. One that the desired placement does not name, or that
// hears no leader, asks who may lead its group. Only the word of a leader whose configuration is
// committed ends a replica: the entry that removed it is then in every later leader's log.
//
//   in doubt ─► ask-standing ─► not-a-member ─► retired: no `one` writes, the journal drains
//                                                  └─► dropped: forgotten on disk, promises kept
//
// The answer must be to the last question, and nothing of a leader may have been heard since: then
// no entry that names this node again can have been acknowledged here in between.

import type { AskStanding, NotAMember } from '../messages.ts';
import type { ControlRow } from '../model/control-row.ts';
import { compareIds, controlGroup, type NodeId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import { desiredRow } from '../placement/desired.ts';
import type { RaftOutput } from '../raft/contract.ts';
import type { Liveness } from './liveness.ts';
import type { Outbox } from './outbox.ts';
import { membersOf } from './refusals.ts';
import type { Replica } from './replica.ts';
import type { Replicas } from './replicas.ts';

/** How often a replica in doubt asks: a move is done soon after, and nobody waits for it. */
const askTicks = 20;
/** Several elections fail before a replica without a leader doubts that it belongs to the group. */
const lonelyTicks = 4 * limits.electionTicksMax;

interface Doubt {
  lonelyFor: number;
  /** The last one that was asked; null: a leader was heard since. */
  question: number | null;
}

/** Waits for the proof that this node leads. */
interface Asked {
  readonly from: NodeId;
  readonly question: number;
}

export interface StandingsOptions {
  readonly self: NodeId;
  readonly replicas: Replicas;
  readonly liveness: Liveness;
  readonly outbox: Outbox;
  /** The replica is no part of its group any more; `leader` said so. */
  readonly onRetired: (replica: Replica, leader: NodeId, answer: NotAMember) => void;
  /** The replica's raft was given something to do. */
  readonly onProposed: (replica: Replica) => void;
  /** The control group has removed this node. */
  readonly onRemoved: () => void;
}

export class Standings {
  readonly #options: StandingsOptions;
  readonly #doubts = new Map<Replica, Doubt>();
  /** By the tickets of their reads. */
  readonly #asked = new Map<Replica, Map<number, Asked>>();
  #nextQuestion = 1;
  #sinceAsked = 0;

  constructor(options: StandingsOptions) {
    this.#options = options;
  }

  tick(ticks: number): void {
    this.#sinceAsked += ticks;
    if (this.#sinceAsked < askTicks) return;
    for (const replica of this.#options.replicas.all) this.#consider(replica, this.#sinceAsked);
    this.#sinceAsked = 0;
  }

  /** A leader speaks to the replica: it is wanted after all, or the answer may be of before. */
  onLeaderHeard(replica: Replica): void {
    const doubt = this.#doubts.get(replica);
    if (doubt !== undefined) doubt.question = null;
    replica.retiredTo = null;
  }

  /**
   * A leader is asked; it first makes sure that it still leads, as for a read: a deposed one may not
   * know that the asker was taken in again. Silence is the answer of everybody else.
   */
  onAsk(from: NodeId, ask: AskStanding): void {
    const replica = this.#options.replicas.get(ask.group);
    if (replica === undefined || !this.#isStranger(replica, from)) return;
    const read = replica.raft.readIndex();
    if (read.kind !== 'waiting') return;
    const asked = this.#asked.get(replica) ?? new Map<number, Asked>();
    this.#asked.set(replica, asked.set(read.ticket, { from, question: ask.question }));
    this.#options.onProposed(replica);
  }

  onOutput(replica: Replica, { reads, lostReads }: RaftOutput): void {
    const asked = this.#asked.get(replica);
    if (asked === undefined) return;
    for (const ticket of lostReads) asked.delete(ticket);
    for (const { ticket } of reads) {
      const ask = asked.get(ticket);
      asked.delete(ticket);
      if (ask !== undefined) this.#answer(replica, ask);
    }
    if (asked.size === 0) this.#asked.delete(replica);
  }

  #answer(replica: Replica, { from, question }: Asked): void {
    if (!this.#isStranger(replica, from)) return;
    const { group } = replica;
    const { term, configurationIndex: index } = replica.raft.view();
    this.#options.outbox.send(from, { kind: 'not-a-member', group, question, index, term });
  }

  /** A node ends when it is no member any more: until then another group may need its vote. */
  #isStranger(replica: Replica, node: NodeId): boolean {
    if (!isSettled(replica) || membersOf(replica.raft.configuration).includes(node)) return false;
    const { machine } = replica;
    return machine.kind === 'data' || !isNamed(machine.control.row, node);
  }

  onNotAMember(from: NodeId, answer: NotAMember): void {
    const replica = this.#options.replicas.get(answer.group);
    if (replica === undefined || !this.#isCurrent(replica, answer)) return;
    if (replica.group === controlGroup) this.#options.onRemoved();
    else this.#options.onRetired(replica, from, answer);
  }

  forget(replica: Replica): void {
    this.#doubts.delete(replica);
    this.#asked.delete(replica);
  }

  #isCurrent(replica: Replica, { question, index }: NotAMember): boolean {
    if (replica.raft.isLeader || this.#doubts.get(replica)?.question !== question) return false;
    const { configurationIndex, configuration } = replica.raft.view();
    const { self } = this.#options;
    // An entry behind the answer's may name this node again.
    if (configurationIndex > index) return false;
    return configurationIndex < index || !membersOf(configuration).includes(self);
  }

  #consider(replica: Replica, ticks: number): void {
    const doubt = this.#doubts.get(replica) ?? { lonelyFor: 0, question: null };
    this.#doubts.set(replica, doubt);
    const { isLeader, leader } = replica.raft;
    doubt.lonelyFor = leader === null ? doubt.lonelyFor + ticks : 0;
    if (isLeader || (this.#isDesired(replica) && doubt.lonelyFor < lonelyTicks)) return;
    doubt.question = this.#nextQuestion++;
    const { group } = replica;
    const message = { kind: 'ask-standing', group, question: doubt.question } as const;
    for (const node of this.#whoMayLead(replica)) this.#options.outbox.send(node, message);
  }

  #isDesired({ group }: Replica): boolean {
    const row = this.#options.replicas.controlRow;
    if (row === null) return true;
    const { voters, learners } = desiredRow(row, group);
    const { self } = this.#options;
    return voters.includes(self) || learners.includes(self);
  }

  #whoMayLead(replica: Replica): readonly NodeId[] {
    const { replicas, liveness, self } = this.#options;
    const row = replicas.controlRow;
    const desired = row === null ? [] : desiredRow(row, replica.group).voters;
    const nodes = new Set([...membersOf(replica.raft.configuration), ...desired]);
    return [...nodes].filter((node) => node !== self && liveness.reachable(node)).sort(compareIds);
  }
}

function isNamed({ members }: ControlRow, node: NodeId): boolean {
  return members.some((member) => member.node === node);
}

/**
 * It leads, and its configuration is applied here and not joint: what it says of members stays true,
 * and its state knows of everybody who departed by it. (A leader may commit what its own disk does not
 * have yet, and applies it later.)
 */
export function isSettled({ raft, appliedIndex }: Replica): boolean {
  if (!raft.isLeader) return false;
  const { configuration, configurationIndex } = raft.view();
  return configuration.votersOutgoing.length === 0 && configurationIndex <= appliedIndex;
}
