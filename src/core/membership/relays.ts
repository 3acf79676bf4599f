// Probes that this member makes because another asked for it (SWIM, section 3.1). The asker learns
// in time that this member is well although the target does not answer: a nack (Lifeguard, section
// IV, LHA-Probe). An ack that comes later still is passed on until the period is over.

import type { NodeId } from '../model/ids.ts';
import type { Bare, PingRequest } from './messages.ts';
import type { Timing } from './timing.ts';

/** The nack must be there before the asker's own timeout is over. */
const nackShare = 0.8;

interface Relay {
  readonly asker: NodeId;
  /** Of the asker's request. */
  readonly sequence: number;
  readonly target: NodeId;
  readonly nackAt: number;
  readonly endsAt: number;
  nacked: boolean;
}

export interface RelayLinks {
  readonly timing: Timing;
  readonly send: (to: NodeId, message: Bare) => void;
  /** This member has no connection to it: pinging it is in vain. */
  readonly isCutOff: (node: NodeId) => boolean;
}

export class Relays {
  readonly #links: RelayLinks;
  /** By the sequence number of this member's own ping. */
  readonly #open = new Map<number, Relay>();

  constructor(links: RelayLinks) {
    this.#links = links;
  }

  /** `sequence` is this member's own, for its ping. Too many at once are not answered. */
  onRequest(asker: NodeId, request: PingRequest, own: { sequence: number; now: number }): void {
    const { timing, send, isCutOff } = this.#links;
    const { sequence, target } = request;
    if (this.#open.size >= timing.relaysMax) return;
    const nackAt = own.now + Math.floor(timing.probeTimeoutTicks * nackShare);
    const endsAt = own.now + timing.probeTicks;
    const relay: Relay = { asker, sequence, target, nackAt, endsAt, nacked: false };
    this.#open.set(own.sequence, relay);
    if (isCutOff(target)) this.#nack(relay);
    else send(target, { kind: 'ping', sequence: own.sequence });
  }

  /** Passes on what belongs to an open relay. */
  onAck(from: NodeId, sequence: number): void {
    const relay = this.#open.get(sequence);
    if (relay?.target !== from) return;
    this.#open.delete(sequence);
    this.#links.send(relay.asker, { kind: 'ack', sequence: relay.sequence });
  }

  /** Whoever asked for `target` need not wait. */
  onCutOff(target: NodeId): void {
    for (const relay of this.#open.values()) if (relay.target === target) this.#nack(relay);
  }

  tick(now: number): void {
    for (const [sequence, relay] of this.#open) {
      if (now >= relay.nackAt) this.#nack(relay);
      if (now >= relay.endsAt) this.#open.delete(sequence);
    }
  }

  #nack(relay: Relay): void {
    if (relay.nacked) return;
    relay.nacked = true;
    this.#links.send(relay.asker, { kind: 'nack', sequence: relay.sequence });
  }
}
