// The failure detector of a node: carries what happens to the membership machine, and what that
// wants said to the outbox. Its beliefs are for people and for status; who may vote and who leads
// does not depend on them.

import type { MembershipInput } from '../membership/contract.ts';
import { Membership } from '../membership/membership.ts';
import type { MembershipMessage } from '../membership/messages.ts';
import type { Incarnation, NodeId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type { BeliefState } from '../model/operation.ts';
import type { Random } from '../model/random.ts';
import type { Outbox } from './outbox.ts';

const eventOf: Readonly<Record<BeliefState, string>> = {
  unknown: 'member-joined',
  alive: 'member-alive',
  suspect: 'member-suspected',
  dead: 'member-dead',
  left: 'member-left',
};

export interface DetectorOptions {
  readonly self: NodeId;
  readonly incarnation: Incarnation;
  readonly members: readonly NodeId[];
  readonly random: Random;
  readonly outbox: Outbox;
  /** False: some member would not understand what is said here, so nothing is. */
  readonly maySpeak: () => boolean;
}

export class Detector {
  readonly #membership: Membership;
  readonly #outbox: Outbox;
  readonly #maySpeak: () => boolean;

  constructor(options: DetectorOptions) {
    const { self, incarnation: start, members, random } = options;
    this.#membership = new Membership({ self, start, members, random });
    this.#outbox = options.outbox;
    this.#maySpeak = options.maySpeak;
  }

  get localHealth(): number {
    return this.#membership.localHealth;
  }

  /** How long nothing is due here. */
  get restingTicks(): number {
    return this.#membership.dueInTicks;
  }

  /** What is believed of each peer, with the phi of its heartbeats. */
  beliefs(): ReadonlyMap<NodeId, { readonly state: BeliefState; readonly phi: number }> {
    return new Map(this.#membership.view().map(({ node, state, phi }) => [node, { state, phi }]));
  }

  /** `restTicks`: a host lets no more pass on purpose; what is more is its own stall. */
  tick(ticks: number, restTicks: number): void {
    const lateTicks = ticks - restTicks;
    if (lateTicks >= limits.stallTicks) this.#step({ kind: 'stall', lateTicks });
    else this.#step({ kind: 'tick', ticks });
  }

  /** Who is a member from now on, this node included; those with a new disk begin anew. */
  setMembers(members: readonly NodeId[], renewed: readonly NodeId[]): void {
    this.#step({ kind: 'members', members, renewed });
  }

  onMessage(from: NodeId, message: MembershipMessage): void {
    this.#step({ kind: 'message', from, message });
  }

  heard(node: NodeId): void {
    this.#step({ kind: 'heard', node });
  }

  onPeerUp(node: NodeId, start: Incarnation): void {
    this.#step({ kind: 'connected', node, start });
  }

  onPeerDown(node: NodeId): void {
    this.#step({ kind: 'disconnected', node });
  }

  #step(input: MembershipInput): void {
    this.#membership.step(input);
    const output = this.#membership.takeOutput();
    if (output === null) return;
    for (const { to, message } of this.#maySpeak() ? output.messages : []) {
      this.#outbox.send(to, { kind: 'membership', message });
    }
    for (const { node, before, state, by } of output.changes) {
      // That members meet is no news: it would be one line for each pair at every start.
      if (before === 'unknown' && state === 'alive') continue;
      this.#outbox.event(eventOf[state], null, { member: node, before, by });
    }
  }
}
