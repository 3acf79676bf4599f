// Members come and go, and replicas with them: the parts that do it, put together, and what they ask
// of each other.
//
//   control group's row ─► AddressBook ─► whom to talk to        Moves: a led group to its place
//                      └─► Steward: members out, dead, levels    Departures: who has been let go
//   no leader, not wanted ─► Standings ─► Releases ─► a replica is dropped
//
// Nothing is said before every member understands it (model/features.ts).

import type { AddressBook as Listed, NodeOptions } from '../contract.ts';
import type { NotAMember, PeerMessage } from '../messages.ts';
import { assertNever } from '../model/assert.ts';
import type { ControlRow } from '../model/control-row.ts';
import type { HardState } from '../model/entry.ts';
import { hasFeature } from '../model/features.ts';
import type { GroupId, LogIndex, NodeId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type { RaftOutput } from '../raft/contract.ts';
import type { RaftMessage } from '../raft/messages.ts';
import { AddressBook } from './address-book.ts';
import type { Nursery } from './birth.ts';
import { Departures } from './departures.ts';
import type { Detector } from './detector.ts';
import type { Durability } from './durability.ts';
import type { Liveness } from './liveness.ts';
import { Moves } from './moves.ts';
import type { Outbox } from './outbox.ts';
import { Releases } from './releases.ts';
import type { Replica } from './replica.ts';
import type { Replicas } from './replicas.ts';
import { Standings } from './standings.ts';
import { Steward } from './steward.ts';
import type { Tentative } from './tentative.ts';

export type ElasticMessage = Extract<
  PeerMessage,
  {
    readonly kind:
      | 'address-book'
      | 'ask-standing'
      | 'not-a-member'
      | 'ask-release'
      | 'released'
      | 'report-released';
  }
>;

export interface ElasticityOptions {
  readonly options: NodeOptions;
  readonly nursery: Nursery;
  readonly replicas: Replicas;
  readonly liveness: Liveness;
  readonly detector: Detector;
  readonly outbox: Outbox;
  readonly durability: Durability;
  readonly tentative: Tentative;
  /** The replica's raft was given something to do. */
  readonly onProposed: (replica: Replica) => void;
  /** A replica that the node must drive from now on, and one that it must not any more. */
  readonly onBorn: (replica: Replica) => void;
  readonly onDropped: (replica: Replica) => void;
  /** What was known of the node's earlier messages is of another disk, or of no use. */
  readonly onStranger: (node: NodeId) => void;
}

export class Elasticity {
  readonly #parts: ElasticityOptions;
  readonly #book: AddressBook;
  readonly #standings: Standings;
  readonly #releases: Releases;
  readonly #moves: Moves;
  readonly #departures: Departures;
  readonly #steward: Steward;
  /** Of the leaders that said that a replica is none any more. */
  readonly #terms = new Map<Replica, NotAMember['term']>();
  #isRemoved = false;

  constructor(parts: ElasticityOptions) {
    this.#parts = parts;
    const { options, nursery } = parts;
    const { self, members, bounds = limits } = options;
    this.#book = new AddressBook({ self, members });
    this.#standings = new Standings({
      ...parts,
      self,
      onRetired: (replica, leader, answer) => this.#retire(replica, leader, answer),
      onRemoved: () => this.beRemoved(),
    });
    this.#releases = new Releases({
      ...parts,
      self,
      dropped: nursery.droppedGroups(),
      onMerged: (replica, { merged }) => parts.tentative.settleDots(replica, merged),
      onDrained: (replica) => this.#drop(replica),
    });
    this.#moves = new Moves({ ...parts, self, bounds });
    this.#departures = new Departures({ ...parts, self });
    this.#steward = new Steward({ ...parts, self });
  }

  /** What every member of the cluster understands, as far as this node knows. */
  get featureLevel(): number {
    const { replicas, options } = this.#parts;
    return replicas.controlRow?.featureLevel ?? options.bootstrap.featureLevel;
  }

  get maySpeak(): boolean {
    return hasFeature(this.featureLevel, 'elasticity');
  }

  /** True: this node is no member any more, and ends. */
  get isRemoved(): boolean {
    return this.#isRemoved;
  }

  get hasNews(): boolean {
    return this.#book.isNew;
  }

  takeAddressBook(): Listed | null {
    return this.#book.take();
  }

  tick(ticks: number): void {
    this.#steward.tick(ticks);
    if (!this.maySpeak) return;
    this.#standings.tick(ticks);
    this.#releases.tick(ticks);
    this.#moves.tick(ticks);
    this.#departures.tick(ticks);
  }

  onMessage(from: NodeId, message: ElasticMessage): void {
    switch (message.kind) {
      case 'address-book':
        this.#onChanged(this.#book.onNews(message));
        return;
      case 'ask-standing':
        this.#standings.onAsk(from, message);
        return;
      case 'not-a-member':
        this.#standings.onNotAMember(from, message);
        return;
      case 'ask-release':
        this.#releases.onAsk(from, message);
        return;
      case 'released':
        this.#releases.onAnswer(message);
        return;
      case 'report-released':
        this.#departures.onReport(message);
        return;
      default:
        assertNever(message);
    }
  }

  onPeerUp(peer: NodeId): void {
    if (this.maySpeak) this.#parts.outbox.send(peer, this.#book.news);
  }

  /** The control group's row changed; its leader tells everyone, the others whom they meet. */
  onRow(row: ControlRow, index: LogIndex): void {
    this.#onChanged(this.#book.onRow(row, index));
    const { replicas, outbox, liveness } = this.#parts;
    if (!this.#book.isNew || !this.maySpeak || !replicas.control?.raft.isLeader) return;
    for (const peer of liveness.peers) outbox.send(peer, this.#book.news);
  }

  onOutput(replica: Replica, output: RaftOutput): void {
    this.#standings.onOutput(replica, output);
  }

  /** A message of a group came; null: there is nobody here whom it concerns. */
  replicaFor(group: GroupId, message: RaftMessage): Replica | null {
    const replica = this.#parts.replicas.get(group) ?? this.#bearFor(group, message);
    const committed = committedBy(message);
    if (replica !== null && committed !== null && message.term >= replica.raft.term) {
      this.#standings.onLeaderHeard(replica);
      // A heartbeat speaks of no more than what this node is known to have: that proves nothing.
      if (message.kind !== 'heartbeat') replica.provenAt ??= committed;
    }
    return replica;
  }

  /** A leader wants this node to hold the group. */
  #bearFor(group: GroupId, message: RaftMessage): Replica | null {
    const { nursery, durability, replicas, onBorn, outbox } = this.#parts;
    // A heartbeat, too: the first append may be lost, and nothing is sent again without an answer.
    if (committedBy(message) === null) return null;
    const isStale = message.term < nursery.promiseOf(group).term;
    if (this.#isRemoved || isStale || !nursery.knows(group) || durability.isDropping(group)) {
      return null;
    }
    const replica = nursery.bearEmpty(group);
    replicas.add(replica);
    this.#releases.onBorn(group);
    outbox.event('replica-born', group, {});
    onBorn(replica);
    return replica;
  }

  #retire(replica: Replica, leader: NodeId, { term }: NotAMember): void {
    replica.retiredTo = leader;
    this.#terms.set(replica, term);
    this.#parts.tentative.offerAll(replica);
    this.#parts.onProposed(replica);
    this.#releases.ask(replica);
  }

  #drop(replica: Replica): void {
    const { nursery, durability, replicas, outbox, onDropped } = this.#parts;
    const { group } = replica;
    const drop = nursery.drop(replica, promiseOf(replica, this.#terms.get(replica)));
    // Before that a crash would bring the replica back, and it could accept a write.
    durability.addDrop(drop, () => this.#releases.onDropped(group));
    replica.dropped = true;
    replicas.remove(replica);
    this.#terms.delete(replica);
    this.#standings.forget(replica);
    outbox.event('replica-dropped', group, { index: replica.appliedIndex });
    onDropped(replica);
  }

  /** The cluster has let go of this node. */
  beRemoved(): void {
    if (this.#isRemoved) return;
    this.#isRemoved = true;
    this.#parts.outbox.event('removed-from-cluster', null, { node: this.#parts.options.self });
  }

  /**
   * `disks`: names under which there is a disk that was not known here. A leader of before the
   * removal of the one before must not count it: it steps down from every group that names it, and
   * whoever leads next has the removal in its log.
   */
  #onChanged(disks: readonly NodeId[]): void {
    if (!this.#book.isNew) return;
    const { liveness, detector, replicas, options, onProposed } = this.#parts;
    const { peers } = this.#book;
    const known = new Set(liveness.peers);
    const gone = liveness.setNodes(peers);
    detector.setMembers([options.self, ...peers], disks);
    const met = peers.filter((peer) => !known.has(peer));
    for (const node of [...gone, ...disks]) this.#parts.onStranger(node);
    for (const replica of replicas.all) {
      const { raft } = replica;
      for (const peer of [...gone, ...met]) raft.onPeerDown(peer);
      if (disks.some((node) => replica.members.includes(node))) raft.resign();
      onProposed(replica);
    }
  }
}

/** null: it is no message of a leader. */
function committedBy(message: RaftMessage): LogIndex | null {
  switch (message.kind) {
    case 'append':
    case 'heartbeat':
      return message.commitIndex;
    case 'install-snapshot':
      return message.index;
    default:
      return null;
  }
}

/** What the replica has promised, and what it must not do against whoever ended it. */
function promiseOf({ raft }: Replica, ended: NotAMember['term'] | undefined): HardState {
  const { term, votedFor } = raft.view();
  return ended !== undefined && ended > term ? { term: ended, votedFor: null } : { term, votedFor };
}
