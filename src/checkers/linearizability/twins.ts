// Operations of one kind are interchangeable: where the later of two could act, the earlier one
// can, and it has less time left. So the later one waits, unless the earlier need not act while the
// later must.

import type { Interval } from './model.ts';

/** For each interval the position of a twin that goes first, or -1. */
export function twinsOf(intervals: readonly Interval[]): Int32Array {
  const twins = new Int32Array(intervals.length).fill(-1);
  const latest = new Map<number, { must: number; may: number }>();
  const callOf = (at: number): number => intervals[at]?.call ?? 0;
  const returnOf = (at: number): number => intervals[at]?.return ?? Number.POSITIVE_INFINITY;
  for (const at of [...intervals.keys()].sort((a, b) => callOf(a) - callOf(b))) {
    const interval = intervals[at];
    if (interval === undefined) continue;
    const before = latest.get(interval.kind) ?? { must: -1, may: -1 };
    latest.set(interval.kind, before);
    const candidates = interval.isOptional ? [before.may, before.must] : [before.must];
    twins[at] = candidates.find((twin) => twin >= 0 && returnOf(twin) <= returnOf(at)) ?? -1;
    if (interval.isOptional) before.may = at;
    else before.must = at;
  }
  return twins;
}
