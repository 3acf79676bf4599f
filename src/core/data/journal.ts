// The tentative journal of one owner in one group (Bayou, Terry et al. 1995): `one` writes that
// this node has accepted and the partition's log has not merged yet, those of its earlier
// incarnations included. It names each write by a dot, gives it its context, and shows the owner
// what the merges will come to.
//
// Dots are per group: the same origin counts from 1 in each. An incarnation never uses those of
// another.

import { laterOf, successor } from '../clocks/hlc.ts';
import { emptyVector, withDot } from '../clocks/vector.ts';
import { assert } from '../model/assert.ts';
import type { TentativeWrite } from '../model/command.ts';
import {
  compareIds,
  type Incarnation,
  type LogIndex,
  logIndex,
  type NodeId,
  type Origin,
  originOf,
  type StorageId,
  term,
} from '../model/ids.ts';
import type { ItemRow } from '../model/state.ts';
import { utf8Length } from '../model/utf8.ts';
import type { Dot, Timestamp, Version, VersionVector } from '../model/version.ts';
import { ownBytes } from './bytes.ts';
import { decideMerge } from './merges.ts';
import type { Partition } from './partition.ts';

export interface JournalOptions {
  readonly node: NodeId;
  /** Of this start; persisted before the journal accepts anything. */
  readonly incarnation: Incarnation;
  /** The node's data directory, unless it was there at the birth of the cluster. */
  readonly cameLater?: StorageId | null;
  /**
   * `lastCounter` of the journal of this incarnation before it, when the replica was dropped and is
   * born again: the log knows those dots, and would take new writes of the same name for copies.
   */
  readonly lastCounter?: number;
}

export interface Acceptance {
  readonly key: string;
  /** null deletes. */
  readonly value: Uint8Array | null;
  readonly hlc: Timestamp;
  /** The replica's applied index now: what `partition` shows. */
  readonly appliedAt: LogIndex;
  /** What the client says it has seen; null or nothing: all that this owner has. */
  readonly context?: VersionVector | null;
}

/** What the journal reads of its node's replica. */
export type Replica = Pick<Partition, 'read' | 'merged' | 'resolver'>;

/** Stands for a position in the log that a tentative write does not have yet. */
const noPosition = { index: logIndex(0), term: term(0) };

/** What one key's pending writes come to on top of the replica's row. */
interface Overlay {
  /** In dot order. */
  readonly writes: Set<TentativeWrite>;
  /** The replica's row that `item` was computed from; undefined: not computed. */
  row: ItemRow | null | undefined;
  item: ItemRow | null;
}

interface Division {
  readonly merged: TentativeWrite[];
  readonly left: TentativeWrite[];
}

export class Journal {
  readonly #origin: Origin;
  /**
   * Invariant: origins in order of incarnation; in each, counters and appliedAt ascend. None is
   * empty.
   */
  readonly #byOrigin = new Map<Origin, TentativeWrite[]>();
  readonly #byKey = new Map<string, Overlay>();
  #lastCounter: number;
  #count = 0;
  #bytes = 0;

  constructor({ node, incarnation, cameLater = null, lastCounter = 0 }: JournalOptions) {
    this.#origin = originOf(node, incarnation, cameLater);
    this.#lastCounter = lastCounter;
  }

  /** Of the last write that this incarnation has accepted; 0 before the first. */
  get lastCounter(): number {
    return this.#lastCounter;
  }

  get pendingCount(): number {
    return this.#count;
  }

  /** Approximate, of keys and values. */
  get pendingBytes(): number {
    return this.#bytes;
  }

