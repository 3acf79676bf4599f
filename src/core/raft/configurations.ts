// Which configuration is in force: the latest one in the log, committed or not (thesis, section
// 4.1). Truncating the log rolls it back to the one before.

import type { Configuration, Entry } from '../model/entry.ts';
import type { LogIndex, NodeId } from '../model/ids.ts';
import { compareIds } from '../model/ids.ts';

interface Point {
  readonly index: LogIndex;
  readonly configuration: Configuration;
}

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
    return last?.configuration ?? { voters: [], votersOutgoing: [], learners: [] };
  }

  /** Every set of which a majority must agree. */
  get votingSets(): readonly (readonly NodeId[])[] {
    return this.#votingSets;
  }

  isVoter(node: NodeId): boolean {
    return this.#votingSets.some((voters) => voters.includes(node));
  }

  /** Voters of both sets, sorted, once each. */
  voters(): readonly NodeId[] {
    return sortedUnion(this.#votingSets);
  }

  /** Everyone who receives the log, sorted, once each. */
  members(): readonly NodeId[] {
    return sortedUnion([...this.#votingSets, this.current.learners]);
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

function sortedUnion(sets: readonly (readonly NodeId[])[]): readonly NodeId[] {
  return [...new Set(sets.flat())].sort(compareIds);
}
