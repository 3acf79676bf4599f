// Drives one node, in the real world and in the simulated one alike: feeds it frames, ticks and
// completions, and obeys what comes out, in the order of the contract. When to flush is the owner's
// business (`onWork`): everything of one turn shares one write, one sync and one frame per peer.
//
//   transport ─► decode ─┐                          ┌─► storage.persist ─► step(persisted)
//   ticks ───────────────┼─► node.step … flush() ───┼─► storage.saveState ─► step(state-saved)
//   completions ─────────┘                          └─► encode ─► transport

import type { AddressBook, Input, Ready } from '../core/contract.ts';
import type { ClusterId, ConnectionId, Incarnation, NodeId, StorageId } from '../core/model/ids.ts';
import type { Member } from '../core/model/member.ts';
import type { Node } from '../core/node.ts';
import type { Storage } from '../ports/storage.ts';
import type { Trace } from '../ports/trace.ts';
import type { Transport, TransportEvents } from '../ports/transport.ts';
import { decodeRequests, encodeReplies } from '../wire/client-frame.ts';
import { encodeRemovalNotice, type PeerHeader, type RemovalNotice } from '../wire/frame.ts';
import { AliveFrames } from './alive-frames.ts';
import { packMessages, packReplies } from './frames.ts';
import type { PeerSightings } from './peer-sightings.ts';
import { memberRemoved } from './removal.ts';

/** What a host asks of its node; the simulator puts one that is watched in its place. */
export type DrivenNode = Pick<
  Node,
  'step' | 'takeReady' | 'takeReleasable' | 'hasOutput' | 'removed'
>;

export interface HostOptions {
  readonly node: DrivenNode;
  readonly storage: Storage;
  readonly transport: Transport;
  readonly trace: Trace;
  readonly counters: { drop(reason: string, detail: string): void };
  readonly sightings: PeerSightings;
  readonly identity: {
    readonly clusterId: ClusterId;
    readonly self: NodeId;
    readonly storageId: StorageId;
    readonly incarnation: Incarnation;
  };
  /** There may be something to flush. */
  readonly onWork: () => void;
  /**
   * The node can not go on: the disk failed, an invariant broke, or it is no member any more
   * (`member-removed`). Called once.
   */
  readonly onFatal: (error: unknown) => void;
}

export class Host implements TransportEvents {
  readonly #options: HostOptions;
  readonly #aliveFrames: AliveFrames;
  /** Of every frame that this node sends. */
  readonly #header: PeerHeader;
  #stopped = false;

  constructor(options: HostOptions) {
    this.#options = options;
    const { clusterId, self: sender, storageId, incarnation } = options.identity;
    this.#aliveFrames = new AliveFrames(clusterId);
    this.#header = { clusterId, sender, storageId, incarnation };
  }

  get stopped(): boolean {
    return this.#stopped;
  }

  /** From now on nothing reaches the node, and nothing of it goes out. */
  stop(): void {
    this.#stopped = true;
  }

  /** An input that may change time or durability: a flush follows in any case. */
  step(input: Input): void {
    if (input.kind === 'tick') this.#options.sightings.onTicks(input.ticks);
    this.#guard(() => this.#options.node.step(input));
    this.#options.onWork();
  }

