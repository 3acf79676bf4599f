// The connection to one node: a DEALER that dials by itself, an outbox, and what is in flight.
// While most of the newest frame is unanswered, what comes waits and leaves in one frame with what the
// answers bring (as RFC 896 gathers bytes): many callers are served in few large turns of the node,
// and a few never wait. Guarantees: an item is marked `sent` before its bytes leave; it is answered,
// lost or withdrawn exactly once; the next frame waits for answers for `gatherMsMax` at most.

import type { NodeId } from '../core/model/ids.ts';
import type { Reply, Request, Result } from '../core/model/operation.ts';
import { Outbox } from './outbox.ts';
import type { ClientSocket } from './zeromq.ts';

/** One request on its way to a node. */
export interface Outgoing {
  readonly request: Request;
  /** From here on it may take effect. */
  sent: boolean;
}

/** Why a node cannot be used now. */
export type Fault =
  /** Nobody listens. */
  | 'unreachable'
  /** It was up, and the connection died. */
  | 'lost'
  /** The node does not know our key: dialing again is of no use. */
  | 'key-refused'
  /** Somebody listens who is not the node with the key that we know. */
  | 'wrong-node'
  /** It speaks another version of the protocol. */
  | 'protocol-mismatch';

export interface FrameCodec {
  encode(requests: readonly Request[]): Uint8Array;
  /** Null when the frame is of another protocol version; malformed frames hold no replies. */
  decode(frame: Uint8Array): readonly Reply[] | null;
}

export interface ConnectionEvents<Item extends Outgoing> {
  onUp(): void;
  /** `unsent` certainly had no effect; `lost` may have arrived. */
  onDown(unsent: readonly Item[], lost: readonly Item[]): void;
  onAnswer(item: Item, result: Result): void;
}

export interface ConnectionOptions<Item extends Outgoing> {
  readonly node: NodeId;
  readonly address: string;
  readonly socket: ClientSocket;
  readonly codec: FrameCodec;
  readonly events: ConnectionEvents<Item>;
}

/** So few unanswered requests are not worth waiting for. */
const stragglersMax = 3;
/** Requests that take long (locks, a quorum that is not there) hold others up for this long. */
const gatherMsMax = 10;
/** A failed handshake may be a node that dies; two in a row are somebody else. */
const handshakeFailuresMax = 2;

export class Connection<Item extends Outgoing> {
  readonly node: NodeId;
  readonly address: string;
  readonly #socket: ClientSocket;
  readonly #codec: FrameCodec;
  readonly #events: ConnectionEvents<Item>;
  readonly #outbox = new Outbox<Item>();
  readonly #inFlight = new Map<number, Item>();
  /** The unanswered items of the frame that was sent last. */
  readonly #newest = new Set<Item>();
  readonly #ended: Promise<void>;
  #up = false;
  #fault: Fault | null = null;
  #handshakeFailures = 0;
  #writing = false;
  /** Runs while something waits for the answers to the newest frame. */
  #gathering: NodeJS.Timeout | null = null;
  #heardAt = 0;
  /** Requests were given up unanswered since the node was last heard. */
  #mute = false;

  constructor(options: ConnectionOptions<Item>) {
    this.node = options.node;
    this.address = options.address;
    this.#socket = options.socket;
    this.#codec = options.codec;
    this.#events = options.events;
    this.#ended = new Promise((resolve) => this.#socket.events.on('end', () => resolve()));
  }

  get isUp(): boolean {
    return this.#up;
  }

  /** null while it dials for the first time or is up. */
  get fault(): Fault | null {
    return this.#fault;
  }

  /** When the node was last heard, or since when we wait for it. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** The node owes us something: a handshake, an answer, or at least a sign of life. */
  get isAwaited(): boolean {
    return this.#mute || this.#inFlight.size > 0 || !this.#outbox.isEmpty;
  }

