// Three owners of one partition, a log that they share, and the dumb twin that watches: each owner
// applies at its own pace, accepts `one` writes, proposes them in any order and more than once,
// restarts from what it saved, leaves the configuration, is released and comes back.

import { HybridClock } from '../../../src/core/clocks/hlc.ts';
import { Journal } from '../../../src/core/data/journal.ts';
import type { ApplyResult, Partition } from '../../../src/core/data/partition.ts';
import type { DataCommand, TentativeWrite } from '../../../src/core/model/command.ts';
import { incarnation, logIndex, type NodeId, nodeId, term } from '../../../src/core/model/ids.ts';
import type { StateRow } from '../../../src/core/model/state.ts';
import type { VersionVector } from '../../../src/core/model/version.ts';
import { bytes, restored, rowsOf, session, text } from './script.ts';
import {
  eventOf,
  mergeInto,
  type Tentative,
  type TwinEntry,
  type TwinItem,
  twinState,
} from './twin.ts';

export const keys = ['a', 'b', 'c'] as const;

interface Entry {
  /** null: a configuration of these replicas. */
  readonly command: DataCommand | null;
  readonly replicas?: readonly NodeId[];
  readonly twin: TwinEntry;
}

interface Owner {
  readonly node: NodeId;
  readonly clock: HybridClock;
  readonly skewMs: number;
  incarnation: number;
  partition: Partition;
  journal: Journal;
  applied: number;
  saved: { readonly rows: readonly StateRow[]; readonly index: number };
  /** It knows that it is no replica any more and takes no more `one` writes. */
  hasClosed: boolean;
}

/** What a client read: the context as it was given, and the truth behind it. */
interface Context {
  readonly key: string;
  readonly vector: VersionVector;
  readonly seen: ReadonlySet<string>;
}

export class World {
  readonly owners: readonly Owner[];
  readonly log: Entry[] = [];
  readonly accepted = new Map<string, Tentative>();
  readonly outcomes = new Map<number, string>();
  readonly #contexts: Context[] = [];
  purged = 0;
  released = 0;
  #replicas: readonly NodeId[] = ['node1', 'node2', 'node3'].map(nodeId);
  #wallMs = 10_000;
  #seq = 0;

  constructor() {
    this.owners = ['node1', 'node2', 'node3'].map((name, position) => ({
      node: nodeId(name),
      clock: new HybridClock(),
      skewMs: position * 7,
      incarnation: 1,
      partition: replicaFrom([], this.configurationAt(0)),
      journal: new Journal({ node: nodeId(name), incarnation: incarnation(1) }),
      applied: 0,
      saved: { rows: [], index: 0 },
      hasClosed: false,
    }));
  }

  owner(position: number): Owner {
    return this.owners[position % this.owners.length] as Owner;
  }