  /** Carries out everything that the node wants done. */
  flush(): void {
    if (this.#stopped) return;
    const { node, transport, identity, trace } = this.#options;
    this.#guard(() => {
      const ready = node.takeReady();
      this.#persist(ready);
      this.#send(ready);
      for (const { connection, replies } of packReplies(ready.replies)) {
        const frame = encodeReplies({ clusterId: identity.clusterId, replies });
        transport.sendToClient({ connection, frame });
      }
      if (ready.addressBook) this.#connect(ready.addressBook);
      for (const event of ready.events) trace.event(event);
      if (node.removed) throw memberRemoved(identity.self);
    });
  }

  onPeerFrame(frame: Uint8Array, connection: string): void {
    const { counters, sightings } = this.#options;
    const decoded = this.#aliveFrames.decode(frame, connection);
    if (decoded.kind === 'dropped') {
      counters.drop(decoded.reason, `${connection}: ${decoded.detail}`);
      return;
    }
    if (decoded.kind === 'removal') {
      this.#onRemovalNotice(decoded);
      return;
    }
    const { header, messages } = decoded;
    const sighting = sightings.onFrame(header);
    if (sighting.kind === 'stranger' || sighting.kind === 'removed') {
      const wasMember = sighting.kind === 'removed';
      counters.drop(wasMember ? 'removed-member' : 'wrong-storage', sighting.detail);
      if (wasMember && sighting.tell) this.#tellRemoved(header);
      return;
    }
    this.#stepAll(() => {
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
    this.#options.onWork();
  }

  /** Only the one that is meant believes it, and only a member: a removal is for ever. */
  #onRemovalNotice({ header, removed }: RemovalNotice): void {
    const { counters, identity, sightings } = this.#options;
    const sighting = removed === identity.storageId ? sightings.onFrame(header) : null;
    if (sighting === null || sighting.kind === 'stranger' || sighting.kind === 'removed') {
      counters.drop('removal-notice', `${header.sender} says that ${removed} was removed`);
      return;
    }
    this.step({ kind: 'removed', by: header.sender });
  }

  #tellRemoved({ sender: peer, storageId }: PeerHeader): void {
    const frame = encodeRemovalNotice(this.#header, storageId);
    this.#options.transport.sendToPeer({ peer, lane: 'raft', frame });
  }

  /** A frame without replies: its header tells the client which protocol version is spoken here. */
  #nameOurVersion(connection: ConnectionId): void {
    const { clusterId } = this.#options.identity;
    const frame = encodeReplies({ clusterId, replies: [] });
    this.#options.transport.sendToClient({ connection, frame });
  }

  /** It is greeted: for the other end we are up when it hears us, and the next heartbeat is far. */
  onPeerConnected(peer: NodeId): void {
    const { sightings, transport } = this.#options;
    sightings.onConnected(peer);
    if (this.#stopped) return;
    const frame = this.#aliveFrames.encode(this.#header, [{ kind: 'alive' }]);
    transport.sendToPeer({ peer, lane: 'raft', frame });
  }

  onPeerDisconnected(peer: NodeId): void {
    const isMember = this.#options.sightings.onDisconnected(peer);
    if (isMember) this.step({ kind: 'peer-down', peer });
  }

  onDrop(reason: string, detail: string): void {
    this.#options.counters.drop(reason, detail);
  }

  /** Inputs that often leave nothing to do: a flush follows only when there is something. */
  #stepAll(steps: () => void): void {
    this.#guard(steps);
    if (!this.#stopped && this.#options.node.hasOutput) this.#options.onWork();
  }

  /** Anything thrown is a broken invariant or a broken disk, and ends the node. */
  #guard(work: () => void): void {
    if (this.#stopped) return;
    try {
      work();
    } catch (error) {
      this.#fail(error);
    }
  }

  #persist({ persist, state }: Ready): void {
    const { node, storage } = this.#options;
    const fail = (error: unknown) => this.#fail(error);
    if (persist) {
      const { number } = persist;
      storage.persist(persist).then(() => this.step({ kind: 'persisted', number }), fail);
    }
    if (state) {
      const { number, sync: synced } = state;
      storage.saveState(state).then(() => this.step({ kind: 'state-saved', number, synced }), fail);
    }
    const releasable = node.takeReleasable();
    if (releasable) storage.release(releasable).catch(fail);
  }

  #send({ messages }: Ready): void {
    const { transport } = this.#options;
    for (const { peer, lane, messages: packed } of packMessages(messages)) {
      transport.sendToPeer({ peer, lane, frame: this.#aliveFrames.encode(this.#header, packed) });
    }
  }

  /** Comes after what was sent: it may be the last that somebody hears of this node. */
  #connect(book: AddressBook): void {
    this.#options.sightings.setMembers(book.members, book.removed);
    this.#options.transport.setMembers(reachable(book));
  }

  #fail(error: unknown): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#options.onFatal(error);
  }
}

/** Members, and those before them that no member's name stands in the way of. */
function reachable({ members, removed }: AddressBook): readonly Member[] {
  const byName = new Map([...removed, ...members].map((member) => [member.node, member]));
  return [...byName.values()];
}
