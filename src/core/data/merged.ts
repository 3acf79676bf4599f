// The tentative writes that the log has merged, each exactly once: per origin everything up to a
// counter, and the few above it that came out of order. Survives the purge of tombstones, so a late
// copy of a merge does nothing for ever.

import { onlyOrigins, originCount } from '../clocks/vector.ts';
import { assert } from '../model/assert.ts';
import { compareIds, logOrigin, type Origin } from '../model/ids.ts';
import type { ItemRow, MachineRow } from '../model/state.ts';
import type { Dot } from '../model/version.ts';
import { withVector } from './merges.ts';
import { dotOf } from './resolver.ts';

interface Progress {
  /** Every counter from 1 to this one is merged. */
  upTo: number;
  /** Invariant: all are greater than upTo + 1. */
  readonly above: Set<number>;
}

export class MergedDots {
  readonly #byOrigin = new Map<Origin, Progress>();
  readonly #vectorOriginsMax: number;

  constructor(vectorOriginsMax: number) {
    this.#vectorOriginsMax = vectorOriginsMax;
  }

  has(dot: Dot): boolean {
    const progress = this.#byOrigin.get(dot.origin);
    if (progress === undefined) return false;
    return dot.counter <= progress.upTo || progress.above.has(dot.counter);
  }

  /** Every counter of `origin` up to this one is merged; 0 when the first is not. */
  upTo(origin: Origin): number {
    return this.#byOrigin.get(origin)?.upTo ?? 0;
  }

  /** True when some counters above `upTo` are merged too. */
  hasGaps(origin: Origin): boolean {
    return (this.#byOrigin.get(origin)?.above.size ?? 0) > 0;
  }

  /** Takes note of a merge; false when it is in already. */
  add(dot: Dot): boolean {
    assert(dot.origin !== logOrigin && dot.counter >= 1, () => `not tentative: ${dot.origin}`);
    if (this.has(dot)) return false;
    const progress = this.#progressOf(dot.origin);
    progress.above.add(dot.counter);
    while (progress.above.delete(progress.upTo + 1)) progress.upTo += 1;
    return true;
  }

  /**
   * The same item with a vector of bounded size. A vector is asked two things: whether it covers a
   * tentative write that is not merged yet, and (as a later context) whether it covers the item's
   * own dot. All other origins may go once they are many: their merged writes are in this set.
   */
  trimmed(item: ItemRow): ItemRow {
    const { vector } = item.version;
    if (originCount(vector) <= this.#vectorOriginsMax) return item;
    const own = dotOf(item).origin;
    const isNeeded = (origin: Origin, counter: number) =>
      origin === own || (origin !== logOrigin && counter > this.upTo(origin));
    return withVector(item, onlyOrigins(vector, isNeeded));
  }

  toRows(): MachineRow['merged'] {
    return [...this.#byOrigin]
      .sort(([a], [b]) => compareIds(a, b))
      .map(([origin, { upTo, above }]) => ({
        origin,
        upTo,
        above: [...above].sort((a, b) => a - b),
      }));
  }

  restore(rows: MachineRow['merged']): void {
    this.#byOrigin.clear();
    for (const { origin, upTo, above } of rows) {
      this.#byOrigin.set(origin, { upTo, above: new Set(above) });
    }
  }

  #progressOf(origin: Origin): Progress {
    const known = this.#byOrigin.get(origin);
    if (known !== undefined) return known;
    const fresh: Progress = { upTo: 0, above: new Set() };
    this.#byOrigin.set(origin, fresh);
    return fresh;
  }
}
