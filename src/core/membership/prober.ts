// Probing (SWIM, section 3.1; Lifeguard, section IV): each period one member is pinged; when it does
// not answer in time, a few others are asked to ping it; when nobody has an answer at the end of the
// period, it is suspected. An ack counts only for an outstanding sequence number, and only from the
// target or from who was asked: acks that waited in a queue prove nothing.
//
//   ping ──► timeout ──► ping-request × k ──► end of period ──► suspect
//     └─ ack                └─ ack, nack

import type { NodeId } from '../model/ids.ts';
import type { Random } from '../model/random.ts';
import type { LocalHealth } from './health.ts';
import type { Ack, Bare, Nack, Ping, PingRequest } from './messages.ts';
import { Relays } from './relays.ts';
import { draw, Rotation } from './rotation.ts';
import type { Timing } from './timing.ts';

interface Probe {
  readonly target: NodeId;
  readonly sequence: number;
  /** False: begun because a connection was lost; says nothing about this member's own health. */
  readonly inTurn: boolean;
  timeoutAt: number;
  endsAt: number;
  /** null: nobody was asked yet. */
  asked: ReadonlySet<NodeId> | null;
  readonly nacks: Set<NodeId>;
}

export interface ProberOptions {
  /** Others whose turn may come. */
  readonly others: readonly NodeId[];
  readonly timing: Timing;
  readonly random: Random;
  readonly health: LocalHealth;
  readonly send: (to: NodeId, message: Bare) => void;
  /** Others believed alive. */
  readonly alive: () => readonly NodeId[];
  /** Nobody got an answer of it. */
  readonly onSilent: (target: NodeId) => void;
}

export class Prober {
  readonly #options: ProberOptions;
  readonly #rotation: Rotation;
  readonly #relays: Relays;
  /** By sequence number. */
  readonly #probes = new Map<number, Probe>();
  readonly #cutOff = new Set<NodeId>();
  #nextSequence = 1;
  #nextTurnAt: number;

  constructor(options: ProberOptions) {
    const { timing, random, send, others } = options;
    this.#options = options;
    this.#rotation = new Rotation(others, random.stream('rotation'));
    this.#relays = new Relays({ timing, send, isCutOff: (node) => this.#cutOff.has(node) });
    // Members that start together first meet, and must not all probe at the same instant.
    this.#nextTurnAt = timing.probeTicks + random.below(timing.probeTicks);
  }

  /** When the next open probe wants something; turns and the rest may come a little late. */
  get dueAt(): number {
    let dueAt = Number.POSITIVE_INFINITY;
    for (const { asked, timeoutAt, endsAt } of this.#probes.values()) {
      dueAt = Math.min(dueAt, asked === null ? timeoutAt : endsAt);
    }
    return dueAt;
  }

  isCutOff(node: NodeId): boolean {
    return this.#cutOff.has(node);
  }

  /** `node` shall have its turns, or none. */
  setInTurn(node: NodeId, inTurn: boolean): void {
    if (inTurn) this.#rotation.add(node);
    else this.#rotation.remove(node);
  }

  tick(now: number): void {
    this.#relays.tick(now);
    for (const probe of [...this.#probes.values()]) {
      if (now >= probe.endsAt) this.#fail(probe);
      else if (probe.asked === null && now >= probe.timeoutAt) this.#ask(probe);
    }
    if (now < this.#nextTurnAt) return;
    const { health, timing } = this.#options;
    this.#nextTurnAt = now + health.stretch(timing.probeTicks);
    const target = this.#rotation.next();
    if (target !== null && this.#probeOf(target) === null) this.#begin(target, now, true);
  }

  /** This process stood still: whoever was asked gets all of its time again. */
  onStall(now: number): void {
    const { health, timing } = this.#options;
    const timeoutAt = now + health.stretch(timing.probeTimeoutTicks);
    const endsAt = now + health.stretch(timing.probeTicks);
    for (const probe of this.#probes.values()) {
      probe.timeoutAt = Math.max(probe.timeoutAt, timeoutAt);
      probe.endsAt = Math.max(probe.endsAt, endsAt);
    }
    this.#nextTurnAt = Math.max(this.#nextTurnAt, endsAt);
  }

  onPing(from: NodeId, { sequence }: Ping): void {
    this.#options.send(from, { kind: 'ack', sequence });
  }

  onRequest(from: NodeId, request: PingRequest, now: number): void {
    this.#relays.onRequest(from, request, { sequence: this.#nextSequence++, now });
  }

  onAck(from: NodeId, { sequence }: Ack): void {
    const probe = this.#probes.get(sequence);
    if (probe === undefined) {
      this.#relays.onAck(from, sequence);
      return;
    }
    if (from !== probe.target && !probe.asked?.has(from)) return;
    this.#probes.delete(sequence);
    if (probe.inTurn) this.#options.health.improve();
  }

  onNack(from: NodeId, { sequence }: Nack): void {
    const probe = this.#probes.get(sequence);
    if (!probe?.asked?.has(from)) return;
    probe.nacks.add(from);
    this.#settle(probe);
  }

  onConnected(node: NodeId): void {
    this.#cutOff.delete(node);
  }

  /** Looks at once, through others: who has no connection either says so at once. */
  onDisconnected(node: NodeId, now: number): void {
    this.#cutOff.add(node);
    this.#relays.onCutOff(node);
    const probe = this.#probeOf(node);
    if (probe === null) this.#begin(node, now, false);
    else if (probe.asked === null) this.#ask(probe);
    else this.#settle(probe);
  }

  /** Tells a member what is said about it; its answer is a refutation, not a proof by ack. */
  poke(node: NodeId): void {
    this.#options.send(node, { kind: 'ping', sequence: this.#nextSequence++ });
  }

  #begin(target: NodeId, now: number, inTurn: boolean): void {
    const { health, timing } = this.#options;
    const timeoutAt = now + health.stretch(timing.probeTimeoutTicks);
    const endsAt = inTurn ? now + health.stretch(timing.probeTicks) : timeoutAt;
    const sequence = this.#nextSequence++;
    const outcome = { asked: null, nacks: new Set<NodeId>() };
    const probe: Probe = { target, sequence, inTurn, timeoutAt, endsAt, ...outcome };
    this.#probes.set(sequence, probe);
    if (this.#cutOff.has(target)) this.#ask(probe);
    else this.#options.send(target, { kind: 'ping', sequence });
  }

  #ask(probe: Probe): void {
    const { alive, random, timing, send } = this.#options;
    const { target, sequence } = probe;
    const willing = alive().filter((node) => node !== target && !this.#cutOff.has(node));
    const asked = draw(willing, timing.indirectProbes, random);
    probe.asked = new Set(asked);
    for (const node of asked) send(node, { kind: 'ping-request', sequence, target });
    this.#settle(probe);
  }

  /** Nobody is left who could still bring an answer. */
  #settle(probe: Probe): void {
    const { asked, nacks, target } = probe;
    if (asked !== null && nacks.size === asked.size && this.#cutOff.has(target)) this.#fail(probe);
  }

  #fail(probe: Probe): void {
    const { health, onSilent } = this.#options;
    this.#probes.delete(probe.sequence);
    if (probe.inTurn) {
      const missesNacks = probe.nacks.size < (probe.asked?.size ?? 0);
      health.worsen(missesNacks ? 2 : 1);
    }
    onSilent(probe.target);
  }

  #probeOf(target: NodeId): Probe | null {
    for (const probe of this.#probes.values()) if (probe.target === target) return probe;
    return null;
  }
}
