// The sending half of one lane to one peer: a DEALER, a queue with byte credit, one writer at a
// time. Guarantees: frames arrive in the order given or not at all; `send` never waits; what cannot
// be sent now (not connected, no credit) is dropped and reported, because old protocol messages
// only mislead.

import { limits } from '../../core/model/limits.ts';
import { socketEnd } from './socket-end.ts';
import type { Dealer } from './zeromq.ts';

/** A peer that refused our key may learn it later (a join); ZeroMQ itself would not dial again. */
const redialMs = 1000;

export interface PeerLinkEvents {
  onConnected(): void;
  onDisconnected(): void;
  onDrop(reason: string, detail: string): void;
}

export class PeerLink {
  readonly #socket: Dealer;
  readonly #address: string;
  readonly #events: PeerLinkEvents;
  readonly #ended: Promise<void>;
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #connected = false;
  #writing = false;
  #redial: NodeJS.Timeout | null = null;

  constructor(options: { socket: Dealer; address: string; events: PeerLinkEvents }) {
    this.#socket = options.socket;
    this.#address = options.address;
    this.#events = options.events;
    this.#ended = socketEnd(options.socket);
  }

  dial(): void {
    const events = this.#socket.events;
    events.on('handshake', () => this.#onHandshake());
    events.on('disconnect', () => this.#onDisconnect());
    events.on('handshake:error:auth', () => this.#onRefused('our key was refused'));
    events.on('handshake:error:protocol', (event) => this.#onRefused(event.error.code));
    this.#connect();
  }

  send(frame: Uint8Array): void {
    if (!this.#connected) this.#drop('not-connected', 1);
    else if (frame.length > limits.frameBytesMax) this.#drop('frame-too-big', 1);
    else if (this.#queuedBytes + frame.length > limits.peerCreditBytes)
      this.#drop('over-credit', 1);
    else this.#enqueue(frame);
  }

  /** For good: what stood is reported as lost. */
  hangUp(): Promise<void> {
    this.#onDisconnect();
    return this.close();
  }

  close(): Promise<void> {
    if (this.#redial !== null) clearTimeout(this.#redial);
    this.#connected = false;
    this.#queue.length = 0;
    this.#socket.close();
    return this.#ended;
  }

  #enqueue(frame: Uint8Array): void {
    this.#queue.push(frame);
    this.#queuedBytes += frame.length;
    if (!this.#writing)
      this.#write().catch((error: unknown) => this.#events.onDrop('send-failed', String(error)));
  }

  /** The one writer: ZeroMQ refuses a second send while one waits. */
  async #write(): Promise<void> {
    this.#writing = true;
    try {
      for (let frame = this.#queue.shift(); frame !== undefined; frame = this.#queue.shift()) {
        await this.#socket.send(frame);
        this.#queuedBytes -= frame.length;
      }
    } catch (error) {
      if (!this.#socket.closed) throw error;
    } finally {
      this.#writing = false;
    }
  }

  #onHandshake(): void {
    if (this.#connected || this.#socket.closed) return;
    this.#connected = true;
    this.#events.onConnected();
  }

  #onDisconnect(): void {
    if (!this.#connected) return;
    this.#connected = false;
    this.#abandonQueue();
    this.#events.onDisconnected();
  }

  #abandonQueue(): void {
    for (const frame of this.#queue) this.#queuedBytes -= frame.length;
    const count = this.#queue.length;
    this.#queue.length = 0;
    if (count > 0) this.#drop('not-connected', count);
  }

  #onRefused(why: string): void {
    if (this.#socket.closed) return;
    this.#events.onDrop('unauthorized', `${this.#address}: ${why}`);
    this.#redial ??= setTimeout(() => {
      this.#redial = null;
      this.#socket.disconnect(this.#address);
      this.#connect();
    }, redialMs);
  }

  /** An address that nobody can have is the fault of who gave it, and must not end this node. */
  #connect(): void {
    try {
      this.#socket.connect(this.#address);
    } catch (error) {
      this.#events.onDrop('unreachable', `${this.#address}: ${String(error)}`);
    }
  }

  #drop(reason: string, frames: number): void {
    for (let i = 0; i < frames; i++) this.#events.onDrop(reason, this.#address);
  }
}
