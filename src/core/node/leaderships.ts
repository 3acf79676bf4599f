// Who leads what, as seen from this node: nominates the preferred leaders of a fresh cluster, so
// that it is ready at once and the leaders are spread; gives a leadership back to the preferred
// leader when that one has been well for a while; tells of changes; hands everything over before a
// planned stop.

import type { NodeId, Term } from '../model/ids.ts';
import type { Role } from '../raft/contract.ts';
import type { Liveness } from './liveness.ts';
import type { Outbox } from './outbox.ts';
import { hasQuorum } from './reach.ts';
import type { Replica } from './replica.ts';
import type { Replicas } from './replicas.ts';

/** How long a node must have been well, and led what it led, before it is given leaderships back … */
const wellTicks = 300;
/** … how often that is looked at, and how many go at a time: each costs its group a round trip. */
const giveBackTicks = 50;
const giveBackMax = 4;

interface Seen {
  readonly role: Role;
  readonly leader: NodeId | null;
  /** The same, but still known while nobody leads. */
  readonly lastLeader: NodeId | null;
  readonly term: Term;
}

export interface LeadershipsOptions {
  readonly self: NodeId;
  readonly replicas: Replicas;
  readonly liveness: Liveness;
  readonly outbox: Outbox;
}

export class Leaderships {
  readonly #options: LeadershipsOptions;
  readonly #seen = new WeakMap<Replica, Seen>();
  /** Replicas that this node should lead and has not campaigned for since its start. */
  readonly #toNominate: Set<Replica>;
  #touched: Replica[] = [];
  /** When a leadership was taken over from each peer: it may be on its way out. */
  readonly #succeededAt = new Map<NodeId, number>();
  /** In ticks. */
  #now = 0;
  #sinceGiveBack = 0;
  #draining = false;

  constructor(options: LeadershipsOptions) {
    this.#options = options;
    const { replicas, self } = options;
    this.#toNominate = new Set(
      replicas.all.filter((replica) => this.#preferredLeaderOf(replica) === self),
    );
  }

  /** True when no group that another voter could take over is led here. */
  get drained(): boolean {
    return this.#options.replicas.all.every((replica) => !this.#canHandOver(replica));
  }

  /** Campaigns, once since the start, for the groups that prefer this node and have no leader. */
  nominate(): void {
    for (const replica of this.#toNominate) {
      if (!hasQuorum(replica, this.#options.liveness)) continue;
      this.#toNominate.delete(replica);
      if (replica.raft.leader !== null) continue;
      replica.raft.campaignFirst();
      this.#touched.push(replica);
    }
  }

  /** Called after a replica's output was obeyed: tells what changed. */
  observe(replica: Replica): void {
    const { role, leader, term } = replica.raft;
    const before = this.#seen.get(replica);
    if (before && before.role === role && before.leader === leader && before.term === term) return;
    const lastLeader = before?.lastLeader ?? null;
    this.#seen.set(replica, { role, leader, lastLeader: leader ?? lastLeader, term });
    const { outbox, self } = this.#options;
    if (role === 'leader' && before?.role !== 'leader') {
      outbox.event('leader-elected', replica.group, { leader: self, term });
      if (lastLeader !== null) this.#succeededAt.set(lastLeader, this.#now);
    } else if (before?.role === 'leader' && role !== 'leader') {
      outbox.event('leader-stepped-down', replica.group, { node: self, term, leader });
    }
  }

  startDraining(): void {
    this.#draining = true;
    this.#handOver();
  }

  tick(ticks: number): void {
    this.#now += ticks;
    if (this.#toNominate.size > 0) this.nominate();
    this.#sinceGiveBack += ticks;
    if (this.#draining) this.#handOver();
    else if (this.#sinceGiveBack >= giveBackTicks) this.#giveBack();
  }

  /** Replicas that were told to do something since the last call. */
  takeTouched(): readonly Replica[] {
    const touched = this.#touched;
    this.#touched = [];
    return touched;
  }

  /** By the desired placement; a departing member leads nothing that another can. */
  #preferredLeaderOf({ group }: Replica): NodeId | null {
    return this.#options.replicas.controlRow?.placement[group]?.[0] ?? null;
  }

  #giveBack(): void {
    this.#sinceGiveBack = 0;
    let given = 0;
    for (const replica of this.#options.replicas.all) {
      const heir = this.#rightfulLeaderOf(replica);
      if (heir === null || !replica.raft.transferLeadership(heir)) continue;
      this.#touched.push(replica);
      given += 1;
      if (given === giveBackMax) return;
    }
  }

  /** The preferred leader of a group that is led here, if it could lead at once. */
  #rightfulLeaderOf(replica: Replica): NodeId | null {
    if (!replica.raft.isLeader) return null;
    const preferred = this.#preferredLeaderOf(replica);
    if (preferred === null || preferred === this.#options.self) return null;
    if (!replica.raft.configuration.voters.includes(preferred)) return null;
    if (!this.#hasStayed(preferred)) return null;
    const progress = replica.raft.progressOf().find(({ node }) => node === preferred);
    const { commitIndex } = replica.raft.view();
    return progress !== undefined && progress.matchIndex >= commitIndex ? preferred : null;
  }

  #hasStayed(node: NodeId): boolean {
    const succeededAt = this.#succeededAt.get(node) ?? Number.NEGATIVE_INFINITY;
    const ticks = Math.min(this.#options.liveness.wellTicks(node), this.#now - succeededAt);
    return ticks >= wellTicks;
  }

  #handOver(): void {
    for (const replica of this.#options.replicas.all) {
      const heir = this.#heirOf(replica);
      if (heir === null) continue;
      replica.raft.transferLeadership(heir);
      this.#touched.push(replica);
    }
  }

  #canHandOver(replica: Replica): boolean {
    return this.#heirOf(replica) !== null;
  }

  /**
   * The reachable voter that has most of the log; null when this node does not lead or is alone.
   */
  #heirOf(replica: Replica): NodeId | null {
    const { role, configuration } = replica.raft;
    if (role !== 'leader') return null;
    const { self, liveness } = this.#options;
    const heirs = replica.raft
      .progressOf()
      .filter(({ node }) => node !== self && configuration.voters.includes(node))
      .filter(({ node }) => liveness.reachable(node))
      .sort((a, b) => b.matchIndex - a.matchIndex);
    return heirs[0]?.node ?? null;
  }
}
