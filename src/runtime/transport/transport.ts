// The real transport: CURVE-encrypted ZeroMQ sockets on the main thread (DESIGN, section 12).
//
//   peer, bulk:  DEALER of each peer ──► ROUTER here          one direction per socket, one socket per lane
//   clients:     DEALER of a client ◄──► ROUTER here
//
// Guarantees what ports/transport.ts asks; only members reach the first two, members and clients
// the third.

import type { ConnectionId, Lane, NodeId } from '../../core/model/ids.ts';
import { connectionId } from '../../core/model/ids.ts';
import type { Member } from '../../core/model/member.ts';
import { DsysError } from '../../errors.ts';
import type { Transport, TransportEvents } from '../../ports/transport.ts';
import { Admission } from './admission.ts';
import { guardDomain, releaseDomain } from './authenticator.ts';
import { PeerLinks } from './peer-links.ts';
import { newInstance, routingIdOf } from './routing-id.ts';
import { Senders } from './senders.ts';
import type { ServerSocketEvents } from './server-socket.ts';
import { ServerSocket } from './server-socket.ts';
import type { ServerSocketOptions } from './zeromq.ts';
import { newServerSocket } from './zeromq.ts';

export interface ZeroMqTransportOptions {
  readonly self: NodeId;
  /** Until `setMembers` says more. This one is included; it says where to listen. */
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
  readonly #instance = newInstance();
  readonly #admission: Admission;
  readonly #servers: ServerSocket[] = [];
  readonly #domains: string[] = [];
  #members: readonly Member[];
  /** null: not started. */
  #links: PeerLinks | null = null;
  #clients: ServerSocket | null = null;
  #closed: Promise<void> | null = null;

  constructor(options: ZeroMqTransportOptions) {
    this.#options = options;
    this.#members = options.members;
    this.#admission = new Admission(options.clientPublicKey);
    this.#admission.setMembers(options.members);
  }

  async start(events: TransportEvents): Promise<void> {
    const domains = await this.#guardAll(events);
    if (this.#closed !== null) return;
    await this.#listen(domains, events);
    if (this.#closed !== null) return;
    for (const server of this.#servers) server.receive();
    const { self: node, publicKey, secretKey } = this.#options;
    const routingId = routingIdOf({ node, publicKey, instance: this.#instance });
    this.#links = new PeerLinks({ self: node, publicKey, secretKey, routingId, events });
    this.#links.setMembers(this.#members);
  }

  setMembers(members: readonly Member[]): void {
    this.#members = members;
    this.#admission.setMembers(members);
    this.#links?.setMembers(members);
  }

  sendToPeer(options: { peer: NodeId; lane: Lane; frame: Uint8Array }): void {
    this.#links?.send(options);
  }

  sendToClient({ connection, frame }: { connection: ConnectionId; frame: Uint8Array }): void {
    this.#clients?.send(Buffer.from(connection, 'hex'), frame);
  }

  close(): Promise<void> {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  #self(): Member {
    const self = this.#members.find((member) => member.node === this.#options.self);
    if (self !== undefined) return self;
    throw new DsysError({
      code: 'node-not-found',
      message: `expected ${this.#options.self} among the members of the cluster, but it is not there`,
      hint: 'compare the name with the members in cluster.json',
    });
  }

  async #guardAll(events: TransportEvents): Promise<Domains> {
    const { peerKeys, clientKeys } = this.#admission;
    return {
      peers: await this.#guard('peers', peerKeys, events),
      clients: await this.#guard('clients', clientKeys, events),
    };
  }

  async #guard(
    audience: string,
    allowed: ReadonlySet<string>,
    events: TransportEvents,
  ): Promise<string> {
    const domain = `dsys/${audience}/${this.#options.self}/${this.#instance}`;
    const onRefused = (address: string): void =>
      events.onDrop('unauthorized', `the socket of ${audience} refused a key from ${address}`);
    this.#domains.push(domain);
    await guardDomain({ domain, allowed, onRefused });
    return domain;
  }

  async #listen(domains: Domains, events: TransportEvents): Promise<void> {
    const { addresses } = this.#self();
    const onDrop: TransportEvents['onDrop'] = (reason, detail) => events.onDrop(reason, detail);
    const forPeers = { zapDomain: domains.peers, audience: 'peers' } as const;
    const forClients = { zapDomain: domains.clients, audience: 'clients' } as const;
    for (const address of [addresses.peer, addresses.bulk])
      this.#serve(forPeers, address, { onDrop, onFrame: peerFrames(events, this.#admission) });
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

  async #closeAll(): Promise<void> {
    await Promise.all([this.#links, ...this.#servers].map((part) => part?.close()));
    for (const domain of this.#domains) await releaseDomain(domain);
  }
}

function peerFrames(events: TransportEvents, admission: Admission): ServerSocketEvents['onFrame'] {
  const senders = new Senders();
  return (frame, id) => {
    const sender = id.toString();
    if (!admission.admits(sender)) events.onDrop('unauthorized', `${sender} is no member's`);
    else if (senders.admit(sender)) events.onPeerFrame(frame, sender);
    else events.onDrop('superseded', sender);
  };
}
