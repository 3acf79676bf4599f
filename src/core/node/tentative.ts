// The level `one` (Bayou's tentative writes, Terry et al. 1995): accepted by any owner alone,
// durable in its journal before it is acknowledged, then offered to the partition's log until its
// dot is seen applied. Invariant: a write leaves the journal only when its Merge is applied here.

import type { HybridClock } from '../clocks/hlc.ts';
import type { Journal } from '../data/journal.ts';
import { tentativeVersion } from '../data/journal.ts';
import type { Partition } from '../data/partition.ts';
import type { TentativeWrite } from '../model/command.ts';
import type { NodeId } from '../model/ids.ts';
import type { Bounds } from '../model/limits.ts';
import type { SessionRef, WriteOperation } from '../model/operation.ts';
import type { Dot } from '../model/version.ts';
import type { Call, Calls } from './call.ts';
import { commandSize } from './command-size.ts';
import type { Durability } from './durability.ts';
import type { Outbox } from './outbox.ts';
import { nowhere, refuse } from './refusals.ts';
import type { Replica } from './replica.ts';

/** Offers are repeated after this long without seeing the dot applied. */
const offerTicks = 20;
/**
 * Writes in one offer: well inside one frame even when each is small, and bounded by bytes beside.
 */
const offerWritesMax = 256;

export interface TentativeRequest {
  readonly call: Call;
  readonly replica: Replica;
  readonly partition: Partition;
  readonly journal: Journal;
  readonly operation: WriteOperation;
  readonly session: SessionRef;
}

type TentativeBounds = Pick<Bounds, 'journalWritesMax' | 'journalBytesMax' | 'appendBytesMax'>;

export class Tentative {
  readonly #self: NodeId;
  readonly #calls: Calls;
  readonly #clock: HybridClock;
  readonly #durability: Durability;
  readonly #outbox: Outbox;
  readonly #onProposed: (replica: Replica) => void;
  readonly #bounds: TentativeBounds;
  readonly #pending = new Set<Replica>();
  #writes = 0;
  #bytes = 0;
  #ticks = 0;
  /** Physical clock of the host, for the hybrid clock. */
  wallMs: number;

  constructor(options: {
    self: NodeId;
    calls: Calls;
    clock: HybridClock;
    durability: Durability;
    outbox: Outbox;
    /** The replica's raft has something to say now, although nobody asked it: it may be quiet. */
    onProposed: (replica: Replica) => void;
    wallMs: number;
    bounds: TentativeBounds;
  }) {
    this.#bounds = options.bounds;
    this.#self = options.self;
    this.#calls = options.calls;
    this.#clock = options.clock;
    this.#durability = options.durability;
    this.#outbox = options.outbox;
    this.#onProposed = options.onProposed;
    this.wallMs = options.wallMs;
  }

  /** Writes accepted here and not merged yet. */
  get pendingWrites(): number {
    return this.#writes;
  }

  /** A journal restored from disk still has writes to offer, unless the log has merged them. */
  adopt(replica: Replica, journal: Journal): void {
    if (journal.pendingCount === 0) return;
    this.#pending.add(replica);
    this.#writes += journal.pendingCount;
    this.#bytes += journal.pendingBytes;
    this.settle(replica);
  }

