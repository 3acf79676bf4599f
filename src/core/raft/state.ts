// The state of one group that its transition functions share (Raft paper, figure 2, left column),
// and the questions about it that several of them ask. Only files of this folder touch it; the
// world sees `Raft`.

import { assert } from '../model/assert.ts';
import type { Entry } from '../model/entry.ts';
import type { LogIndex, NodeId, Term } from '../model/ids.ts';
import { logIndex } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import type { Snapshot, StateRow } from '../model/state.ts';
import { Configurations } from './configurations.ts';
import type { RaftBounds, RaftOptions, Role } from './contract.ts';
import { ElectionTimer } from './election-timer.ts';
import { Log } from './log.ts';
import type { RaftMessage } from './messages.ts';
import { Outbox } from './outbox.ts';
import { Persistence } from './persistence.ts';
import type { Progress } from './progress.ts';
import type { ReadQueue } from './read-queue.ts';

/**
 * What exists only while this node leads (volatile state on leaders, reinitialized after election).
 */
export interface Leadership {
  /** Everyone else who is sent the log, in order of name; follows the configuration (audience.ts). */
  progress: ReadonlyMap<NodeId, Progress>;
  readonly reads: ReadQueue;
  heartbeatElapsed: number;
  /** Bytes of entries after the commit index. */
  uncommittedBytes: number;
  /** True: some member may be sent an append when the output is taken. */
  appendsDue: boolean;
  transfer: { readonly to: NodeId; readonly startedAt: number } | null;
  /** True: this leader is to go, and somebody was asked to succeed it. */
  handedOver: boolean;
  /** The snapshot that lagging members are being sent. */
  snapshot: Snapshot | null;
}

/** A snapshot of which some chunks are here. */
export interface IncomingSnapshot {
  readonly leader: NodeId;
  readonly leaderTerm: Term;
  readonly index: LogIndex;
  readonly snapshotTerm: Term;
  readonly chunks: (readonly StateRow[])[];
}

export class RaftState {
  readonly self: NodeId;
  readonly takeSnapshot: () => Snapshot;
  readonly bounds: RaftBounds;
  readonly log: Log;
  readonly configurations: Configurations;
  readonly persistence: Persistence;
  readonly outbox = new Outbox();
  readonly timer: ElectionTimer;
  /** Peers whose connection died and did not come back. */
  readonly down = new Set<NodeId>();
  readonly votes = new Map<NodeId, boolean>();

  role: Role;
  term: Term;
  votedFor: NodeId | null;
  leader: NodeId | null = null;
  commitIndex: LogIndex;
  appliedIndex: LogIndex;
  /** Committed entries up to here were handed out to be applied. */
  handedIndex: LogIndex;
  /** Ticks seen by this group; stands still while it is quiet. */
  now = 0;
  quiet = false;
  /** The connection of the leader in force died: its lease protects it no longer. */
  leaseWaived = false;
  /** The leader asked to be told when this is applied; 0 when it did not. */
  reportAppliedAt = 0;
  nextReadTicket = 1;
  leadership: Leadership | null = null;
  incoming: IncomingSnapshot | null = null;

  constructor(options: RaftOptions) {
    const { self, start, configuration, appliedIndex } = options;
    assert(appliedIndex >= start.index, 'what the log does not hold must be applied');
    this.self = self;
    this.takeSnapshot = options.takeSnapshot;
    this.bounds = options.bounds ?? limits;
    this.log = new Log(start, options.entries);
    this.configurations = new Configurations({ index: start.index, configuration });
    this.configurations.append(options.entries);
    this.persistence = new Persistence(this.log);
    this.timer = new ElectionTimer(options.random);
    this.term = options.hardState.term;
    this.votedFor = options.hardState.votedFor;
    this.commitIndex = appliedIndex;
    this.appliedIndex = appliedIndex;
    this.handedIndex = appliedIndex;
    this.role = this.isVoter ? 'follower' : 'learner';
    assert(this.term >= this.log.lastTerm, 'the log is newer than the hard state');
    assert(appliedIndex <= this.log.lastIndex, 'applied beyond the end of the log');
  }

  get isVoter(): boolean {
    return this.configurations.isVoter(this.self);
  }

  /** Until then the configuration in force may be rolled back to the one before. */
  get isConfigurationCommitted(): boolean {
    return this.configurations.currentIndex <= this.commitIndex;
  }

  /**
   * A leader may answer for the past only after it has committed in its own term (section 5.4.2,
   * 8).
   */
  get hasCommittedInTerm(): boolean {
    return this.log.termAt(this.commitIndex) === this.term;
  }

  /**
   * True: a vote request that does not come from a transfer is to be ignored (thesis, section
   * 4.2.3).
   */
  get isLeaseValid(): boolean {
    if (this.leadership !== null) return true;
    if (this.leader === null || this.leaseWaived) return false;
    // The timer stands still while quiet: the node-level heartbeat keeps the lease then.
    return this.timer.elapsed < limits.electionTicksMin;
  }

  /**
   * What this member tells others that it has applied. A snapshot is in force before it is durable,
   * and must not be counted on until then: `all` means on every disk.
   */
  get durablyApplied(): LogIndex {
    return logIndex(Math.min(this.appliedIndex, this.persistence.persistedIndex));
  }

  /** Sends when the current term and vote are durable. */
  sendAfterTerm(to: NodeId, message: RaftMessage): void {
    this.#sendAfter(this.persistence.termNumber, to, message);
  }

  /** Sends when the log up to `index` is durable, and the term too. */
  sendAfterLog(index: LogIndex, to: NodeId, message: RaftMessage): void {
    this.#sendAfter(this.persistence.logNumber(index), to, message);
  }

  #sendAfter(number: number, to: NodeId, message: RaftMessage): void {
    if (number <= this.persistence.confirmed) this.outbox.send(to, message);
    else this.outbox.hold(number, { to, message });
  }

  /** Appends to the log; a configuration among the entries is in force at once. */
  append(entries: readonly Entry[]): void {
    this.log.append(entries);
    if (this.configurations.append(entries)) this.configurationChanged();
  }

  /** Drops `index` and what follows; a configuration among that is rolled back. */
  truncateFrom(index: number): void {
    assert(index > this.commitIndex, () => `truncation of committed entry ${index}`);
    this.log.truncateFrom(index);
    this.persistence.truncatedFrom(index);
    if (this.configurations.truncateFrom(index)) this.configurationChanged();
  }

  configurationChanged(): void {
    if (this.role === 'learner' && this.isVoter) this.role = 'follower';
    else if (this.role === 'follower' && !this.isVoter) this.role = 'learner';
  }

  commitTo(index: LogIndex): void {
    if (index <= this.commitIndex) return;
    assert(index <= this.log.lastIndex, () => `commit ${index} beyond the log`);
    if (this.leadership !== null) this.leadership.uncommittedBytes -= this.#bytes(index);
    this.commitIndex = index;
  }

  /** Bytes of the entries after the commit index, up to `index`. */
  #bytes(index: LogIndex): number {
    let bytes = 0;
    for (let i = this.commitIndex + 1; i <= index; i++) bytes += this.log.entryAt(i)?.size ?? 0;
    return bytes;
  }
}
