// A few whole nodes in one process and virtual time: messages arrive in order after one turn,
// writes become durable when the disk is not stopped. For tests of what a client sees at each
// level; faults of networks and disks in all their variety belong to the simulator.

import type { AddressBook, Bootstrap } from '../../../src/core/contract.ts';
import type { GroupMessage, PeerMessage } from '../../../src/core/messages.ts';
import { featureLevelOfThisBuild } from '../../../src/core/model/features.ts';
import type { NodeId } from '../../../src/core/model/ids.ts';
import {
  clientId,
  clusterId,
  connectionId,
  incarnation,
  logIndex,
  nodeId,
  storageId,
} from '../../../src/core/model/ids.ts';
import { type Bounds, limits } from '../../../src/core/model/limits.ts';
import type { Member } from '../../../src/core/model/member.ts';
import type {
  Consistency,
  Operation,
  Reply,
  Request,
  Result,
} from '../../../src/core/model/operation.ts';
import type { GroupDrop } from '../../../src/core/model/records.ts';
import { Node } from '../../../src/core/node.ts';
import { hashText } from '../../../src/wire/key-hash.ts';

export interface WorldOptions {
  readonly nodes?: number;
  readonly partitions?: number;
  readonly replicationFactor?: number;
  /** A node whose data directory is not the one that the cluster knows. */
  readonly foreign?: NodeId;
  /** Members that never start: nobody has a connection to them, and none is lost. */
  readonly absent?: readonly NodeId[];
  readonly deadNodeTimeoutMs?: number;
  readonly featureLevel?: number;
  readonly bounds?: Partial<Bounds>;
}

/** A member that has an address nowhere. */
export function memberOf(node: NodeId, storage: string, zone = ''): Member {
  const addresses = { peer: '', client: '', bulk: '' };
  return { node, storageId: storageId(storage), addresses, publicKey: '', zone };
}

export interface Ask {
  readonly consistency?: Consistency;
  readonly timeoutMs?: number;
  readonly forward?: boolean;
  /** Repeats the write of an earlier ask: same session, same seq. */
  readonly seq?: number;
}

const client = connectionId('client');
const messagesPerRunMax = 200_000;

type Kind = PeerMessage['kind'] | GroupMessage['message']['kind'] | 'poll';

/** A poll is what PreVote asks; `request-vote` asks for a vote. */
function kindOf(message: PeerMessage): Kind {
  if (message.kind !== 'group') return message.kind;
  const inner = message.message;
  return inner.kind === 'request-vote' && inner.pre ? 'poll' : inner.kind;
}

export class World {
  readonly #names: NodeId[];
  readonly #bootstrap: Bootstrap;
  #members: Member[];
  readonly #nodes = new Map<NodeId, Node>();
  readonly #down = new Set<NodeId>();
  readonly #cuts = new Set<string>();
  readonly #stoppedDisks = new Set<NodeId>();
  readonly #heldBatches = new Map<NodeId, number>();
  readonly #replies = new Map<number, Result>();
  readonly #foreign: NodeId | undefined;
  readonly #bounds: Partial<Bounds>;
  /** Whom each node knows by name. */
  readonly #known = new Map<NodeId, ReadonlySet<NodeId>>();
  readonly #drops = new Map<NodeId, GroupDrop[]>();
  readonly #said = new Map<Kind, number>();
  #nextRequest = 1;
  #nextSeq = 1;
  #wallMs = 1_700_000_000_000;

