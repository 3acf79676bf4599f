// One listening ROUTER of a node. Guarantees: it is bound or `port-busy` was thrown; every message
// that comes out is one frame from an authenticated connection; `close` resolves when the port is
// free again.

import { DsysError } from '../../errors.ts';
import { receiveAll } from './receive-loop.ts';
import { socketEnd } from './socket-end.ts';
import type { Router } from './zeromq.ts';

export interface ServerSocketEvents {
  onFrame(frame: Uint8Array, routingId: Buffer): void;
  onDrop(reason: string, detail: string): void;
}

export class ServerSocket {
  readonly #socket: Router;
  readonly #address: string;
  readonly #events: ServerSocketEvents;
  readonly #ended: Promise<void>;

  constructor(options: { socket: Router; address: string; events: ServerSocketEvents }) {
    this.#socket = options.socket;
    this.#address = options.address;
    this.#events = options.events;
    this.#ended = socketEnd(options.socket);
    this.#socket.events.on('handshake:error:protocol', (event) => {
      this.#events.onDrop('unauthorized', `${this.#address}: ${event.error.code}`);
    });
  }

  /** Rejects with `port-busy`. */
  async bind(): Promise<void> {
    try {
      await this.#socket.bind(this.#address);
    } catch (error) {
      throw bindError(this.#address, error);
    }
  }

  /** Frames that came in since `bind` waited for this. */
  receive(): void {
    receiveAll(this.#socket, (parts) => this.#onMessage(parts));
  }

  /** A client that is gone, or that does not read, loses the frame. */
  send(routingId: Buffer, frame: Uint8Array): void {
    this.#socket.send([routingId, frame]).catch((error: unknown) => {
      const reason = codeOf(error) === 'EHOSTUNREACH' ? 'not-connected' : 'over-credit';
      this.#events.onDrop(reason, `client ${routingId.toString('hex')}: ${codeOf(error)}`);
    });
  }

  close(): Promise<void> {
    this.#socket.close();
    return this.#ended;
  }

  #onMessage(parts: Buffer[]): void {
    const [routingId, frame] = parts;
    if (parts.length === 2 && routingId !== undefined && frame !== undefined)
      this.#events.onFrame(frame, routingId);
    else this.#events.onDrop('malformed', `${this.#address}: ${parts.length} parts`);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

function bindError(address: string, cause: unknown): DsysError {
  if (codeOf(cause) === 'EADDRINUSE')
    return new DsysError({
      code: 'port-busy',
      message: `expected ${address} to be free, but another process listens there`,
      hint: 'stop that process, or choose other ports: dsys up --base-port N',
      details: { address },
      cause,
    });
  return new DsysError({
    code: 'start-failed',
    message: `cannot listen on ${address}: ${codeOf(cause)}`,
    hint: 'the address in cluster.json must belong to this machine',
    details: { address },
    cause,
  });
}
