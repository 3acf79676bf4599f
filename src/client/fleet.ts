// The connections to the nodes of the cluster, opened one by one when a call needs them, and what
// each of them is good for at this moment.

import type { NodeId } from '../core/model/ids.ts';
import { nodeId } from '../core/model/ids.ts';
import type { KeyPair, NodeAddress } from './api.ts';
import type { Attempt } from './call.ts';
import type { Reachability } from './choice.ts';
import type { FrameCodec } from './connection.ts';
import { Connection } from './connection.ts';
import type { Faults } from './failures.ts';
import type { SocketMaker } from './zeromq.ts';

/** A handshake on one machine takes 3 ms; after this long another node is tried as well. */
const handshakeMsMax = 100;
/** A node that holds requests and says nothing at all for so long is paused, or cut off. */
const silenceMsMax = 500;

export interface FleetEvents {
  onUp(node: NodeId): void;
  onDown(node: NodeId, unsent: readonly Attempt[], lost: readonly Attempt[]): void;
  onAnswer: ConstructorParameters<typeof Connection<Attempt>>[0]['events']['onAnswer'];
}

export interface FleetOptions {
  readonly nodes: readonly NodeAddress[];
  readonly keys: KeyPair;
  readonly codec: FrameCodec;
  readonly newSocket: SocketMaker;
}

export class Fleet {
  readonly #options: FleetOptions;
  readonly #addresses: Map<NodeId, NodeAddress>;
  readonly #connections = new Map<NodeId, Connection<Attempt>>();
  readonly #events: FleetEvents;
  /** To nodes that are no members any more, and still owe answers. */
  readonly #leaving = new Set<Connection<Attempt>>();

  constructor(options: FleetOptions, events: FleetEvents) {
    this.#options = options;
    this.#events = events;
    this.#addresses = new Map(options.nodes.map((one) => [nodeId(one.node), one]));
  }

  get nodes(): NodeId[] {
    return [...this.#addresses.keys()].sort();
  }

  knows(node: NodeId): boolean {
    return this.#addresses.has(node);
  }

  /** It was there, and its connection died, or another node has taken its place. */
  isLost(node: NodeId): boolean {
    const fault = this.#connections.get(node)?.fault ?? null;
    return fault !== null && fault !== 'unreachable';
  }

  /** Members that were learned from a node; those that are known keep their connection. */
  learn(nodes: readonly NodeAddress[]): void {
    for (const one of nodes) {
      const node = nodeId(one.node);
      if (!this.#addresses.has(node)) this.#addresses.set(node, one);
    }
  }

  /**
   * They may be members, by the word of a file: true when one of them is news. Those that are gone by
   * the same word stay, because only the cluster itself knows.
   */
  meet(nodes: readonly NodeAddress[]): boolean {
    const news = nodes.filter((one) => {
      const known = this.#addresses.get(nodeId(one.node));
      return known === undefined || !isSameEnd(known, one);
    });
    for (const one of news) {
      const node = nodeId(one.node);
      this.#addresses.set(node, one);
      this.#leave(node, true);
    }
    return news.length > 0;
  }

  /**
   * These are the members now. One that is gone is not asked any more, but what it has been asked
   * it may still answer; one that has new keys or a new address is dialed anew.
   */
  setMembers(nodes: readonly NodeAddress[]): void {
    const members = new Map(nodes.map((one) => [nodeId(one.node), one]));
    for (const [node, known] of this.#addresses) {
      const next = members.get(node);
      if (next !== undefined && isSameEnd(known, next)) continue;
      this.#addresses.delete(node);
      this.#leave(node, next !== undefined);
    }
    for (const [node, one] of members) if (!this.knows(node)) this.#addresses.set(node, one);
  }

  reachabilityOf(node: NodeId, now: number): Reachability {
    if (!this.#addresses.has(node)) return 'down';
    const connection = this.#connections.get(node);
    if (connection === undefined) return 'fresh';
    if (connection.fault !== null) return 'down';
    const waitedMs = connection.isAwaited ? now - connection.heardAt : 0;
    if (!connection.isUp) return waitedMs > handshakeMsMax ? 'slow' : 'fresh';
    return waitedMs > silenceMsMax ? 'slow' : 'up';
  }

  /** Nodes that owe us an answer and do not speak. */
  slowNodes(now: number): ReadonlySet<NodeId> {
    const nodes = [...this.#connections.keys()];
    return new Set(nodes.filter((node) => this.reachabilityOf(node, now) === 'slow'));
  }

  /** The connection to a known node; dials when there is none. */
  connection(node: NodeId): Connection<Attempt> {
    return this.#connections.get(node) ?? this.#open(node);
  }

  /** Why these nodes cannot be used, for the error that says so. */
  faults(nodes: readonly NodeId[]): Faults {
    return new Map(
      nodes.map((node) => [
        node,
        {
          address: this.#addresses.get(node)?.address ?? 'an unknown address',
          fault: this.#connections.get(node)?.fault ?? null,
        },
      ]),
    );
  }

  async close(): Promise<void> {
    const connections = [...this.#connections.values(), ...this.#leaving];
    await Promise.all(connections.map((connection) => connection.close()));
  }

  /** Closes the connection: at once when the node is another one now, else when nothing is due. */
  #leave(node: NodeId, atOnce: boolean): void {
    const connection = this.#connections.get(node);
    if (connection === undefined) return;
    this.#connections.delete(node);
    if (atOnce || connection.fault !== null || !connection.isAwaited) {
      connection.giveUp();
      void connection.close();
    } else this.#leaving.add(connection);
  }

  #open(node: NodeId): Connection<Attempt> {
    const known = this.#addresses.get(node);
    const { address = '', publicKey: serverKey = '' } = known ?? {};
    const connection: Connection<Attempt> = new Connection<Attempt>({
      node,
      address,
      codec: this.#options.codec,
      socket: this.#options.newSocket({ serverKey, keys: this.#options.keys }),
      events: {
        onUp: () => this.#events.onUp(node),
        onDown: (unsent, lost) => {
          if (this.#leaving.delete(connection)) void connection.close();
          this.#events.onDown(node, unsent, lost);
        },
        onAnswer: (attempt, result) => this.#events.onAnswer(attempt, result),
      },
    });
    this.#connections.set(node, connection);
    connection.dial();
    return connection;
  }
}

function isSameEnd(a: NodeAddress, b: NodeAddress): boolean {
  return a.address === b.address && a.publicKey === b.publicKey;
}
