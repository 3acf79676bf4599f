// What this member believes of each other, and how rumours change it (SWIM, section 4.2). Beliefs
// only move up one total order, so all who heard the same rumours believe the same, in whatever
// order they heard them:
//
//   (incarnation, alive < suspect < dead)         only the member itself raises its incarnation
//
// Unlike in the paper, dead is not for ever: a member that comes back keeps its data, and a greater
// incarnation revives it.

import {
  compareIds,
  type MemberIncarnation,
  memberIncarnation,
  type NodeId,
} from '../model/ids.ts';
import type { BeliefState } from '../model/operation.ts';
import type { BeliefChange, MembershipInput, MembershipOptions } from './contract.ts';
import { Gossip } from './gossip.ts';
import type { LocalHealth } from './health.ts';
import { incarnationAtStart, nextIncarnation } from './incarnation.ts';
import type { Rumour } from './messages.ts';
import { Suspicion } from './suspicion.ts';
import { suspicionTicksMin, type Timing, transmissionsMax } from './timing.ts';

interface Belief {
  readonly state: BeliefState;
  readonly incarnation: MemberIncarnation;
  /** Who said so first. */
  readonly by: NodeId;
}

const strength: Readonly<Record<BeliefState, number>> = {
  unknown: -1,
  alive: 0,
  suspect: 1,
  dead: 2,
  left: 3,
};

export class Beliefs {
  readonly #self: NodeId;
  readonly #timing: Timing;
  readonly #health: LocalHealth;
  /** Of all others; those that left too, for a while. */
  readonly #beliefs = new Map<NodeId, Belief>();
  readonly #suspicions = new Map<NodeId, Suspicion>();
  readonly #leftAt = new Map<NodeId, number>();
  readonly #gossip = new Gossip();
  #changes: BeliefChange[] = [];
  #incarnation: MemberIncarnation;
  /** Members that are neither dead nor gone, this one included. */
  #living = 1;

  constructor(
    options: Pick<MembershipOptions, 'self' | 'start' | 'members'> & {
      readonly timing: Timing;
      readonly health: LocalHealth;
    },
  ) {
    this.#self = options.self;
    this.#timing = options.timing;
    this.#health = options.health;
    this.#incarnation = incarnationAtStart(options.start);
    const stranger = {
      state: 'unknown',
      incarnation: memberIncarnation(0),
      by: this.#self,
    } as const;
    for (const node of [...options.members].sort(compareIds)) {
      if (node === this.#self) continue;
      this.#beliefs.set(node, stranger);
      this.#living += 1;
    }
  }

  /** This member's own. */
  get incarnation(): MemberIncarnation {
    return this.#incarnation;
  }

  /** n of the papers: members believed not dead, this one included. */
  get living(): number {
    return this.#living;
  }

  /** False for who is not a member, and for this one. */
  isMember(node: NodeId): boolean {
    return (this.#beliefs.get(node)?.state ?? 'left') !== 'left';
  }

  stateOf(node: NodeId): BeliefState | undefined {
    return this.#beliefs.get(node)?.state;
  }

  /** Others in one of `states`, sorted. */
  inState(...states: readonly BeliefState[]): NodeId[] {
    return [...this.#beliefs].flatMap(([node, { state }]) =>
      states.includes(state) ? [node] : [],
    );
  }

  entries(): { node: NodeId; state: BeliefState; incarnation: MemberIncarnation }[] {
    return [...this.#beliefs].map(([node, { state, incarnation }]) => ({
      node,
      state,
      incarnation,
    }));
  }

