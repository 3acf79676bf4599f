// Drives one node in the real world: feeds it frames, ticks and completions, and obeys what comes
// out, in the order of the contract. One flush per turn of the event loop, so that everything of a
// turn shares one write, one sync and one frame per peer.
//
//   transport ─► decode ─┐                        ┌─► storage.persist ─► step(persisted)
//   ticker ──────────────┼─► node.step … flush ───┼─► storage.saveState ─► step(state-saved)
//   completions ─────────┘    (setImmediate)      └─► encode ─► transport

import type { Ready } from '../core/contract.ts';
import type { ClusterId, ConnectionId, Incarnation, NodeId, StorageId } from '../core/model/ids.ts';
import type { Node } from '../core/node.ts';
import type { Clock } from '../ports/clock.ts';
import type { Storage } from '../ports/storage.ts';
import type { Trace } from '../ports/trace.ts';
import type { Transport, TransportEvents } from '../ports/transport.ts';
import { decodeRequests, encodeReplies } from '../wire/client-frame.ts';
import { AliveFrames } from './alive-frames.ts';
import type { Counters } from './counters.ts';
import { packMessages, packReplies } from './frames.ts';
import type { PeerSightings } from './peer-sightings.ts';
import { Ticker } from './ticker.ts';

/**
 * With this many calls open, flushes come at least this far apart. Every flush costs a frame to
 * each peer and a write to the disk, whatever is in it; measured, that is most of what a put costs.
 */
const gatherCallsMin = 4;
const gatherMs = 1;

export interface HostOptions {
  readonly node: Node;
  readonly storage: Storage;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly trace: Trace;
  readonly counters: Counters;
  readonly sightings: PeerSightings;
  readonly identity: {
    readonly clusterId: ClusterId;
    readonly self: NodeId;
    readonly storageId: StorageId;
    readonly incarnation: Incarnation;
  };
  /** The node can not go on: the disk failed, or an invariant broke. Called once. */
  readonly onFatal: (error: unknown) => void;
}

