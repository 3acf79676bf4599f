// The links to all peers, one on each lane. Guarantee: a peer that is wanted has links with the key
// and the addresses that it has now, or is being dialled; nobody else has any.

import type { Lane, NodeId } from '../../core/model/ids.ts';
import type { Member } from '../../core/model/member.ts';
import type { TransportEvents } from '../../ports/transport.ts';
import { PeerLink, type PeerLinkEvents } from './peer-link.ts';
import { newPeerSocket } from './zeromq.ts';

export interface PeerLinksOptions {
  readonly self: NodeId;
  /** Z85, of this node. */
  readonly publicKey: string;
  readonly secretKey: string;
  readonly routingId: string;
  readonly events: TransportEvents;
}

interface Peer {
  readonly member: Member;
  readonly links: Readonly<Record<Lane, PeerLink>>;
}

export class PeerLinks {
  readonly #options: PeerLinksOptions;
  readonly #peers = new Map<NodeId, Peer>();
  /** Sockets on their way to their end. */
  readonly #ending = new Set<Promise<void>>();
  #closed = false;

  constructor(options: PeerLinksOptions) {
    this.#options = options;
  }

  setMembers(members: readonly Member[]): void {
    if (this.#closed) return;
    const wanted = new Map(members.map((member) => [member.node, member]));
    wanted.delete(this.#options.self);
    for (const peer of [...this.#peers.values()]) {
      const now = wanted.get(peer.member.node);
      if (now === undefined || !isReachedAlike(peer.member, now)) this.#hangUp(peer);
    }
    for (const member of wanted.values()) if (!this.#peers.has(member.node)) this.#dial(member);
  }

  send({ peer, lane, frame }: { peer: NodeId; lane: Lane; frame: Uint8Array }): void {
    const known = this.#peers.get(peer);
    if (known !== undefined) known.links[lane].send(frame);
    else this.#options.events.onDrop('not-connected', peer);
  }

  /** Reports nothing more; resolves when all sockets are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const { links } of this.#peers.values()) {
      this.#await(links.raft.close());
      this.#await(links.bulk.close());
    }
    await Promise.all(this.#ending);
  }

  #dial(member: Member): void {
    const { events } = this.#options;
    const onDrop: PeerLinkEvents['onDrop'] = (reason, detail) => events.onDrop(reason, detail);
    const watched: PeerLinkEvents = {
      onDrop,
      onConnected: () => events.onPeerConnected(member.node),
      onDisconnected: () => events.onPeerDisconnected(member.node),
    };
    const quiet = { onDrop, onConnected: () => undefined, onDisconnected: () => undefined };
    const { peer, bulk } = member.addresses;
    const links = {
      raft: this.#link(member, peer, watched),
      bulk: this.#link(member, bulk, quiet),
    };
    this.#peers.set(member.node, { member, links });
    links.raft.dial();
    links.bulk.dial();
  }

  #link({ publicKey: serverKey }: Member, address: string, events: PeerLinkEvents): PeerLink {
    const { publicKey, secretKey, routingId } = this.#options;
    const socket = newPeerSocket({ publicKey, secretKey, serverKey, routingId });
    return new PeerLink({ socket, address, events });
  }

  #hangUp({ member, links }: Peer): void {
    this.#peers.delete(member.node);
    this.#await(links.raft.hangUp());
    this.#await(links.bulk.hangUp());
  }

  #await(end: Promise<void>): void {
    this.#ending.add(end);
    const forget = () => this.#ending.delete(end);
    end.then(forget, forget);
  }
}

function isReachedAlike(a: Member, b: Member): boolean {
  const { peer, bulk } = a.addresses;
  return a.publicKey === b.publicKey && peer === b.addresses.peer && bulk === b.addresses.bulk;
}
