// A network in memory behind ports/transport.ts. Nothing moves by itself: frames and connection
// events wait in one queue until the owner calls `deliverNext`, `deliverAll` or `advance`. The same
// calls give the same deliveries in the same order, always.
//
//   sendToPeer ──► fate (loss, copies, delay) ──► queue by (due tick, number) ──► cut? ──► onPeerFrame

import type { NodeId, Tick } from '../../core/model/ids.ts';
import { compareIds, tick } from '../../core/model/ids.ts';
import type { Member } from '../../core/model/member.ts';
import { type ClientOptions, SimulatedClient } from './client.ts';
import { Endpoint } from './endpoint.ts';
import type { Fabric, FabricEndpoint, Fate, Packet } from './fabric.ts';
import { FlightQueue } from './queue.ts';

export interface SimulatedNetworkOptions {
  /** Decided once for each packet, in the order of sending. */
  readonly fate?: (packet: Packet) => Fate;
  /**
   * Decides which links come first among frames that arrive in one tick; by the order of sending,
   * unless given.
   */
  readonly phaseSeed?: number;
}

const calm: Fate = { copies: 1, delayTicks: 0, lateTicks: 0 };

/** One direction of one link. */
interface Link {
  cut: boolean;
  /** True: connections between the two are broken, and can not be made. */
  severed: boolean;
  /** From 1. */
  readonly number: number;
  readonly lastDue: { raft: number; bulk: number };
}

export class SimulatedNetwork implements Fabric {
  readonly #fate: (packet: Packet) => Fate;
  readonly #queue = new FlightQueue();
  /** The newest endpoint that started under each name. */
  readonly #endpoints = new Map<NodeId, FabricEndpoint>();
  readonly #links = new Map<NodeId, Map<NodeId, Link>>();
  readonly #phaseSeed: number;
  #now = tick(0);
  #turn = 0;
  #linkCount = 0;
  #sent = 0;
  #names = 0;
  #lost = 0;

  constructor(options: SimulatedNetworkOptions = {}) {
    this.#fate = options.fate ?? (() => calm);
    this.#phaseSeed = options.phaseSeed ?? 0;
  }

  get now(): Tick {
    return this.#now;
  }

  /** Frames and events on their way. */
  get inFlight(): number {
    return this.#queue.size;
  }

  /** Packets that a cut or the fate swallowed. */
  get lost(): number {
    return this.#lost;
  }

  /** A transport for `self` that will dial the other members. */
  transport(options: { self: NodeId; members: readonly Member[] }): Endpoint {
    return new Endpoint({ ...options, fabric: this });
  }

  client(options: Omit<ClientOptions, 'name'> & { readonly name?: string }): SimulatedClient {
    this.#names += 1;
    return new SimulatedClient({ ...options, name: options.name ?? `client${this.#names}` }, this);
  }

  /** From now on nothing that `from` sends reaches `to`; neither side is told. */
  cut(from: NodeId, to: NodeId): void {
    this.#link(from, to).cut = true;
  }

