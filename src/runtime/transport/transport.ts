// The real transport: CURVE-encrypted ZeroMQ sockets on the main thread (DESIGN, section 12).
//
//   peer, bulk:  DEALER of each peer ──► ROUTER here          one direction per socket, one socket per lane
//   clients:     DEALER of a client ◄──► ROUTER here
//
// Guarantees what ports/transport.ts asks; only members reach the first two, members and clients
// the third.

import { randomUUID } from 'node:crypto';
import type { ConnectionId, Lane, NodeId } from '../../core/model/ids.ts';
import { connectionId } from '../../core/model/ids.ts';
import type { Member } from '../../core/model/operation.ts';
import { DsysError } from '../../errors.ts';
import type { Transport, TransportEvents } from '../../ports/transport.ts';
import { guardDomain, releaseDomain } from './authenticator.ts';
import type { PeerLinkEvents } from './peer-link.ts';
import { PeerLink } from './peer-link.ts';
import { Senders } from './senders.ts';
import type { ServerSocketEvents } from './server-socket.ts';
import { ServerSocket } from './server-socket.ts';
import type { ServerSocketOptions } from './zeromq.ts';
import { newPeerSocket, newServerSocket } from './zeromq.ts';

export interface ZeroMqTransportOptions {
  readonly self: NodeId;
  /** All members, this one included; it says where to listen. */
  readonly members: readonly Member[];
  /** Z85, of this node. */
  readonly publicKey: string;
  readonly secretKey: string;
  /** Z85, of the clients; members may connect as clients too. */
  readonly clientPublicKey: string;
}

/**
 * A transport that has no socket yet; `start` opens them. Frames given to it must not be changed
 * later.
 */
export function openZeroMqTransport(options: ZeroMqTransportOptions): Transport {
  return new ZeroMqTransport(options);
}

/** Lists of keys: members only, and members with clients. */
interface Domains {
  readonly peers: string;
  readonly clients: string;
}

class ZeroMqTransport implements Transport {
  readonly #options: ZeroMqTransportOptions;
  /** Tells this process from others under the same name. */
  readonly #instance = randomUUID().slice(0, 8);
  readonly #links: Readonly<Record<Lane, Map<NodeId, PeerLink>>> = {
    raft: new Map(),
    bulk: new Map(),
  };
  readonly #servers: ServerSocket[] = [];
  readonly #domains: string[] = [];
  #clients: ServerSocket | null = null;
  #closed: Promise<void> | null = null;

  constructor(options: ZeroMqTransportOptions) {
    this.#options = options;
  }

  async start(events: TransportEvents): Promise<void> {
    const domains = await this.#guardAll(events);
    if (this.#closed !== null) return;
    await this.#listen(domains, events);
    if (this.#closed !== null) return;
    for (const server of this.#servers) server.receive();
    for (const member of this.#options.members)
      if (member.node !== this.#options.self) this.#dial(member, events);
  }

  sendToPeer({ peer, lane, frame }: { peer: NodeId; lane: Lane; frame: Uint8Array }): void {
    this.#links[lane].get(peer)?.send(frame);
  }

  sendToClient({ connection, frame }: { connection: ConnectionId; frame: Uint8Array }): void {
    this.#clients?.send(Buffer.from(connection, 'hex'), frame);
  }

  close(): Promise<void> {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  #self(): Member {
    const self = this.#options.members.find((member) => member.node === this.#options.self);
    if (self !== undefined) return self;
    throw new DsysError({
      code: 'node-not-found',
      message: `expected ${this.#options.self} among the members of the cluster, but it is not there`,
      hint: 'compare the name with the members in cluster.json',
    });
  }

  async #guardAll(events: TransportEvents): Promise<Domains> {
    const memberKeys = this.#options.members.map((member) => member.publicKey);
    return {
      peers: await this.#guard('peers', memberKeys, events),
      clients: await this.#guard('clients', [...memberKeys, this.#options.clientPublicKey], events),
    };
  }

  async #guard(audience: string, keys: string[], events: TransportEvents): Promise<string> {
    const domain = `dsys/${audience}/${this.#options.self}/${this.#instance}`;
    const onRefused = (address: string): void =>
      events.onDrop('unauthorized', `the socket of ${audience} refused a key from ${address}`);
    this.#domains.push(domain);
    await guardDomain({ domain, allowed: new Set(keys), onRefused });
    return domain;
  }

  async #listen(domains: Domains, events: TransportEvents): Promise<void> {
    const { addresses } = this.#self();
    const { onDrop } = dropping(events);
    const forPeers = { zapDomain: domains.peers, audience: 'peers' } as const;
    const forClients = { zapDomain: domains.clients, audience: 'clients' } as const;
    for (const address of [addresses.peer, addresses.bulk])
      this.#serve(forPeers, address, { onDrop, onFrame: peerFrames(events) });
    this.#clients = this.#serve(forClients, addresses.client, {
      onDrop,
      onFrame: (frame, id) => events.onClientFrame(frame, connectionId(id.toString('hex'))),
    });
    try {
      for (const server of this.#servers) await server.bind();
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  #serve(
    settings: Omit<ServerSocketOptions, 'secretKey'>,
    address: string,
    events: ServerSocketEvents,
  ): ServerSocket {
    const { secretKey } = this.#options;
    const socket = newServerSocket({ secretKey, ...settings });
    const server = new ServerSocket({ socket, address, events });
    this.#servers.push(server);
    return server;
  }

  #dial(member: Member, events: TransportEvents): void {
    const quiet: PeerLinkEvents = {
      ...dropping(events),
      onConnected: () => undefined,
      onDisconnected: () => undefined,
    };
    const watched: PeerLinkEvents = {
      ...dropping(events),
      onConnected: () => events.onPeerConnected(member.node),
      onDisconnected: () => events.onPeerDisconnected(member.node),
    };
    this.#link(member, 'raft', watched);
    this.#link(member, 'bulk', quiet);
  }

  #link(member: Member, lane: Lane, events: PeerLinkEvents): void {
    const { self, publicKey, secretKey } = this.#options;
    const routingId = `${self}/${this.#instance}`;
    const socket = newPeerSocket({ publicKey, secretKey, serverKey: member.publicKey, routingId });
    const { peer, bulk } = member.addresses;
    const link = new PeerLink({ socket, address: lane === 'raft' ? peer : bulk, events });
    this.#links[lane].set(member.node, link);
    link.dial();
  }

  async #closeAll(): Promise<void> {
    const links = [...this.#links.raft.values(), ...this.#links.bulk.values()];
    await Promise.all([...links, ...this.#servers].map((socket) => socket.close()));
    for (const domain of this.#domains) await releaseDomain(domain);
  }
}

function peerFrames(events: TransportEvents): ServerSocketEvents['onFrame'] {
  const senders = new Senders();
  return (frame, id) => {
    const sender = id.toString();
    if (senders.admit(sender)) events.onPeerFrame(frame, sender);
    else events.onDrop('superseded', sender);
  };
}

function dropping(events: TransportEvents): Pick<TransportEvents, 'onDrop'> {
  return { onDrop: (reason, detail) => events.onDrop(reason, detail) };
}
