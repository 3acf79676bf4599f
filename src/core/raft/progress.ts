// What a leader knows about one other member, and how it sends to it (after etcd's tracker):
//
//   probe      one append at a time, to find where the logs agree
//   replicate  appends are pipelined ahead of the acknowledgements, within a window
//   snapshot   the entries it needs are compacted; one chunk of a snapshot is in flight

import type { NodeId } from '../model/ids.ts';
import { limits } from '../model/limits.ts';
import { CatchUp } from './catch-up.ts';

export type Mode = 'probe' | 'replicate' | 'snapshot';

/** The one snapshot chunk in flight to a member. */
export interface SnapshotTransfer {
  readonly index: number;
  readonly chunks: number;
  chunk: number;
  sentAt: number;
  /** True once this chunk was sent again: only then may an acknowledgement move backwards. */
  resent: boolean;
}

export class Progress {
  readonly node: NodeId;
  /** Whether it keeps up; asked before a learner may vote. */
  readonly catchUp: CatchUp;
  /** Invariant: match < next. The log of the member agrees durably up to `match`. */
  match = 0;
  next: number;
  /** What the member says it has applied. */
  applied = 0;
  mode: Mode = 'probe';
  /** Probe: an append is out and unanswered. */
  paused = false;
  /** The connection died and nothing came since. */
  cut = false;
  /** Tick of the leader's group at which anything came last. */
  heardAt: number;
  /** Tick at which an append with entries was sent to it last. */
  #appendedAt = Number.NEGATIVE_INFINITY;
  /** The newest read round that it confirmed. */
  readRound = 0;
  transfer: SnapshotTransfer | null = null;
  /** Last index of each append in flight, rising. */
  #inFlight: number[] = [];

  readonly #inFlightMax: number;

  constructor(options: {
    node: NodeId;
    next: number;
    now: number;
    inFlightMax: number;
  }) {
    this.node = options.node;
    this.#inFlightMax = options.inFlightMax;
    this.next = options.next;
    this.heardAt = options.now;
    this.catchUp = new CatchUp({ target: options.next, now: options.now });
  }

  get isWindowFull(): boolean {
    return this.#inFlight.length >= this.#inFlightMax;
  }

  get inFlight(): number {
    return this.#inFlight.length;
  }

  /** True: nothing more is sent before an answer comes. */
  get isPaused(): boolean {
    return this.mode === 'replicate' ? this.isWindowFull : this.paused || this.mode === 'snapshot';
  }

  /** The first entry that is not on its way. */
  get nextIndex(): number {
    return this.transfer === null ? this.next : this.transfer.index + 1;
  }

  isActive(now: number): boolean {
    return !this.cut && now - this.heardAt < limits.electionTicksMax;
  }

  /** Appends and answers go to and fro: a heartbeat would tell neither side anything. */
  isInTouch(now: number): boolean {
    const since = now - limits.heartbeatTicks;
    return this.mode === 'replicate' && this.#appendedAt > since && this.heardAt > since;
  }

  heard(now: number): void {
    this.heardAt = now;
    this.cut = false;
  }

  /** A probe goes on where it was; a snapshot may have been installed although nobody said so. */
  becomeProbe(): void {
    if (this.mode === 'replicate') this.next = this.match + 1;
    else if (this.transfer !== null) this.next = Math.max(this.match, this.transfer.index) + 1;
    this.mode = 'probe';
    this.paused = false;
    this.transfer = null;
    this.#inFlight = [];
  }

  becomeReplicate(): void {
    this.mode = 'replicate';
    this.next = this.match + 1;
    this.paused = false;
    this.transfer = null;
    this.#inFlight = [];
  }

  becomeSnapshot(transfer: SnapshotTransfer): void {
    this.mode = 'snapshot';
    this.paused = false;
    this.transfer = transfer;
    this.#inFlight = [];
  }

  /** An append whose last entry is `lastIndex` was sent; `lastIndex` is 0 for an empty one. */
  sent(lastIndex: number, now: number): void {
    if (this.mode === 'probe') this.paused = true;
    else if (lastIndex > 0) {
      this.next = lastIndex + 1;
      this.#appendedAt = now;
      this.#inFlight.push(lastIndex);
    }
  }

  /**
   * The member confirmed that it agrees up to `index`. Late and repeated confirmations change
   * nothing.
   */
  matched(index: number): void {
    this.match = Math.max(this.match, index);
    this.next = Math.max(this.next, this.match + 1);
    while (this.#inFlight.length > 0 && (this.#inFlight[0] ?? 0) <= index) this.#inFlight.shift();
  }

  /**
   * The member refused an append after `refused`; `guess` is where the logs may agree. False when
   * the refusal is late: it answers an append that is no longer the question.
   */
  refused(refused: number, guess: number): boolean {
    if (refused <= this.match) return false;
    if (this.mode === 'replicate') {
      this.becomeProbe();
      return true;
    }
    if (this.mode !== 'probe' || refused !== this.next - 1) return false;
    this.next = Math.max(Math.min(refused, guess + 1), this.match + 1);
    this.paused = false;
    return true;
  }
}