  constructor(options: WorldOptions = {}) {
    this.#foreign = options.foreign;
    this.#bounds = options.bounds ?? {};
    const count = options.nodes ?? 3;
    this.#names = Array.from({ length: count }, (_, i) => nodeId(`node${i + 1}`));
    this.#members = this.#names.map((node) => memberOf(node, `storage-${node}`));
    this.#bootstrap = {
      clusterId: clusterId('00000000-0000-4000-8000-000000000001'),
      members: this.#members,
      featureLevel: options.featureLevel ?? featureLevelOfThisBuild,
      settings: {
        replicationFactor: options.replicationFactor ?? 3,
        partitions: options.partitions ?? 4,
        resolver: 'lww',
        deadNodeTimeoutMs: options.deadNodeTimeoutMs ?? 600_000,
      },
    };
    for (const self of this.#names) this.#nodes.set(self, this.#bear(self));
    for (const name of options.absent ?? []) this.#down.add(name);
    for (const self of this.#alive()) {
      for (const peer of this.#alive()) if (peer !== self) this.#up(self, peer);
    }
  }

  /** In order of their start. */
  get names(): readonly NodeId[] {
    return this.#names;
  }

  /** The process of a member that was not there before begins, with an empty disk. */
  start(member: Member): void {
    const { node: name } = member;
    if (!this.#names.includes(name)) this.#names.push(name);
    this.#members = [...this.#members.filter(({ node }) => node !== name), member];
    this.#down.delete(name);
    this.#nodes.set(name, this.#bear(name));
    for (const peer of this.#alive()) {
      if (peer === name) continue;
      this.#up(name, peer);
      this.#up(peer, name);
    }
  }

  node(name: NodeId): Node {
    const node = this.#nodes.get(name);
    if (!node) throw new Error(`the world has no ${name}`);
    return node;
  }

  /** Lets `ticks` pass everywhere, delivering all messages between them. */
  run(ticks: number): void {
    for (let i = 0; i < ticks; i++) {
      this.#wallMs += 10;
      for (const name of this.#alive()) {
        this.node(name).step({ kind: 'tick', ticks: 1, wallMs: this.#wallMs });
      }
      this.#settle();
    }
  }

  /** Runs until `condition` holds; fails after `ticks`. */
  runUntil(condition: () => boolean, ticks = 2000): void {
    for (let i = 0; i < ticks; i++) {
      if (condition()) return;
      this.run(1);
    }
    if (!condition()) throw new Error(`not reached within ${ticks} ticks: ${condition}`);
  }

  runUntilLed(): void {
    this.runUntil(() => this.groups().every((group) => this.leaderOf(group) !== null));
  }

  groups(): number[] {
    const { topology } = this.#topologyOf(this.#alive()[0] ?? nodeId('nobody'));
    return topology.groups.map((_, group) => group);
  }

  /** The living leader of the highest term that says so of itself, or null. */
  leaderOf(group: number): NodeId | null {
    const views = this.#alive().flatMap((name) => {
      const replica = this.node(name).replica(group as never);
      return replica ? [{ name, view: replica.raft.view() }] : [];
    });
    const leaders = views.filter(({ view }) => view.role === 'leader');
    return leaders.sort((a, b) => b.view.term - a.view.term)[0]?.name ?? null;
  }

  groupOf(key: string): number {
    const { topology } = this.#topologyOf(this.#alive()[0] ?? nodeId('nobody'));
    return 1 + (hashText(key) % topology.partitions);
  }

  /** The node dies without a word; the others see its connections drop. */
  kill(name: NodeId): void {
    this.#down.add(name);
    for (const peer of this.#alive()) this.node(peer).step({ kind: 'peer-down', peer: name });
  }

  /** Frames between the two vanish; connections stay up, as with a paused process. */
  cut(a: NodeId, b: NodeId): void {
    this.#cuts.add(`${a} ${b}`).add(`${b} ${a}`);
  }

  heal(): void {
    this.#cuts.clear();
  }

  /** The physical clock of every node and client jumps. */
  setClock(byMs: number): void {
    this.#wallMs += byMs;
  }

  /** What the node writes from now on does not become durable until startDisk. */
  stopDisk(name: NodeId): void {
    this.#stoppedDisks.add(name);
  }

  startDisk(name: NodeId): void {
    this.#stoppedDisks.delete(name);
    const number = this.#heldBatches.get(name);
    if (number !== undefined) this.node(name).step({ kind: 'persisted', number });
    this.#heldBatches.delete(name);
    this.#settle();
  }

  /** Sends a request to `to` and returns its number for `answer`; nothing has run yet. */
  ask(to: NodeId, operation: Operation, ask: Ask = {}): { id: number; seq: number } {
    const id = this.#nextRequest++;
    const isWrite = ['put', 'delete', 'increment'].includes(operation.kind);
    const seq = ask.seq ?? (isWrite ? this.#nextSeq++ : 0);
    const request: Request = {
      id,
      operation,
      consistency: ask.consistency ?? 'quorum',
      timeoutMs: ask.timeoutMs ?? 2000,
      forward: ask.forward ?? false,
      session: isWrite
        ? {
            clientId: clientId('c1'),
            seq,
            firstUnanswered: 1,
            issuedAt: { wallMs: this.#wallMs, logical: 0 },
          }
        : null,
    };
    this.node(to).step({ kind: 'request', connection: client, request });
    this.#settle();
    return { id, seq };
  }

  answer(id: number): Result | undefined {
    return this.#replies.get(id);
  }

  /** Asks, and runs until the answer is there. */
  call(to: NodeId, operation: Operation, ask: Ask = {}): Result {
    const { id } = this.ask(to, operation, ask);
    this.runUntil(() => this.#replies.has(id));
    const result = this.#replies.get(id);
    if (!result) throw new Error('no answer');
    return result;
  }

  put(to: NodeId, key: string, value: string, ask: Ask = {}): Result {
    return this.call(to, put(key, value), ask);
  }

  /** The value as text, null when absent; throws on a refusal. */
  get(from: NodeId, key: string, ask: Ask = {}): string | null {
    const result = this.call(from, { kind: 'get', key }, ask);
    if (result.kind !== 'read') throw new Error(`get ${key}: ${JSON.stringify(result)}`);
    return result.value === null ? null : Buffer.from(result.value).toString();
  }

  #topologyOf(name: NodeId) {
    const result = this.call(name, { kind: 'topology' });
    if (result.kind !== 'topology') throw new Error('no topology');
    return result;
  }

  #bear(self: NodeId): Node {
    const own = this.#members.find(({ node }) => node === self)?.storageId;
    this.#known.set(self, new Set(this.#members.map(({ node }) => node)));
    return new Node({
      self,
      storageId: this.#foreign === self ? storageId('made-later') : (own ?? storageId('')),
      incarnation: incarnation(1),
      bootstrap: this.#bootstrap,
      members: this.#members,
      bounds: { ...limits, ...this.#bounds },
      recovered: { groups: [] },
      seed: 'world',
      hash: hashText,
      wallMs: this.#wallMs,
      counters: () => ({}),
    });
  }

  #up(self: NodeId, peer: NodeId): void {
    this.node(self).step({ kind: 'peer-up', peer, incarnation: incarnation(1) });
  }

  /** What the node forgot for good, in order. */
  drops(name: NodeId): readonly GroupDrop[] {
    return this.#drops.get(name) ?? [];
  }

  /** How many messages of the kind were sent by anyone, between nodes or between their groups. */
  said(kind: Kind): number {
    return this.#said.get(kind) ?? 0;
  }

  get alive(): readonly NodeId[] {
    return this.#alive();
  }

  #alive(): readonly NodeId[] {
    return this.names.filter((name) => !this.#down.has(name));
  }

  /** Carries out everything that the nodes want done until nobody wants anything. */
  #settle(): void {
    for (let moved = 1, total = 0; moved > 0; total += moved) {
      if (total > messagesPerRunMax) throw new Error('the nodes never stop talking');
      moved = 0;
      for (const name of this.#alive()) moved += this.#obey(name);
    }
  }

  #obey(name: NodeId): number {
    const node = this.node(name);
    const ready = node.takeReady();
    for (const { to, message } of ready.messages) {
      const kind = kindOf(message);
      this.#said.set(kind, this.said(kind) + 1);
      const isThere = this.#nodes.has(to) && !this.#down.has(to);
      if (!isThere || this.#cuts.has(`${name} ${to}`)) continue;
      this.node(to).step({ kind: 'message', from: name, message });
    }
    for (const { reply } of ready.replies) this.#record(reply);
    if (ready.addressBook) this.#connect(name, ready.addressBook);
    if (ready.state) {
      const { number, sync } = ready.state;
      node.step({ kind: 'state-saved', number, synced: sync });
    }
    if (!ready.persist) return ready.messages.length;
    const { number, drops } = ready.persist;
    if (drops.length > 0) this.#drops.set(name, [...this.drops(name), ...drops]);
    if (this.#stoppedDisks.has(name)) this.#heldBatches.set(name, number);
    else node.step({ kind: 'persisted', number });
    return ready.messages.length + 1;
  }

  /** A node takes no notice of a connection to a peer that it does not know yet. */
  #connect(name: NodeId, { members }: AddressBook): void {
    const known = this.#known.get(name) ?? new Set();
    const names = members.map(({ node }) => node);
    const met = names.filter((peer) => !known.has(peer) && this.#alive().includes(peer));
    this.#known.set(name, new Set(names));
    for (const peer of met) if (peer !== name) this.#up(name, peer);
  }

  #record(reply: Reply): void {
    if (this.#replies.has(reply.id)) throw new Error(`request ${reply.id} was answered twice`);
    this.#replies.set(reply.id, reply.result);
  }
}

export function put(key: string, value: string, ifVersion: number | null = null): Operation {
  const condition = ifVersion === null ? null : logIndex(ifVersion);
  return { kind: 'put', key, value: Buffer.from(value), ifVersion: condition, context: null };
}
