// What the records of a write-ahead log amount to: for each group its log, hard state and journal
// in its last life, joined with what the engine holds. Every storage uses this one reading. It
// never yields a log with a hole: a hole is a value that says where.

import type { TentativeWrite } from './command.ts';
import type { Entry, HardState, LogStart } from './entry.ts';
import { GroupLives } from './group-lives.ts';
import type { GroupId, LogIndex } from './ids.ts';
import { logIndex, term } from './ids.ts';
import type { GroupDrop, LogRecord } from './records.ts';
import type { AppliedPoint } from './state.ts';
import type { Dot } from './version.ts';

export type JoinedLog =
  | {
      readonly kind: 'joined';
      readonly life: number;
      readonly start: LogStart;
      readonly entries: readonly Entry[];
      readonly hardState: HardState;
      readonly tentative: readonly TentativeWrite[];
    }
  /** `why` names the indexes: entries that should be there are in neither the log nor the state. */
  | { readonly kind: 'hole'; readonly why: string };

const noHardState: HardState = { term: term(0), votedFor: null };

/** Names a dot in a map. */
export const dotKey = ({ origin, counter }: Dot): string => `${origin}/${counter}`;

/** All groups of one log; records are applied in the order in which they were written. */
export class LogReplay {
  readonly #groups = new Map<GroupId, GroupReplay>();
  readonly #lives = new GroupLives();

  apply(record: LogRecord): void {
    if (record.kind === 'group-dropped') {
      if (this.#lives.begin(record)) this.#groups.set(record.group, new GroupReplay(record));
      return;
    }
    let group = this.#groups.get(record.group);
    if (group === undefined) {
      group = new GroupReplay();
      this.#groups.set(record.group, group);
    }
    group.apply(record);
  }

  /** A group without records has an empty log. */
  group(group: GroupId): GroupReplay {
    return this.#groups.get(group) ?? new GroupReplay();
  }

  /** As far as the log tells. */
  get lives(): Pick<GroupLives, 'of' | 'drops'> {
    return this.#lives;
  }

  /** Sorted. */
  get groups(): readonly GroupId[] {
    return [...this.#groups.keys()].sort((a, b) => a - b);
  }
}

/**
 * One group in one life. Invariant: `#entries` is contiguous, and follows `#start` when that is
 * known.
 */
export class GroupReplay {
  readonly #life: number;
  /** null: older segments of the log were dropped, so only the entries tell where they begin. */
  #start: LogStart | null = { index: logIndex(0), term: term(0) };
  #entries: Entry[] = [];
  #hardState: HardState;
  readonly #tentative = new Map<string, TentativeWrite>();

  /** `drop` began the life; null: it is the first. */
  constructor(drop: GroupDrop | null = null) {
    this.#life = drop?.life ?? 0;
    this.#hardState = drop?.hardState ?? noHardState;
  }

  apply(record: Exclude<LogRecord, { readonly kind: 'group-dropped' }>): void {
    switch (record.kind) {
      case 'entries':
        for (const entry of record.entries) this.#append(entry);
        return;
      case 'hard-state':
        this.#hardState = record.hardState;
        return;
      case 'log-start':
        this.#restart(record.start);
        return;
      case 'tentative':
        this.#tentative.set(dotKey(record.write.dot), record.write);
        return;
      case 'tentative-done':
        this.#tentative.delete(dotKey(record.dot));
        return;
    }
  }

  /**
   * The log that goes with what the engine holds: the state at `point` (null: none of this group),
   * and its last drop. An engine is in the life of the log, or a crash kept the log from beginning
   * the engine's: then everything that the log says is of a life that is over.
   */
  join(point: AppliedPoint | null, drop: GroupDrop | null = null): JoinedLog {
    const life = drop?.life ?? 0;
    if (life > this.#life) return new GroupReplay(drop).join(point, drop);
    const isOlder = life < this.#life && (drop !== null || point !== null);
    if (isOlder) return hole(`the state is of life ${life}, the log of life ${this.#life}`);
    return this.#joinState(point);
  }

  #joinState(point: AppliedPoint | null): JoinedLog {
    const first = this.#firstIndex;
    if (point === null) {
      if (this.#start?.index === 0) return this.#joined(this.#start, this.#entries, null);
      return hole(`the log begins at ${first}, and there is no state before it`);
    }
    if (point.index + 1 < first) {
      return hole(`the state ends at ${point.index}, the log begins at ${first}`);
    }
    const { index, term: pointTerm } = point;
    const known = this.#termAt(index);
    if (index > this.#lastIndex || (known !== null && known !== pointTerm)) {
      return this.#joined({ index, term: pointTerm }, [], point);
    }
    if (this.#start !== null) return this.#joined(this.#start, this.#entries, point);
    return this.#joinTail(point);
  }

  /** Without a known start the log begins after the point, or after its own first entry. */
  #joinTail(point: AppliedPoint): JoinedLog {
    const [first, ...rest] = this.#entries;
    if (first === undefined || first.index > point.index) {
      return this.#joined({ index: point.index, term: point.term }, this.#entries, point);
    }
    return this.#joined({ index: first.index, term: first.term }, rest, point);
  }

  /** A term is at least that of anything stored: a node that saw it has not voted in it. */
  #joined(start: LogStart, entries: readonly Entry[], point: AppliedPoint | null): JoinedLog {
    const seen = Math.max(start.term, entries.at(-1)?.term ?? 0, point?.term ?? 0);
    const hardState =
      seen > this.#hardState.term ? { term: term(seen), votedFor: null } : this.#hardState;
    const tentative = [...this.#tentative.values()];
    return { kind: 'joined', life: this.#life, start, entries, hardState, tentative };
  }

  /**
   * An entry replaces what is at its index and after it; one beyond the end begins the log anew.
   */
  #append(entry: Entry): void {
    const first = this.#firstIndex;
    const beyond = entry.index > this.#lastIndex + 1;
    if (beyond || entry.index < first) {
      this.#start = null;
      this.#entries = [entry];
      return;
    }
    this.#entries.length = entry.index - first;
    this.#entries.push(entry);
  }

  /** A start older than the log is a copy at the head of a later segment and says nothing new. */
  #restart(start: LogStart): void {
    if (start.index + 1 < this.#firstIndex) return;
    const known = this.#termAt(start.index);
    const unknown = known === null && start.index <= this.#lastIndex;
    const keeps = known === start.term || unknown;
    this.#entries = keeps ? this.#entries.filter(({ index }) => index > start.index) : [];
    this.#start = start;
  }

  get #firstIndex(): LogIndex {
    return this.#entries[0]?.index ?? logIndex((this.#start?.index ?? 0) + 1);
  }

  get #lastIndex(): LogIndex {
    return this.#entries.at(-1)?.index ?? this.#start?.index ?? logIndex(0);
  }

  /** null: not known here. */
  #termAt(index: LogIndex): number | null {
    if (this.#start?.index === index) return this.#start.term;
    return this.#entries[index - this.#firstIndex]?.term ?? null;
  }
}

function hole(why: string): JoinedLog {
  return { kind: 'hole', why };
}