  /** All that is believed, for a member that wants to compare. */
  everything(): Rumour[] {
    const own = this.#aliveMyself();
    const others = [...this.#beliefs].flatMap(([node, belief]) => rumourOf(node, belief) ?? []);
    return [own, ...others];
  }

  /**
   * What a message to `to` carries. What is said against `to` itself comes first, so that it can
   * refute it at once (Lifeguard, section IV, Buddy System).
   */
  rumoursFor(to: NodeId): readonly Rumour[] {
    const { rumoursPerMessageMax: count, rumourTransmissions } = this.#timing;
    const transmissions = transmissionsMax(this.#living, rumourTransmissions);
    const rumours = this.#gossip.take({ count, transmissions });
    const belief = this.#beliefs.get(to);
    const isAccused = belief?.state === 'suspect' || belief?.state === 'dead';
    const accusation = isAccused ? rumourOf(to, belief) : null;
    return accusation ? [accusation, ...rumours.filter(({ node }) => node !== to)] : rumours;
  }

  takeChanges(): readonly BeliefChange[] {
    const changes = this.#changes;
    if (changes.length > 0) this.#changes = [];
    return changes;
  }

  hear(rumour: Rumour, now: number): void {
    if (rumour.node === this.#self) {
      this.#hearOfMyself(rumour);
      return;
    }
    const belief = this.#beliefs.get(rumour.node);
    if (belief === undefined || belief.state === 'left') return;
    if (isOutranked(belief, rumour)) this.#believe(rumour, belief, now);
    else if (isConfirmation(belief, rumour)) this.#confirm(rumour);
  }

  /** A probe of `node` failed. */
  suspect(node: NodeId, now: number): void {
    const belief = this.#beliefs.get(node);
    if (belief === undefined) return;
    const { incarnation } = belief;
    this.hear({ node, state: 'suspect', incarnation, by: this.#self }, now);
  }

  /** Suspicions that nobody refuted in time become convictions. */
  tick(now: number): void {
    for (const [node, suspicion] of this.#suspicions) {
      if (suspicion.dueAt <= now) this.#convict(node, now);
    }
    for (const [node, leftAt] of this.#leftAt) {
      if (now - leftAt >= this.#timing.leftTicks) this.#forget(node);
    }
  }

  /** Refutations may wait in this process's own queues: nobody is convicted before they are read. */
  holdConvictions(untilTick: number): void {
    for (const suspicion of this.#suspicions.values()) suspicion.holdUntil(untilTick);
  }

  /** True when somebody new is among the members. */
  setMembers(
    { members, renewed = [] }: Omit<Extract<MembershipInput, { kind: 'members' }>, 'kind'>,
    now: number,
  ): boolean {
    const wanted = new Set(members);
    let gained = false;
    for (const node of [...wanted].sort(compareIds)) {
      if (node === this.#self) continue;
      const isNew = renewed.includes(node);
      if (this.isMember(node) && !isNew) continue;
      this.#welcome(node, isNew);
      gained = true;
    }
    for (const node of this.inState('unknown', 'alive', 'suspect', 'dead')) {
      if (!wanted.has(node)) this.#farewell(node, now);
    }
    return gained;
  }

  /**
   * What was known of an earlier membership still outranks old rumours; but another disk under the
   * name counts its starts from the beginning, and refutes what is said of the one before.
   */
  #welcome(node: NodeId, isNew: boolean): void {
    const nothing = { incarnation: memberIncarnation(0) };
    const { incarnation } = isNew ? nothing : (this.#beliefs.get(node) ?? nothing);
    this.#leftAt.delete(node);
    this.#set(node, { state: 'unknown', incarnation, by: this.#self });
  }

  #farewell(node: NodeId, now: number): void {
    const { incarnation } = this.#beliefs.get(node) ?? { incarnation: memberIncarnation(0) };
    this.#gossip.forget(node);
    this.#leftAt.set(node, now);
    this.#set(node, { state: 'left', incarnation, by: this.#self });
  }

  #forget(node: NodeId): void {
    this.#leftAt.delete(node);
    this.#beliefs.delete(node);
  }

  #hearOfMyself({ state, incarnation }: Rumour): void {
    const isTrue = state === 'alive' && incarnation === this.#incarnation;
    if (incarnation < this.#incarnation || isTrue) return;
    this.#incarnation = nextIncarnation(incarnation);
    if (state !== 'alive') this.#health.worsen();
    this.#gossip.add(this.#aliveMyself());
  }

  #believe(rumour: Rumour, belief: Belief, now: number): void {
    const { node, state, incarnation, by } = rumour;
    this.#set(node, { state, incarnation, by });
    if (state === 'suspect') this.#suspicions.set(node, this.#suspicion(by, now));
    // Whoever is a member was met by the others, or they will meet it: that is no news.
    if (belief.state !== 'unknown' || state !== 'alive') this.#gossip.add(rumour);
  }

  #suspicion(accuser: NodeId, now: number): Suspicion {
    const { suspicionSpread, suspicionConfirmations } = this.#timing;
    const min = suspicionTicksMin(this.#living, this.#timing);
    // The suspect and its accuser do not confirm; who is not there can not.
    const expected = Math.min(suspicionConfirmations, this.#living - 2);
    return new Suspicion({ accuser, now, limits: { expected, min, max: min * suspicionSpread } });
  }

  /** The first few confirmations travel on, so that they count elsewhere too. */
  #confirm(rumour: Rumour): void {
    if (this.#suspicions.get(rumour.node)?.confirm(rumour.by)) this.#gossip.add(rumour);
  }

  #convict(node: NodeId, now: number): void {
    const belief = this.#beliefs.get(node);
    if (belief === undefined) return;
    const { incarnation } = belief;
    this.hear({ node, state: 'dead', incarnation, by: this.#self }, now);
  }

  #set(node: NodeId, belief: Belief): void {
    const before = this.#beliefs.get(node)?.state ?? 'left';
    this.#beliefs.set(node, belief);
    this.#suspicions.delete(node);
    this.#living += Number(isLiving(belief.state)) - Number(isLiving(before));
    const { state, incarnation, by } = belief;
    if (state !== before) this.#changes.push({ node, before, state, incarnation, by });
  }

  #aliveMyself(): Rumour {
    const node = this.#self;
    return { node, state: 'alive', incarnation: this.#incarnation, by: node };
  }
}

function isLiving(state: BeliefState): boolean {
  return strength[state] < strength.dead;
}

function isOutranked(belief: Belief, rumour: Rumour): boolean {
  if (rumour.incarnation !== belief.incarnation) return rumour.incarnation > belief.incarnation;
  return strength[rumour.state] > strength[belief.state];
}

function isConfirmation(belief: Belief, rumour: Rumour): boolean {
  const bothSuspect = belief.state === 'suspect' && rumour.state === 'suspect';
  return bothSuspect && belief.incarnation === rumour.incarnation;
}

/** null: nothing that others could learn from. */
function rumourOf(node: NodeId, { state, incarnation, by }: Belief): Rumour | null {
  return state === 'unknown' || state === 'left' ? null : { node, state, incarnation, by };
}
