// One group's replica on this node: its Raft machine, the state machine that applies what Raft
// commits, and, for a partition, the journal of the tentative `one` writes accepted here. Applying
// happens here and nowhere else, so the applied point and the state can never part.

import type { Control } from '../control/control.ts';
import type { Journal } from '../data/journal.ts';
import type { Partition } from '../data/partition.ts';
import { assert } from '../model/assert.ts';
import type { Entry } from '../model/entry.ts';
import { type GroupId, type LogIndex, logIndex, type NodeId } from '../model/ids.ts';
import type { AppliedPoint, GroupChanges, Snapshot } from '../model/state.ts';
import type { Raft } from '../raft/raft.ts';
import { membersOf, votersOf } from './refusals.ts';

export type Machine =
  | { readonly kind: 'data'; readonly partition: Partition; readonly journal: Journal }
  | { readonly kind: 'control'; readonly control: Control };

export class Replica {
  readonly group: GroupId;
  readonly machine: Machine;
  #raft: Raft | null = null;
  #point: AppliedPoint;
  /**
   * Number of the persist batch that installs a snapshot; no state may be saved before it is
   * durable.
   */
  installing: number | null = null;
  /**
   * The point of the last state batch handed to the host, and of the last one known to be synced.
   */
  savedIndex: LogIndex;
  syncedIndex: LogIndex;
  /**
   * The leader that said that this node is no member of the group any more; null: it is one, as far
   * as anybody knows. It then accepts nothing for the group, and its journal drains to that leader.
   */
  retiredTo: NodeId | null = null;
  /**
   * What is applied up to here is new enough to take `one` writes on; null: not before a leader is
   * heard. The log of an earlier life, or of an earlier disk under the name, names this node too,
   * while it is read again from its beginning.
   */
  provenAt: LogIndex | null = logIndex(0);
  /** True: forgotten; nothing of it may be said, written or done any more. */
  dropped = false;

  constructor(options: {
    group: GroupId;
    machine: Machine;
    point: AppliedPoint;
    /** Before the first entry; the same on every node, also on one that they do not name. */
    replicasAtBirth: readonly NodeId[];
  }) {
    this.group = options.group;
    this.machine = options.machine;
    this.#point = options.point;
    this.savedIndex = options.point.index;
    this.syncedIndex = options.point.index;
    const { index, configuration } = options.point;
    this.#tellReplicas(index === 0 ? options.replicasAtBirth : membersOf(configuration));
  }

  /** Raft and replica need each other (snapshots); the node joins them right after birth. */
  attach(raft: Raft): void {
    this.#raft = raft;
  }

  get raft(): Raft {
    assert(this.#raft !== null, 'a replica is attached to its raft before it is used');
    return this.#raft;
  }

  get point(): AppliedPoint {
    return this.#point;
  }

  get appliedIndex(): LogIndex {
    return this.#point.index;
  }

  /** True: this node is a copy of the group by what it has applied, so it may answer alone. */
  isCopy(self: NodeId): boolean {
    const isHere = this.retiredTo === null && this.#isProven();
    return isHere && votersOf(this.#point.configuration).includes(self);
  }

  /** A leader hears none: what it has applied of its own term is after everything before it. */
  #isProven(): boolean {
    const { isLeader, term } = this.raft;
    if (isLeader && this.#point.term === term) this.provenAt ??= this.appliedIndex;
    return this.provenAt !== null && this.appliedIndex >= this.provenAt;
  }

  /**
   * True: this node is no member of the group any more, by the word of a leader or by its own log when
   * it hears nobody who leads. No entry comes here any more: whoever waits for one must wait elsewhere.
   */
  get isLetGo(): boolean {
    return this.retiredTo !== null || (this.raft.leader === null && !this.raft.isMember);
  }

  /** Voters of both sets, and learners. */
  get members(): readonly NodeId[] {
    return membersOf(this.raft.configuration);
  }

  /** Those that count as copies: voters of both sets; a learner has not caught up yet. */
  get voters(): readonly NodeId[] {
    return votersOf(this.raft.configuration);
  }

  /** Moves the applied point to `entry`; the caller has applied its command. */
  advance(entry: Entry): void {
    assert(
      entry.index === this.#point.index + 1,
      () => `group ${this.group} applies ${entry.index} after ${this.#point.index}`,
    );
    const { payload } = entry;
    const configuration =
      payload.kind === 'configuration' ? payload.configuration : this.#point.configuration;
    this.#point = { index: entry.index, term: entry.term, configuration };
    if (payload.kind === 'configuration') this.#tellReplicas(membersOf(configuration));
  }

  /** The whole state at the applied index, for a follower whose entries were compacted. */
  takeSnapshot(): Snapshot {
    const { machine } = this;
    const chunks =
      machine.kind === 'data'
        ? machine.partition.snapshotChunks()
        : machine.control.snapshotChunks();
    return { point: this.#point, chunks };
  }

  /** Replaces the state with a leader's snapshot, which the given persist batch makes durable. */
  install(snapshot: Snapshot, batch: number): void {
    const rows = snapshot.chunks.flat();
    if (this.machine.kind === 'data') this.machine.partition.restore(rows);
    else this.machine.control.restore(rows);
    this.#point = snapshot.point;
    this.#tellReplicas(membersOf(snapshot.point.configuration));
    this.installing = batch;
    this.savedIndex = snapshot.point.index;
  }

  /** The installed snapshot is durable: the engine and the log agree on it. */
  onInstalled(): void {
    this.installing = null;
    this.syncedIndex = this.savedIndex;
  }

  /** Changes since the last call for the engine, or null when there are none to save now. */
  takeChanges(): GroupChanges | null {
    if (this.installing !== null || this.savedIndex === this.#point.index) return null;
    this.savedIndex = this.#point.index;
    const { rows, removed } =
      this.machine.kind === 'data'
        ? this.machine.partition.takeChanges()
        : this.machine.control.takeChanges();
    return { group: this.group, point: this.#point, clear: false, rows, removed };
  }

  #tellReplicas(nodes: readonly NodeId[]): void {
    if (this.machine.kind === 'data') this.machine.partition.setReplicas(nodes);
  }
}
