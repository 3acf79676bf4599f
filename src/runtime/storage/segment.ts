// One file of the write-ahead log and what it is still needed for. It may go when every entry in it
// is in synced state (released), was replaced by a later one, or is of a life that is over.

import { GroupLives } from '../../core/model/group-lives.ts';
import { type GroupId, type LogIndex, logIndex } from '../../core/model/ids.ts';
import type { GroupDrop, LogRecord } from '../../core/model/records.ts';
import { segmentHeaderBytes } from './block.ts';

export class Segment {
  readonly number: number;
  readonly path: string;
  readonly size: number;
  /** Position behind the last block. */
  end: number;
  /** The highest entry of each group here that nothing later replaced. */
  readonly #highest = new Map<GroupId, LogIndex>();

  constructor(options: { number: number; path: string; size: number; end: number }) {
    this.number = options.number;
    this.path = options.path;
    this.size = options.size;
    this.end = options.end;
  }

  /** No block yet: also no checkpoint, so that the segments before it are needed. */
  get isEmpty(): boolean {
    return this.end === segmentHeaderBytes;
  }

  fits(bytes: number): boolean {
    return this.end + bytes <= this.size;
  }

  isNeeded(released: ReadonlyMap<GroupId, LogIndex>): boolean {
    for (const [group, index] of this.#highest) {
      if (index > (released.get(group) ?? 0)) return true;
    }
    return false;
  }

  holds(group: GroupId, index: LogIndex): void {
    this.#highest.set(group, index);
  }

  /** Entries of the group from `index` on were replaced. */
  forget(group: GroupId, index: LogIndex): void {
    const highest = this.#highest.get(group);
    if (highest === undefined || highest < index) return;
    if (index <= 1) this.#highest.delete(group);
    else this.#highest.set(group, logIndex(index - 1));
  }
}

/** Names of segments in wal/. */
export const segmentPattern = /^\d{8}\.log$/;

export function segmentName(number: number): string {
  return `${String(number).padStart(8, '0')}.log`;
}

/** The segments in use, oldest first. Invariant: only a prefix of them is ever dropped. */
export class Segments {
  readonly #list: Segment[] = [];
  readonly #lastIndexes = new Map<GroupId, LogIndex>();
  /** In the group's present life. */
  readonly #released = new Map<GroupId, LogIndex>();
  readonly #lives = new GroupLives();

  get active(): Segment | undefined {
    return this.#list.at(-1);
  }

  /** Bytes of blocks; the zeros behind them do not count. */
  get bytes(): number {
    return this.#list.reduce((bytes, { end }) => bytes + end, 0);
  }

  add(segment: Segment): void {
    this.#list.push(segment);
  }

  /** A record was written to the active segment. */
  apply(record: LogRecord): void {
    if (record.kind === 'group-dropped' && this.#lives.begin(record)) this.#forget(record);
    if (record.kind !== 'entries') return;
    const [first, last] = [record.entries[0], record.entries.at(-1)];
    if (first === undefined || last === undefined) return;
    const { group } = record;
    if (first.index <= (this.#lastIndexes.get(group) ?? 0)) {
      for (const segment of this.#list) segment.forget(group, first.index);
    }
    this.#lastIndexes.set(group, last.index);
    this.active?.holds(group, last.index);
  }

  release(applied: ReadonlyMap<GroupId, LogIndex>): void {
    for (const [group, index] of applied) {
      if (index > (this.#released.get(group) ?? 0)) this.#released.set(group, index);
    }
  }

  #forget({ group }: GroupDrop): void {
    for (const segment of this.#list) segment.forget(group, logIndex(1));
    this.#lastIndexes.delete(group);
    this.#released.delete(group);
  }

  /** Takes the oldest out if nothing needs it; the newest checkpoint always stays. */
  takeDroppable(): Segment | undefined {
    const [oldest, active] = [this.#list[0], this.active];
    if (oldest === undefined || oldest === active || active?.isEmpty === true) return undefined;
    return oldest.isNeeded(this.#released) ? undefined : this.#list.shift();
  }
}