  dial(): void {
    const { events } = this.#socket;
    events.on('handshake', () => this.#onUp());
    events.on('disconnect', () => this.#onDown('lost'));
    events.on('connect:retry', () => this.#onDown('unreachable'));
    events.on('handshake:error:auth', () => this.#onDown('key-refused'));
    events.on('handshake:error:protocol', () => this.#onDown('wrong-node'));
    events.on('handshake:error:other', () => this.#onHandshakeFailure());
    this.#heardAt = performance.now();
    this.#socket.connect(this.address);
    this.#receive().catch(rethrow);
  }

  send(item: Item): void {
    if (!this.isAwaited) this.#heardAt = performance.now();
    this.#outbox.add(item);
    this.#schedule();
  }

  /** Gives an item up: if it was not sent, it never will be; if it was, its answer is ignored. */
  withdraw(item: Item): void {
    this.#outbox.remove(item);
    if (!this.#inFlight.delete(item.request.id)) return;
    this.#mute = true;
    this.#newest.delete(item);
    this.#schedule();
  }

  /** Nothing that was asked is waited for any more. */
  giveUp(): void {
    if (this.isAwaited) this.#onDown('lost');
  }

  close(): Promise<void> {
    this.#up = false;
    this.#stopGathering();
    this.#socket.close();
    return this.#ended;
  }

  /** Sends in the next turn of the event loop, or gathers. */
  #schedule(): void {
    if (!this.#up || this.#writing || this.#outbox.isEmpty) return;
    if (!this.#isFrameDue) {
      this.#gathering ??= setTimeout(() => this.#onGathered(), gatherMsMax);
      return;
    }
    this.#stopGathering();
    this.#writing = true;
    setImmediate(() => {
      this.#write().catch(rethrow);
    });
  }

  get #isFrameDue(): boolean {
    return this.#newest.size <= stragglersMax || this.#outbox.fillsFrame;
  }

  #onGathered(): void {
    this.#gathering = null;
    this.#newest.clear();
    this.#schedule();
  }

  #stopGathering(): void {
    if (this.#gathering !== null) clearTimeout(this.#gathering);
    this.#gathering = null;
  }

  async #write(): Promise<void> {
    try {
      while (this.#up && !this.#outbox.isEmpty && this.#isFrameDue)
        await this.#socket.send(this.#nextFrame());
    } catch (error) {
      if (!this.#socket.closed) throw error;
    } finally {
      this.#writing = false;
    }
    this.#schedule();
  }

  #nextFrame(): Uint8Array {
    const items = this.#outbox.takeFrame();
    this.#newest.clear();
    for (const item of items) {
      this.#inFlight.set(item.request.id, item);
      this.#newest.add(item);
      item.sent = true;
    }
    return this.#codec.encode(items.map(({ request }) => request));
  }

  async #receive(): Promise<void> {
    for await (const [frame] of this.#socket) {
      if (frame !== undefined) this.#onFrame(frame);
      await nextTurn();
    }
  }

  #onFrame(frame: Uint8Array): void {
    this.#heardAt = performance.now();
    this.#mute = false;
    const replies = this.#codec.decode(frame);
    if (replies === null) this.#onDown('protocol-mismatch');
    for (const { id, result } of replies ?? []) {
      const item = this.#inFlight.get(id);
      if (item === undefined) continue;
      this.#inFlight.delete(id);
      this.#newest.delete(item);
      this.#events.onAnswer(item, result);
    }
    this.#schedule();
  }

  #onUp(): void {
    this.#up = true;
    this.#fault = null;
    this.#handshakeFailures = 0;
    this.#heardAt = performance.now();
    this.#mute = false;
    this.#schedule();
    this.#events.onUp();
  }

  #onHandshakeFailure(): void {
    this.#handshakeFailures += 1;
    this.#onDown(this.#handshakeFailures < handshakeFailuresMax ? 'unreachable' : 'wrong-node');
  }

  /** The first fault of a series is the cause; what ZeroMQ reports after it is its consequence. */
  #onDown(fault: Fault): void {
    if (this.#socket.closed) return;
    const wasDown = this.#fault !== null;
    if (!wasDown || isLasting(fault)) this.#fault = fault;
    this.#up = false;
    this.#mute = false;
    if (wasDown && !this.isAwaited) return;
    const [unsent, inFlight] = [this.#outbox.takeAll(), [...this.#inFlight.values()]];
    this.#inFlight.clear();
    this.#newest.clear();
    this.#stopGathering();
    // A node that does not understand our frames has not executed them either.
    if (fault === 'protocol-mismatch') this.#events.onDown([...unsent, ...inFlight], []);
    else this.#events.onDown(unsent, inFlight);
  }
}

/** Dialing again does not help. */
export function isLasting(fault: Fault | null): boolean {
  return fault === 'key-refused' || fault === 'wrong-node' || fault === 'protocol-mismatch';
}

/** Lets everything else of this turn happen first: follow-up requests then share a frame. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A bug must not vanish in a promise that nobody awaits. */
function rethrow(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}
