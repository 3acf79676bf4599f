// The operator's end of the network: requests to the nodes in the cluster's file, and who led the
// control group when somebody last said so.

import type { ClusterId, NodeId } from '../../core/model/ids.ts';
import type { Operation, Result } from '../../core/model/operation.ts';
import type { Random } from '../../core/model/random.ts';
import { decodeReplies, encodeRequests } from '../../wire/client-frame.ts';
import type { ClientConnection, ClientNetwork } from '../cast.ts';
import type { ClusterFile } from '../cluster-file.ts';

/** Client 0 of the network; the clients of the workload count from 1. */
const operatorsNumber = 0;
const tickMs = 10;

export interface Asked {
  readonly operation: Operation;
  readonly node: NodeId;
  readonly forward: boolean;
  readonly timeoutTicks: number;
  readonly onResult: (result: Result) => void;
}

export class Link {
  readonly #clusterId: ClusterId;
  readonly #network: ClientNetwork;
  readonly #file: ClusterFile;
  readonly #connections = new Map<NodeId, ClientConnection>();
  readonly #waiting = new Map<number, Asked>();
  #ids = 0;
  #leader: NodeId | null = null;

  constructor(options: { clusterId: ClusterId; network: ClientNetwork; file: ClusterFile }) {
    this.#clusterId = options.clusterId;
    this.#network = options.network;
    this.#file = options.file;
  }

  /** Where to ask next: the leader as far as it is known, now and then anybody. */
  choose(random: Random): NodeId | null {
    if (this.#leader !== null && random.chance(0.8)) return this.#leader;
    const { members } = this.#file;
    return members[random.below(Math.max(1, members.length))]?.node ?? null;
  }

  /** It did not answer. */
  doubt(node: NodeId): void {
    if (this.#leader === node) this.#leader = null;
  }

  ask(asked: Asked): void {
    this.#ids += 1;
    this.#waiting.set(this.#ids, asked);
    const { operation, node, forward, timeoutTicks } = asked;
    const request = {
      id: this.#ids,
      operation,
      consistency: 'quorum',
      timeoutMs: timeoutTicks * tickMs,
      session: null,
      forward,
    } as const;
    const frame = encodeRequests({ clusterId: this.#clusterId, requests: [request] });
    this.#connection(node).send(frame);
  }

  #connection(node: NodeId): ClientConnection {
    const known = this.#connections.get(node);
    if (known !== undefined) return known;
    const onFrame = (frame: Uint8Array): void => this.#onFrame(frame);
    const made = this.#network.connect({ client: operatorsNumber, node, onFrame });
    this.#connections.set(node, made);
    return made;
  }

  #onFrame(frame: Uint8Array): void {
    const decoded = decodeReplies(frame, { clusterId: this.#clusterId });
    if (decoded.kind === 'dropped') return;
    for (const { id, result } of decoded.replies) {
      const asked = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (asked === undefined) continue;
      if (result.kind === 'refused') this.#learn(asked.node, result.refusal.leader);
      asked.onResult(result);
    }
  }

  #learn(from: NodeId, leader: NodeId | null): void {
    if (leader !== null) this.#leader = leader;
    else if (this.#leader === from) this.#leader = null;
  }
}