  /** Ends one cut, or all. */
  heal(from?: NodeId, to?: NodeId): void {
    if (from !== undefined && to !== undefined) this.#link(from, to).cut = false;
    else
      for (const ways of this.#links.values()) for (const link of ways.values()) link.cut = false;
  }

  /** The connections between the two break, both ways, and both sides are told. */
  sever(a: NodeId, b: NodeId): void {
    this.#setSevered(a, b, true);
    const [one, other] = [this.endpoint(a), this.endpoint(b)];
    if (one === undefined || other === undefined) return;
    one.noticeLoss(other);
    other.noticeLoss(one);
  }

  /** The two dial each other again. */
  join(a: NodeId, b: NodeId): void {
    this.#setSevered(a, b, false);
    const [one, other] = [this.endpoint(a), this.endpoint(b)];
    if (one === undefined || other === undefined) return;
    one.dial(other);
    other.dial(one);
  }

  /** Delivers the oldest thing that is due; false when there is none. */
  deliverNext(): boolean {
    const first = this.#queue.first;
    if (first === undefined || first.due > this.#now) return false;
    this.#queue.pop();
    first.arrive();
    return true;
  }

  /**
   * Delivers until nothing is due, what deliveries cause included, but at most `max`; returns how
   * many.
   */
  deliverAll(max = 1_000_000): number {
    let delivered = 0;
    while (delivered < max && this.deliverNext()) delivered += 1;
    return delivered;
  }

  /** Delivers what is due now, but not what that causes; returns how many. */
  deliverDue(): number {
    this.#turn += 1;
    let delivered = 0;
    for (;;) {
      const first = this.#queue.first;
      if (first === undefined || first.due > this.#now) return delivered;
      if (first.due === this.#now && first.turn >= this.#turn) return delivered;
      this.#queue.pop();
      first.arrive();
      delivered += 1;
    }
  }

  /** Lets time pass; delivers nothing. */
  advance(ticks: number): void {
    this.#now = tick(this.#now + ticks);
    this.#turn = 0;
  }

  schedule(arrive: () => void, delayTicks = 0): void {
    this.#push(this.#now + delayTicks, arrive);
  }

  carry(packet: Packet, arrive: () => void, settle: () => void): void {
    const { copies, delayTicks, lateTicks } = this.#fate(packet);
    const link = this.#link(packet.from, packet.to);
    const due = Math.max(this.#now + delayTicks, link.lastDue[packet.lane]);
    link.lastDue[packet.lane] = due;
    if (copies === 0) this.#lost += 1;
    const deliver = () => {
      if (link.cut) this.#lost += 1;
      else arrive();
    };
    const arrivesAt = due + lateTicks;
    const phase = this.#phaseOf(link, arrivesAt);
    for (let copy = 1; copy < copies; copy++) this.#push(arrivesAt, deliver, phase);
    const arriveFirst = () => {
      settle();
      if (copies > 0) deliver();
    };
    this.#push(arrivesAt, arriveFirst, phase);
  }

  canDial(from: NodeId, to: NodeId): boolean {
    return !this.#link(from, to).severed;
  }

  endpoint(node: NodeId): FabricEndpoint | undefined {
    return this.#endpoints.get(node);
  }

  endpoints(): readonly FabricEndpoint[] {
    return [...this.#endpoints.values()].sort((a, b) => compareIds(a.self, b.self));
  }

  enter(endpoint: FabricEndpoint): void {
    this.#endpoints.set(endpoint.self, endpoint);
  }

  leave(endpoint: FabricEndpoint): void {
    if (this.#endpoints.get(endpoint.self) === endpoint) this.#endpoints.delete(endpoint.self);
  }

  #push(due: number, arrive: () => void, phase = 0): void {
    this.#sent += 1;
    const turn = due > this.#now ? 0 : this.#turn;
    this.#queue.push({ due: tick(due), turn, phase, number: this.#sent, arrive });
  }

  /** The same for all frames of a link that arrive in one tick, so that their order is kept. */
  #phaseOf(link: Link, due: number): number {
    if (this.#phaseSeed === 0) return 0;
    let z = Math.imul(this.#phaseSeed ^ Math.imul(due, 0x9e3779b9), 0x85ebca6b) ^ link.number;
    z = Math.imul(z ^ (z >>> 15), 0xc2b2ae35);
    return (z ^ (z >>> 13)) >>> 0;
  }

  #setSevered(a: NodeId, b: NodeId, severed: boolean): void {
    this.#link(a, b).severed = severed;
    this.#link(b, a).severed = severed;
  }

  #link(from: NodeId, to: NodeId): Link {
    let ways = this.#links.get(from);
    if (ways === undefined) {
      ways = new Map();
      this.#links.set(from, ways);
    }
    let link = ways.get(to);
    if (link === undefined) {
      this.#linkCount += 1;
      const number = this.#linkCount;
      link = { cut: false, severed: false, number, lastDue: { raft: 0, bulk: 0 } };
      ways.set(to, link);
    }
    return link;
  }
}