  accept(request: TentativeRequest): void {
    const { call, replica } = request;
    const refusal = this.#refusalOf(request);
    if (refusal) {
      this.#calls.answer(call, refusal);
      return;
    }
    const write = this.#journal(request);
    call.onDeadline = () => this.#calls.answer(call, timedOut());
    this.#durability.add({ kind: 'tentative', group: replica.group, write }, () => {
      this.#calls.answer(call, {
        kind: 'written',
        version: tentativeVersion(write),
        acks: [this.#self],
        number: null,
        via: this.#self,
      });
      this.#offer(replica, [write]);
    });
  }

  /** The replica applied a Merge, or a snapshot: forget what is in the log now. */
  settle(replica: Replica): void {
    if (!this.#pending.has(replica) || replica.machine.kind !== 'data') return;
    const { journal, partition } = replica.machine;
    this.#recount(journal, () => {
      for (const dot of journal.settle(partition)) {
        this.#durability.add({ kind: 'tentative-done', group: replica.group, dot });
      }
    });
    if (journal.pendingCount === 0) this.#pending.delete(replica);
  }

  /** Another replica has merged these: this node's own is no part of the group any more. */
  settleDots(replica: Replica, dots: readonly Dot[]): void {
    if (!this.#pending.has(replica) || replica.machine.kind !== 'data') return;
    const { journal } = replica.machine;
    this.#recount(journal, () => {
      for (const dot of journal.settleDots(dots)) {
        this.#durability.add({ kind: 'tentative-done', group: replica.group, dot });
      }
    });
    if (journal.pendingCount === 0) this.#pending.delete(replica);
  }

  /** Offers again whatever is still pending; also after a change of leader. */
  tick(ticks: number): void {
    this.#ticks += ticks;
    if (this.#ticks < offerTicks) return;
    this.#ticks = 0;
    for (const replica of this.#pending) this.offerAll(replica);
  }

  offerAll(replica: Replica): void {
    if (!this.#pending.has(replica) || replica.machine.kind !== 'data') return;
    this.#offer(
      replica,
      firstOf(replica.machine.journal.pending(offerWritesMax), this.#bounds.appendBytesMax),
    );
  }

  /**
   * This node leads the group: put the offered writes into its log, each dot at most once at a
   * time.
   */
  propose(replica: Replica, writes: readonly TentativeWrite[]): void {
    if (replica.machine.kind !== 'data') return;
    const { partition } = replica.machine;
    for (const write of writes) {
      if (partition.hasMerged(write.dot)) continue;
      if (this.#clock.update(write.hlc, this.wallMs).kind !== 'ok') continue;
      const command = { kind: 'merge', write } as const;
      if (replica.raft.propose(command, commandSize(command)).kind !== 'proposed') return;
    }
  }

  #journal({ replica, partition, journal, operation }: TentativeRequest): TentativeWrite {
    const { key } = operation;
    const value = operation.kind === 'put' ? operation.value : null;
    const context = operation.kind === 'increment' ? null : operation.context;
    const hlc = this.#clock.now(this.wallMs);
    const accepted = { key, value, context, hlc, appliedAt: replica.appliedIndex };
    this.#pending.add(replica);
    return this.#recount(journal, () => journal.accept(accepted, partition));
  }

  #recount<T>(journal: Journal, change: () => T): T {
    const { pendingCount, pendingBytes } = journal;
    const result = change();
    this.#writes += journal.pendingCount - pendingCount;
    this.#bytes += journal.pendingBytes - pendingBytes;
    return result;
  }

  #offer(replica: Replica, writes: readonly TentativeWrite[]): void {
    if (writes.length === 0) return;
    const leader = replica.retiredTo ?? replica.raft.leader;
    if (leader === this.#self) {
      this.propose(replica, writes);
      this.#onProposed(replica);
    } else if (leader !== null) {
      this.#outbox.send(leader, { kind: 'propose-merge', group: replica.group, writes });
    }
  }

  #refusalOf({ operation, session }: TentativeRequest) {
    const none = (reason: 'invalid' | 'overloaded' | 'clock-ahead', message: string) =>
      refuse({ reason, effect: 'none', message, reach: nowhere });
    if (operation.kind === 'increment' || operation.ifVersion !== null) {
      return none('invalid', 'a condition or an increment needs the level quorum or all');
    }
    const { journalWritesMax, journalBytesMax } = this.#bounds;
    if (this.#writes >= journalWritesMax || this.#bytes >= journalBytesMax) {
      return none('overloaded', `${this.#writes} writes at one wait to be merged`);
    }
    if (this.#clock.update(session.issuedAt, this.wallMs).kind !== 'ok') {
      return none('clock-ahead', 'the clock of the client is too far ahead of this node');
    }
    return null;
  }
}

function timedOut() {
  const message = 'the disk did not confirm the write in time';
  return refuse({ reason: 'timeout', effect: 'unknown', message, reach: nowhere });
}

/** As many writes, oldest first, as go into one message. */
function firstOf(writes: readonly TentativeWrite[], bytesMax: number): readonly TentativeWrite[] {
  let bytes = 0;
  let count = 0;
  for (const write of writes) {
    if (count > 0 && bytes >= bytesMax) break;
    bytes += commandSize({ kind: 'merge', write });
    count += 1;
  }
  return writes.slice(0, count);
}