  /**
   * Makes a tentative write of it: durable in the log of the node before it is acknowledged, and
   * proposed until `settle` names it. Its timestamp is greater than that of anything it has seen.
   */
  accept(acceptance: Acceptance, replica: Replica): TentativeWrite {
    const { key, value, hlc, appliedAt } = acceptance;
    const seen = this.read(key, replica);
    const write: TentativeWrite = {
      dot: { origin: this.#origin, counter: this.#lastCounter + 1 },
      key,
      value: value === null ? null : ownBytes(value),
      context: this.#contextOf(acceptance, seen),
      hlc: seen === null ? hlc : laterOf(hlc, successor(seen.version.hlc)),
      appliedAt,
    };
    assert(!replica.merged.has(write.dot), 'an incarnation never uses the dots of another');
    const last = this.#byOrigin.get(this.#origin)?.at(-1);
    assert(last === undefined || last.appliedAt <= appliedAt, 'the applied index never goes back');
    this.#add(write);
    this.#show(write, replica);
    return write;
  }

  /** Replaces everything by what the disk had; in any order. */
  restore(writes: Iterable<TentativeWrite>): void {
    this.#byOrigin.clear();
    this.#byKey.clear();
    this.#count = 0;
    this.#bytes = 0;
    for (const write of [...writes].sort(compareDots)) this.#add(write);
  }

  /**
   * What is not merged yet, in dot order, earlier incarnations first; at most `countMax` of them.
   */
  pending(countMax: number = Number.POSITIVE_INFINITY): TentativeWrite[] {
    const pending: TentativeWrite[] = [];
    for (const writes of this.#byOrigin.values()) {
      for (const write of writes) {
        if (pending.length >= countMax) return pending;
        pending.push(write);
      }
    }
    return pending;
  }

  /**
   * The key as this owner sees it: the replica's row with the pending writes on top, decided as the
   * merges will decide. A value that is not in the log yet has version.index 0.
   */
  read(key: string, replica: Replica): ItemRow | null {
    const row = replica.read(key);
    const overlay = this.#byKey.get(key);
    if (overlay === undefined) return row;
    if (overlay.row !== row) {
      overlay.row = row;
      overlay.item = row;
      for (const write of overlay.writes) overlay.item = onTop(overlay.item, write, replica);
    }
    return overlay.item;
  }

  /** Forgets what the replica has merged, and names it: the disk may forget it as well. */
  settle(replica: Replica): Dot[] {
    const settled: Dot[] = [];
    for (const [origin, writes] of this.#byOrigin) {
      const { merged, left } = divide(writes, replica);
      for (const write of merged) {
        this.#forget(write);
        settled.push(write.dot);
      }
      if (left.length === 0) this.#byOrigin.delete(origin);
      else this.#byOrigin.set(origin, left);
    }
    return settled;
  }

  /** As settle, of what another replica has merged: this node holds none any more. */
  settleDots(dots: readonly Dot[]): Dot[] {
    const settled: Dot[] = [];
    for (const { origin, counter } of dots) {
      const writes = this.#byOrigin.get(origin);
      const place = writes?.findIndex(({ dot }) => dot.counter === counter) ?? -1;
      const write = writes?.[place];
      if (writes === undefined || write === undefined) continue;
      writes.splice(place, 1);
      if (writes.length === 0) this.#byOrigin.delete(origin);
      this.#forget(write);
      settled.push(write.dot);
    }
    return settled;
  }

  /**
   * The index up to which every write that this owner has accepted, or ever will, has seen the log.
   * `appliedIndex` must survive a crash (the point of synced state), or the next incarnation may
   * accept a write at a lower one and the promise is broken.
   */
  watermark(appliedIndex: LogIndex): LogIndex {
    let lowest: number = appliedIndex;
    for (const [first] of this.#byOrigin.values()) {
      if (first !== undefined) lowest = Math.min(lowest, first.appliedAt);
    }
    return logIndex(lowest);
  }

  #contextOf({ key, context }: Acceptance, seen: ItemRow | null): VersionVector {
    if (context === null || context === undefined) return seen?.version.vector ?? emptyVector;
    let joined = context;
    for (const { dot } of this.#byKey.get(key)?.writes ?? []) joined = withDot(joined, dot);
    return joined;
  }

  #add(write: TentativeWrite): void {
    const { origin, counter } = write.dot;
    const writes = this.#byOrigin.get(origin);
    if (writes === undefined) this.#byOrigin.set(origin, [write]);
    else writes.push(write);
    if (origin === this.#origin) this.#lastCounter = Math.max(this.#lastCounter, counter);
    const overlay = this.#byKey.get(write.key);
    if (overlay !== undefined) overlay.writes.add(write);
    else this.#byKey.set(write.key, { writes: new Set([write]), row: undefined, item: null });
    this.#count += 1;
    this.#bytes += bytesOf(write);
  }

  /**
   * Keeps a computed overlay up to date, so that many writes of one key do not cost their square.
   */
  #show(write: TentativeWrite, replica: Replica): void {
    const overlay = this.#byKey.get(write.key);
    if (overlay?.row === undefined) return;
    overlay.item = onTop(overlay.item, write, replica);
  }

  #forget(write: TentativeWrite): void {
    const overlay = this.#byKey.get(write.key);
    overlay?.writes.delete(write);
    if (overlay?.writes.size === 0) this.#byKey.delete(write.key);
    this.#count -= 1;
    this.#bytes -= bytesOf(write);
  }
}

/** The version that a write is acknowledged with: its place in the log is not known yet. */
export function tentativeVersion(write: TentativeWrite): Version {
  return { ...noPosition, vector: withDot(write.context, write.dot), hlc: write.hlc };
}

function onTop(item: ItemRow | null, write: TentativeWrite, replica: Replica): ItemRow | null {
  if (replica.merged.has(write.dot)) return item;
  const question = { current: item, write, at: noPosition, resolver: replica.resolver };
  return decideMerge(question).item ?? item;
}

/**
 * Takes `writes` apart. Merges come in order nearly always: then a prefix goes, and nothing is
 * copied.
 */
function divide(writes: TentativeWrite[], { merged }: Replica): Division {
  const origin = writes[0]?.dot.origin;
  assert(origin !== undefined, 'no origin is kept without writes');
  if (merged.hasGaps(origin)) {
    return {
      merged: writes.filter(({ dot }) => merged.has(dot)),
      left: writes.filter(({ dot }) => !merged.has(dot)),
    };
  }
  const upTo = merged.upTo(origin);
  let count = 0;
  while ((writes[count]?.dot.counter ?? Number.POSITIVE_INFINITY) <= upTo) count++;
  return { merged: writes.splice(0, count), left: writes };
}

/** By incarnation (a number: 10 comes after 9), then by counter. All are of one node. */
function compareDots({ dot: a }: TentativeWrite, { dot: b }: TentativeWrite): number {
  const byIncarnation = incarnationOf(a.origin) - incarnationOf(b.origin);
  return byIncarnation || compareIds(a.origin, b.origin) || a.counter - b.counter;
}

function incarnationOf(origin: Origin): number {
  return Number(origin.slice(origin.lastIndexOf('#') + 1));
}

function bytesOf({ key, value }: TentativeWrite): number {
  return utf8Length(key) + (value?.length ?? 0);
}