export class Host implements TransportEvents {
  readonly #options: HostOptions;
  readonly #ticker: Ticker;
  readonly #aliveFrames: AliveFrames;
  #flushScheduled = false;
  #flushedAtMs = Number.NEGATIVE_INFINITY;
  #stopped = false;
  #onDrained: (() => void) | null = null;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#aliveFrames = new AliveFrames(options.identity.clusterId);
    const onTicks = (ticks: number) => this.#guard(() => this.#onTicks(ticks));
    this.#ticker = new Ticker({ clock: options.clock, onTicks });
  }

  async start(): Promise<void> {
    await this.#options.transport.start(this);
    this.#ticker.arm(1);
    this.#scheduleFlush();
  }

  /** Hands leaderships over; resolves when that is done or after `limitMs`. */
  drain(limitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#options.clock.after(limitMs, resolve);
      this.#onDrained = () => {
        cancel();
        resolve();
      };
      this.#guard(() => this.#options.node.step({ kind: 'drain' }));
    });
  }

  /** Lets go of sockets and files. What was acknowledged is durable; the rest may be lost. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#ticker.stop();
    await this.#options.transport.close();
    await this.#options.storage.close();
  }

  onPeerFrame(frame: Uint8Array, connection: string): void {
    const { counters, sightings } = this.#options;
    const decoded = this.#aliveFrames.decode(frame, connection);
    if (decoded.kind === 'dropped') {
      counters.drop(decoded.reason, `${connection}: ${decoded.detail}`);
      return;
    }
    const { header, messages } = decoded;
    const sighting = sightings.onFrame(header);
    if (sighting.kind === 'stranger') {
      counters.drop('wrong-storage', sighting.detail);
      return;
    }
    this.#step(() => {
      const { node } = this.#options;
      const { sender, incarnation } = header;
      if (sighting.kind === 'up') node.step({ kind: 'peer-up', peer: sender, incarnation });
      for (const message of messages) node.step({ kind: 'message', from: sender, message });
    });
  }

  onClientFrame(frame: Uint8Array, connection: ConnectionId): void {
    const { identity, counters, node } = this.#options;
    const decoded = decodeRequests(frame, { clusterId: identity.clusterId });
    if (decoded.kind === 'dropped') {
      counters.drop(decoded.reason, `client ${connection}: ${decoded.detail}`);
      if (decoded.reason === 'protocol-version') this.#nameOurVersion(connection);
      return;
    }
    this.#guard(() => {
      for (const request of decoded.requests) node.step({ kind: 'request', connection, request });
    });
  }

  /** A frame without replies: its header tells the client which protocol version is spoken here. */
  #nameOurVersion(connection: ConnectionId): void {
    const { clusterId } = this.#options.identity;
    const frame = encodeReplies({ clusterId, replies: [] });
    this.#options.transport.sendToClient({ connection, frame });
  }

  onPeerConnected(peer: NodeId): void {
    this.#options.sightings.onConnected(peer);
  }

  onPeerDisconnected(peer: NodeId): void {
    this.#options.sightings.onDisconnected(peer);
    this.#guard(() => this.#options.node.step({ kind: 'peer-down', peer }));
  }

  onDrop(reason: string, detail: string): void {
    this.#options.counters.drop(reason, detail);
  }

  #onTicks(ticks: number): void {
    const { node, clock } = this.#options;
    node.step({ kind: 'tick', ticks, wallMs: clock.wallMs() });
    if (node.drained) this.#onDrained?.();
  }

  /** A step that may change time or durability: a flush follows in any case. */
  #guard(step: () => void): void {
    this.#step(step);
    this.#scheduleFlush();
  }

  /** Runs a step; anything thrown is a broken invariant and ends the node. */
  #step(step: () => void): void {
    if (this.#stopped) return;
    try {
      step();
    } catch (error) {
      this.#fail(error);
      return;
    }
    if (this.#options.node.hasOutput) this.#scheduleFlush();
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    const flush = () => {
      this.#flushScheduled = false;
      if (!this.#stopped) this.#flush();
    };
    if (this.#shouldGather()) this.#options.clock.after(gatherMs, flush);
    else setImmediate(flush);
  }

  /**
   * Many calls are open and the last flush was just now: one that is a little later carries more.
   */
  #shouldGather(): boolean {
    const { node, clock } = this.#options;
    if (node.openCalls < gatherCallsMin) return false;
    return clock.monotonicMs() - this.#flushedAtMs < gatherMs;
  }

  #flush(): void {
    const { node, transport, clock } = this.#options;
    this.#flushedAtMs = clock.monotonicMs();
    try {
      const ready = node.takeReady();
      this.#persist(ready);
      this.#send(ready);
      for (const { connection, replies } of packReplies(ready.replies)) {
        const { clusterId } = this.#options.identity;
        const frame = encodeReplies({ clusterId, replies });
        transport.sendToClient({ connection, frame });
      }
      for (const event of ready.events) this.#options.trace.event(event);
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#ticker.arm(node.restingTicks);
  }

  #persist({ persist, state }: Ready): void {
    const { node, storage } = this.#options;
    const fail = (error: unknown) => this.#fail(error);
    if (persist) {
      const { number } = persist;
      storage
        .persist(persist)
        .then(() => this.#guard(() => node.step({ kind: 'persisted', number })), fail);
    }
    if (state) {
      const { number, sync: synced } = state;
      storage
        .saveState(state)
        .then(() => this.#guard(() => node.step({ kind: 'state-saved', number, synced })), fail);
    }
    const releasable = node.takeReleasable();
    if (releasable) storage.release(releasable).catch(fail);
  }

  #send({ messages }: Ready): void {
    const { identity, transport } = this.#options;
    const { clusterId, self: sender, storageId, incarnation } = identity;
    const header = { clusterId, sender, storageId, incarnation };
    for (const { peer, lane, messages: packed } of packMessages(messages)) {
      transport.sendToPeer({ peer, lane, frame: this.#aliveFrames.encode(header, packed) });
    }
  }

  #fail(error: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#ticker.stop();
    this.#options.onFatal(error);
  }
}