  /** A `one` write; refused by an owner that knows that it is none. */
  one(owner: Owner, key: string, value: string | null): void {
    if (owner.hasClosed || !this.configurationAt(owner.applied).includes(owner.node)) return;
    const seen = new Set(this.seenBy(owner, key)?.seen);
    const write = owner.journal.accept(
      {
        key,
        value: value === null ? null : bytes(value),
        hlc: owner.clock.now(this.#tick() + owner.skewMs),
        appliedAt: logIndex(owner.applied),
      },
      owner.partition,
    );
    const tentative: Tentative = { kind: 'tentative', write, value, seen };
    this.accepted.set(eventOf(tentative), tentative);
  }

  /** A quorum write; `position` picks a context that somebody read, or none. */
  quorum(options: { owner: Owner; key: string; value: string | null; position: number }): void {
    const { owner, key, value, position } = options;
    const contexts = this.#contexts.filter((context) => context.key === key);
    const read = contexts[position % (contexts.length + 1)];
    const context = read?.vector ?? null;
    const hlc = owner.clock.now(this.#tick() + owner.skewMs);
    this.#seq += 1;
    this.log.push({
      command: {
        kind: 'write',
        operation:
          value === null
            ? { kind: 'delete', key, ifVersion: null, context }
            : { kind: 'put', key, value: bytes(value), ifVersion: null, context },
        session: session('client', this.#seq, { firstUnanswered: this.#seq }),
        hlc,
      },
      twin: { kind: 'quorum', key, value, hlc, seen: read?.seen ?? new Set() },
    });
  }

  /** A client reads at `one` and keeps the context. */
  remember(owner: Owner, key: string): void {
    const item = owner.journal.read(key, owner.partition);
    const seen = this.seenBy(owner, key)?.seen ?? new Set();
    if (item !== null) this.#contexts.push({ key, vector: item.version.vector, seen });
  }

  propose(owner: Owner, position: number): void {
    const pending = owner.journal.pending();
    const write = pending[position % Math.max(1, pending.length)];
    if (write !== undefined) this.log.push(this.#mergeOf(write));
  }

  /** A merge that is in the log already comes again: a copy that was long under way. */
  repeat(position: number): void {
    const merges = this.log.filter(({ command }) => command?.kind === 'merge');
    const entry = merges[position % Math.max(1, merges.length)];
    if (entry !== undefined) this.log.push(entry);
  }

  watermark(owner: Owner): void {
    const command: DataCommand = {
      kind: 'watermark',
      node: owner.node,
      incarnation: incarnation(owner.incarnation),
      index: owner.journal.watermark(logIndex(owner.saved.index)),
    };
    this.log.push({ command, twin: { kind: 'other' } });
  }

  /** The configuration goes on without it, whether it hears of that or not. */
  leave(owner: Owner): void {
    if (this.#replicas.length > 1) this.#configure(this.#replicas.filter((n) => n !== owner.node));
  }

  /**
   * An owner that left hears of it, offers what its journal holds, and is released as soon as the
   * log has all of that; then it drops everything.
   */
  release(owner: Owner): void {
    if (this.#replicas.includes(owner.node)) return;
    owner.hasClosed = true;
    const { partition } = this.#replayed();
    const left = owner.journal.pending().filter(({ dot }) => !partition.hasMerged(dot));
    this.log.push(...left.map((write) => this.#mergeOf(write)));
    if (left.length > 0 || !partition.departed.includes(owner.node)) return;
    const command: DataCommand = { kind: 'owner-released', node: owner.node };
    this.log.push({ command, twin: { kind: 'other' } });
    this.released += 1;
  }

  /** One that was released comes back with an empty disk, in the same incarnation. */
  comeBack(owner: Owner): void {
    if (this.#replicas.includes(owner.node)) return;
    const isDropped = !this.#replayed().partition.departed.includes(owner.node);
    this.#configure([...this.#replicas, owner.node]);
    owner.hasClosed = false;
    if (!isDropped) return;
    const { node, journal } = owner;
    const inc = incarnation(owner.incarnation);
    owner.journal = new Journal({ node, incarnation: inc, lastCounter: journal.lastCounter });
    Object.assign(owner, this.#replayed());
    this.save(owner);
  }

  apply(owner: Owner, count: number): void {
    const until = Math.min(this.log.length, owner.applied + count);
    while (owner.applied < until) this.#applyNext(owner);
    owner.journal.settle(owner.partition);
  }

  save(owner: Owner): void {
    owner.saved = { rows: rowsOf(owner.partition), index: owner.applied };
  }

  /** Memory is lost; the saved state and the journal on disk are not. */
  restart(owner: Owner): void {
    const pending = owner.journal.pending();
    owner.incarnation += 1;
    owner.applied = owner.saved.index;
    owner.partition = replicaFrom(owner.saved.rows, this.configurationAt(owner.applied));
    const inc = incarnation(owner.incarnation);
    owner.journal = new Journal({ node: owner.node, incarnation: inc });
    owner.journal.restore(pending);
  }

  /** What the twin says that this owner must see of the key, its own pending writes on top. */
  seenBy(owner: Owner, key: string): TwinItem | null {
    const state = twinState(this.twinLog(owner.applied));
    let item = state.items.get(key) ?? null;
    for (const write of owner.journal.pending().filter((each) => each.key === key)) {
      item = mergeInto(item, this.#acceptedAs(write))[1] ?? item;
    }
    return item;
  }

  valueAt(owner: Owner, key: string): string | null {
    return text(owner.journal.read(key, owner.partition)?.value);
  }

  twinLog(length = this.log.length): TwinEntry[] {
    return this.log.slice(0, length).map(({ twin }) => twin);
  }

  /** The configuration in force at a point of the log. */
  configurationAt(index: number): readonly NodeId[] {
    const before = this.log.slice(0, index).findLast(({ replicas }) => replicas !== undefined);
    return before?.replicas ?? ['node1', 'node2', 'node3'].map(nodeId);
  }

  #configure(replicas: readonly NodeId[]): void {
    this.#replicas = replicas;
    this.log.push({ command: null, replicas, twin: { kind: 'other' } });
  }

  /** What a replica is that has applied everything. */
  #replayed(): Pick<Owner, 'partition' | 'applied'> {
    const partition = replicaFrom([], this.configurationAt(0));
    this.log.forEach((entry, position) => {
      applyTo(partition, entry, position + 1);
    });
    return { partition, applied: this.log.length };
  }

  #applyNext(owner: Owner): void {
    owner.applied += 1;
    const entry = this.log[owner.applied - 1] as Entry;
    const result = applyTo(owner.partition, entry, owner.applied);
    owner.clock.raise(owner.partition.hlc);
    if (result?.kind === 'watermark' || result?.kind === 'owner-released')
      this.purged += result.purged;
    if (result?.kind !== 'merged') return;
    const known = this.outcomes.get(owner.applied) ?? result.outcome;
    if (known !== result.outcome) throw new Error(`replicas disagree about ${owner.applied}`);
    this.outcomes.set(owner.applied, known);
  }

  #mergeOf(write: TentativeWrite): Entry {
    return { command: { kind: 'merge', write }, twin: this.#acceptedAs(write) };
  }

  #acceptedAs(write: TentativeWrite): Tentative {
    return this.accepted.get(`${write.dot.origin}:${write.dot.counter}`) as Tentative;
  }

  #tick(): number {
    this.#wallMs += 1;
    return this.#wallMs;
  }
}

function replicaFrom(rows: readonly StateRow[], replicas: readonly NodeId[]): Partition {
  const partition = restored(rows);
  partition.setReplicas(replicas);
  return partition;
}

function applyTo(partition: Partition, entry: Entry, index: number): ApplyResult | null {
  if (entry.replicas !== undefined) partition.setReplicas(entry.replicas);
  if (entry.command === null) return null;
  return partition.apply({ index: logIndex(index), term: term(1) }, entry.command);
}
