// Which configuration is in force: the latest one in the log, committed or not (thesis, section
// 4.1). Truncating the log rolls it back to the one before.

import type { Configuration, Entry } from '../model/entry.ts';
import type { LogIndex, NodeId } from '../model/ids.ts';
import { compareIds, logIndex } from '../model/ids.ts';
import type { Standing } from './contract.ts';

interface Point {
  readonly index: LogIndex;
  readonly configuration: Configuration;
}

const nobody: Configuration = { voters: [], votersOutgoing: [], learners: [] };

export class Configurations {
  /** Invariant: never empty, rising in index; the first holds at the log's start. */
  #points: Point[];
  #votingSets: readonly (readonly NodeId[])[] = [];

  constructor(first: Point) {
    this.#points = [first];
    this.#refresh();
  }

  get current(): Configuration {
    const last = this.#points.at(-1) ?? this.#points[0];
    return last?.configuration ?? nobody;
  }

  /** Of the entry of `current`, or where the log began to be known with it in force. */
  get currentIndex(): LogIndex {
    return this.#points.at(-1)?.index ?? logIndex(0);
  }

  /** The one before `current`, to which a truncation would lead back; null when it is forgotten. */
  get #previous(): Configuration | null {
    return this.#points.at(-2)?.configuration ?? null;
  }

  /** Every set of which a majority must agree. */
  get votingSets(): readonly (readonly NodeId[])[] {
    return this.#votingSets;
  }

  isVoter(node: NodeId): boolean {
    return this.#votingSets.some((voters) => voters.includes(node));
  }

  /** A voter or a learner. */
  isMember(node: NodeId): boolean {
    return this.isVoter(node) || this.current.learners.includes(node);
  }

  /** By the configuration before the one in force. */
  wasVoter(node: NodeId): boolean {
    const { voters, votersOutgoing } = this.#previous ?? nobody;
    return voters.includes(node) || votersOutgoing.includes(node);
  }

  /** By the configuration before the one in force. */
  wasMember(node: NodeId): boolean {
    return membersOf(this.#previous ?? nobody).includes(node);
  }

  standingOf(node: NodeId): Standing {
    const { voters, votersOutgoing, learners } = this.current;
    if (votersOutgoing.length > 0) {
      if (!voters.includes(node)) return votersOutgoing.includes(node) ? 'outgoing' : other();
      return votersOutgoing.includes(node) ? 'voter' : 'incoming';
    }
    return voters.includes(node) ? 'voter' : other();

    function other(): Standing {
      return learners.includes(node) ? 'learner' : 'removed';
    }
  }

  /** Voters of both sets, sorted, once each. */
  voters(): readonly NodeId[] {
    return sortedUnion(this.#votingSets);
  }

  /**
   * Everyone who receives the log, sorted, once each: the members, and until `commitIndex` reaches
   * the configuration in force those of the one before, who are to learn that they are not.
   */
  audience(commitIndex: LogIndex): readonly NodeId[] {
    const leaving = this.currentIndex > commitIndex ? this.#previous : null;
    return sortedUnion([membersOf(this.current), membersOf(leaving ?? nobody)]);
  }

  /**
   * The entry that made the node a member, and since which it has been one all the time; 0: it was one
   * already where the log begins to be known.
   */
  memberSince(node: NodeId): LogIndex {
    const away = this.#points.findLastIndex(({ configuration }) => {
      return !membersOf(configuration).includes(node);
    });
    return away < 0 ? logIndex(0) : (this.#points[away + 1]?.index ?? logIndex(0));
  }

  /** True when the configuration in force changed. */
  append(entries: readonly Entry[]): boolean {
    let changed = false;
    for (const { index, payload } of entries) {
      if (payload.kind !== 'configuration') continue;
      this.#points.push({ index, configuration: payload.configuration });
      changed = true;
    }
    if (changed) this.#refresh();
    return changed;
  }

  /** True when the configuration in force changed. */
  truncateFrom(index: number): boolean {
    const before = this.#points.length;
    while (this.#points.length > 1 && (this.#points.at(-1)?.index ?? 0) >= index) {
      this.#points.pop();
    }
    if (this.#points.length === before) return false;
    this.#refresh();
    return true;
  }

  compactTo(index: LogIndex): void {
    while (this.#points.length > 1 && (this.#points[1]?.index ?? 0) <= index) this.#points.shift();
  }

  restartAt(point: Point): void {
    this.#points = [point];
    this.#refresh();
  }

  #refresh(): void {
    const { voters, votersOutgoing } = this.current;
    this.#votingSets = votersOutgoing.length > 0 ? [voters, votersOutgoing] : [voters];
  }
}

function membersOf({ voters, votersOutgoing, learners }: Configuration): readonly NodeId[] {
  return [...voters, ...votersOutgoing, ...learners];
}

function sortedUnion(sets: readonly (readonly NodeId[])[]): readonly NodeId[] {
  return [...new Set(sets.flat())].sort(compareIds);
}
