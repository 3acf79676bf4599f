// The dumb twin of a partition: histories are plain sets of events, nothing is ever forgotten or
// purged, and every question is answered by going through the whole log again. Obviously right,
// hopelessly slow.

import type { TentativeWrite } from '../../../src/core/model/command.ts';
import type { Timestamp } from '../../../src/core/model/version.ts';

export interface QuorumWrite {
  readonly kind: 'quorum';
  readonly key: string;
  readonly value: string | null;
  readonly hlc: Timestamp;
  /** What the writer had read. */
  readonly seen: ReadonlySet<string>;
}

/** A tentative write with its context as a set, beside the vector that the real thing uses. */
export interface Tentative {
  readonly kind: 'tentative';
  readonly write: TentativeWrite;
  readonly value: string | null;
  readonly seen: ReadonlySet<string>;
}

export type TwinEntry = QuorumWrite | Tentative | { readonly kind: 'other' };

/** What is known of one key. */
export interface TwinItem {
  readonly value: string | null;
  /** The write that the value comes from. */
  readonly event: string;
  readonly origin: string;
  readonly hlc: Timestamp;
  /** Every write that has had its effect on this key, or was overtaken. */
  readonly seen: ReadonlySet<string>;
}

export interface TwinState {
  readonly items: ReadonlyMap<string, TwinItem>;
  /** What each merge came to, by position in the log; the first of all copies has the effect. */
  readonly outcomes: ReadonlyMap<number, string>;
}

export const eventOf = ({ write }: Tentative): string => `${write.dot.origin}:${write.dot.counter}`;

/** The state after a prefix of the log; the first entry has index 1. */
export function twinState(log: readonly TwinEntry[]): TwinState {
  const items = new Map<string, TwinItem>();
  const outcomes = new Map<number, string>();
  const merged = new Set<string>();
  let time: Timestamp = { wallMs: 0, logical: 0 };
  log.forEach((entry, position) => {
    const index = position + 1;
    if (entry.kind === 'quorum') {
      const next = { wallMs: time.wallMs, logical: time.logical + 1 };
      time = isLater(entry.hlc, next) ? entry.hlc : next;
      const event = `log:${index}`;
      const seen = new Set([...(items.get(entry.key)?.seen ?? []), ...entry.seen, event]);
      items.set(entry.key, { value: entry.value, event, origin: 'log', hlc: time, seen });
    } else if (entry.kind === 'tentative') {
      if (isLater(entry.write.hlc, time)) time = entry.write.hlc;
      const isCopy = merged.has(eventOf(entry));
      merged.add(eventOf(entry));
      const [outcome, item] = isCopy
        ? ['known', null]
        : mergeInto(items.get(entry.write.key) ?? null, entry);
      outcomes.set(index, outcome);
      if (item !== null) items.set(entry.write.key, item);
    }
  });
  return { items, outcomes };
}

/** The rule of DESIGN, chapter 8, on sets. */
export function mergeInto(
  current: TwinItem | null,
  entry: Tentative,
): readonly [string, TwinItem | null] {
  const { hlc, dot } = entry.write;
  const event = eventOf(entry);
  const seen = new Set([...(current?.seen ?? []), ...entry.seen, event]);
  const item = { value: entry.value, event, origin: dot.origin, hlc, seen };
  if (current === null) return ['replaced', item];
  if (current.seen.has(event)) return ['known', null];
  if (entry.seen.has(current.event)) return ['replaced', item];
  const isSameTime = !isLater(hlc, current.hlc) && !isLater(current.hlc, hlc);
  const wins = isLater(hlc, current.hlc) || (isSameTime && dot.origin > current.origin);
  return wins ? ['won', item] : ['lost', { ...current, seen }];
}

function isLater(a: Timestamp, b: Timestamp): boolean {
  return a.wallMs > b.wallMs || (a.wallMs === b.wallMs && a.logical > b.logical);
}
