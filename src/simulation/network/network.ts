// A network in memory behind ports/transport.ts. Nothing moves by itself: frames and connection
// events wait in one queue until the owner calls `deliverNext`, `deliverAll` or `advance`. The same
// calls give the same deliveries in the same order, always.
//
//   sendToPeer ──► fate (loss, copies, delay) ──► queue by (due tick, number) ──► cut? ──► onPeerFrame

import type { NodeId, Tick } from '../../core/model/ids.ts';
import { compareIds, tick } from '../../core/model/ids.ts';
import type { Transport } from '../../ports/transport.ts';
import { SimulatedClient } from './client.ts';
import { Endpoint } from './endpoint.ts';
import type { Fabric, FabricEndpoint, Fate, Packet } from './fabric.ts';
import { FlightQueue } from './queue.ts';

export interface SimulatedNetworkOptions {
  /**
   * Decided once for each packet, in the order of sending. Order per link is kept whatever the
   * delays.
   */
  readonly fate?: (packet: Packet) => Fate;
}

const calm: Fate = { copies: 1, delayTicks: 0 };

export class SimulatedNetwork implements Fabric {
  readonly #fate: (packet: Packet) => Fate;
  readonly #queue = new FlightQueue();
  /** The newest endpoint that started under each name. */
  readonly #endpoints = new Map<NodeId, FabricEndpoint>();
  /** Ordered pairs `from to`. */
  readonly #cuts = new Set<string>();
  readonly #lastDue = new Map<string, Tick>();
  #now = tick(0);
  #sent = 0;
  #names = 0;
  #lost = 0;

  constructor(options: SimulatedNetworkOptions = {}) {
    this.#fate = options.fate ?? (() => calm);
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
  transport(options: { self: NodeId; members: readonly NodeId[] }): Transport {
    return new Endpoint({ ...options, fabric: this });
  }

  client(options: { node: NodeId; onFrame: (frame: Uint8Array) => void }): SimulatedClient {
    this.#names += 1;
    return new SimulatedClient({ ...options, name: `client${this.#names}`, fabric: this });
  }

  /** From now on nothing that `from` sends reaches `to`; neither side is told. */
  cut(from: NodeId, to: NodeId): void {
    this.#cuts.add(link(from, to));
  }

  /** Ends one cut, or all. */
  heal(from?: NodeId, to?: NodeId): void {
    if (from === undefined || to === undefined) this.#cuts.clear();
    else this.#cuts.delete(link(from, to));
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

  /** Lets time pass; delivers nothing. */
  advance(ticks: number): void {
    this.#now = tick(this.#now + ticks);
  }

  schedule(arrive: () => void): void {
    this.#push(this.#now, arrive);
  }

  carry(packet: Packet, arrive: () => void, settle: () => void): void {
    const { copies, delayTicks } = this.#fate(packet);
    const route = `${link(packet.from, packet.to)} ${packet.lane}`;
    const due = tick(Math.max(this.#now + delayTicks, this.#lastDue.get(route) ?? 0));
    this.#lastDue.set(route, due);
    if (copies === 0) this.#lost += 1;
    for (let copy = 0; copy < copies; copy++) this.#push(due, () => this.#arrive(packet, arrive));
    this.#push(due, settle);
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

  #push(due: Tick, arrive: () => void): void {
    this.#sent += 1;
    this.#queue.push({ due, number: this.#sent, arrive });
  }

  #arrive(packet: Packet, arrive: () => void): void {
    if (this.#cuts.has(link(packet.from, packet.to))) this.#lost += 1;
    else arrive();
  }
}

function link(from: NodeId, to: NodeId): string {
  return `${from} ${to}`;
}
