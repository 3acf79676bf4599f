// Questions that the client asks for itself: who leads what, of the first node that is reached (in
// the frame of the first operation); whether a node that fell silent is alive again; and who is a
// member now, when a node names a leader that is not known here, or a connection is lost. The
// control group's own word on the members counts by its index: an old one changes nothing. When
// nobody answers who is known here, all of them may have left: then cluster.json is read again.

import type { NodeId } from '../core/model/ids.ts';
import { controlGroup, nodeId } from '../core/model/ids.ts';
import type { Member } from '../core/model/member.ts';
import type { NodeQuery, Topology } from '../core/model/operation.ts';
import type { NodeAddress } from './api.ts';
import type { Success } from './call.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Routes } from './routes.ts';

const askMs = 1000;
/** The members that a client knows are looked at again after so long, when all are asked. */
const freshMs = 1000;
/** While nobody answers, cluster.json is read again after so long. */
const rereadMs = 500;

type ControlState = Extract<Success, { readonly kind: 'control' }>;

export class TopologyWatch {
  readonly #routes: Routes;
  readonly #dispatcher: () => Dispatcher;
  readonly #nodesNow: () => readonly NodeAddress[];
  readonly #asking = new Set<NodeId>();
  readonly #askingMembers = new Set<NodeId>();
  #refreshing = false;
  #refreshedAt = performance.now();
  #rereadAt = Number.NEGATIVE_INFINITY;

  constructor(options: {
    readonly routes: Routes;
    readonly dispatcher: () => Dispatcher;
    /** As cluster.json has them, or as the program gave them. */
    readonly nodesNow: () => readonly NodeAddress[];
  }) {
    this.#routes = options.routes;
    this.#dispatcher = options.dispatcher;
    this.#nodesNow = options.nodesNow;
  }

  /** Learns the topology, if nobody told it yet. */
  onUp(node: NodeId): void {
    if (!this.#routes.isLearned) this.#ask(node);
  }

  /**
   * Any answer makes the node usable again; without a question nobody would ever ask it anything.
   */
  onSlow(node: NodeId): void {
    this.#ask(node);
  }

  /** It may have left, or be another one now: the others know. */
  onLost(): void {
    if (this.#refreshing) return;
    this.#refreshing = true;
    void this.#askMembers(null, askMs).finally(() => {
      this.#refreshing = false;
    });
  }

  /** Nobody who is known can be reached. True: now there is somebody to ask who was not known. */
  onNobody(): boolean {
    const now = performance.now();
    if (now - this.#rereadAt < rereadMs) return false;
    this.#rereadAt = now;
    const nodes = this.#nodesNow();
    if (!this.#dispatcher().fleet.meet(nodes)) return false;
    this.#routes.meet(nodes.map(({ node }) => nodeId(node)));
    this.onLost();
    return true;
  }

  /** The node names somebody as leader whom the client does not know. */
  onStranger(from: NodeId): void {
    if (this.#askingMembers.has(from)) return;
    this.#askingMembers.add(from);
    void this.#askMembers(from, askMs).finally(() => this.#askingMembers.delete(from));
  }

  /** Looks at the members again when that was long ago; never rejects. */
  async refresh(timeoutMs: number): Promise<void> {
    if (performance.now() - this.#refreshedAt >= freshMs) await this.#askMembers(null, timeoutMs);
  }

  /** What the control group says of the members, if that is news. */
  learnMembers({ index, row }: Pick<ControlState, 'index' | 'row'>): void {
    this.#refreshedAt = performance.now();
    const names = row.members.map(({ node }) => node);
    if (!this.#routes.learnMembers(index, names)) return;
    this.#dispatcher().fleet.setMembers(row.members.map(addressOf));
    this.#dispatcher().onMembersChanged();
  }

  #ask(node: NodeId): void {
    if (this.#asking.has(node)) return;
    this.#asking.add(node);
    this.#submit({ kind: 'topology' }, node, askMs).then(
      (result) => {
        this.#asking.delete(node);
        if (result.kind === 'topology' && !this.#routes.isLearned) this.#learn(result.topology);
      },
      () => this.#asking.delete(node),
    );
  }

  async #askMembers(node: NodeId | null, timeoutMs: number): Promise<void> {
    const result = await this.#submit({ kind: 'control' }, node, timeoutMs).catch(() => null);
    if (result?.kind === 'control') this.learnMembers(result);
  }

  #submit(operation: NodeQuery, pin: NodeId | null, timeoutMs: number): Promise<Success> {
    const group = operation.kind === 'control' ? controlGroup : null;
    const options = { operation, consistency: 'one', group, pin, timeoutMs } as const;
    return this.#dispatcher().submit(options);
  }

  #learn(topology: Topology): void {
    this.#routes.learn(topology);
    if (!this.#routes.knowsMembers) this.#dispatcher().fleet.learn(topology.members.map(addressOf));
  }
}

function addressOf({ node, addresses, publicKey }: Member): NodeAddress {
  return { node, address: addresses.client, publicKey };
}
