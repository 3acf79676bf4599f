// What a tentative write does to a key when the log orders it (DESIGN 8). Pure: the partition asks
// when it applies a Merge, the journal asks to show its owner what the merge will come to.

import { covers, emptyVector, merge, withDot } from '../clocks/vector.ts';
import type { TentativeWrite } from '../model/command.ts';
import type { LogIndex, Term } from '../model/ids.ts';
import type { ConflictRow, ItemRow } from '../model/state.ts';
import type { VersionVector } from '../model/version.ts';
import { sameBytes } from './bytes.ts';
import { contenderOf, dotOf, type Resolver } from './resolver.ts';

/** A position in the log. */
export interface Position {
  readonly index: LogIndex;
  readonly term: Term;
}

/** A conflict before it has a number. */
export type Conflict = Omit<ConflictRow, 'kind' | 'number'>;

export type MergeOutcome = 'replaced' | 'known' | 'won' | 'lost';

export interface MergeDecision {
  readonly outcome: MergeOutcome;
  /** The key's new row; null when nothing changes. */
  readonly item: ItemRow | null;
  /** null also when both wrote the same bytes: nothing is lost then. */
  readonly conflict: Conflict | null;
}

export interface MergeQuestion {
  readonly current: ItemRow | null;
  readonly write: TentativeWrite;
  readonly at: Position;
  readonly resolver: Resolver;
}

/**
 *   the key's vector covers the dot            known      a later write had seen it: skip
 *   the context covers the value's own dot     replaced   the owner had seen what is there
 *   neither                                    conflict   the resolver decides: won, or lost
 *
 * "Had seen" asks for the dot of the value alone, not for the whole vector (dotted version
 * vectors): who has seen a value has seen all that it replaced, and need not know of writes that
 * lost against it.
 */
export function decideMerge(question: MergeQuestion): MergeDecision {
  const { current, write } = question;
  if (current === null) return replace(question, emptyVector);
  if (covers(current.version.vector, write.dot)) {
    return { outcome: 'known', item: null, conflict: null };
  }
  if (covers(write.context, dotOf(current))) return replace(question, current.version.vector);
  return resolve({ ...question, current });
}

function replace(question: MergeQuestion, seen: VersionVector): MergeDecision {
  return { outcome: 'replaced', item: writtenItem(question, seen), conflict: null };
}

function resolve(question: MergeQuestion & { readonly current: ItemRow }): MergeDecision {
  const { current, write, at, resolver } = question;
  const incoming = { hlc: write.hlc, dot: write.dot, value: write.value };
  const standing = { ...contenderOf(current), value: current.value };
  const won = resolver.incomingWins({ current: standing, incoming });
  const [winner, loser] = won ? [incoming, standing] : [standing, incoming];
  const conflict = { key: write.key, loser, winner: { dot: winner.dot, hlc: winner.hlc } };
  return {
    outcome: won ? 'won' : 'lost',
    item: won
      ? writtenItem(question, current.version.vector)
      : withVector(current, unionWith(current.version.vector, write)),
    conflict: sameBytes(current.value, write.value) ? null : { ...conflict, index: at.index },
  };
}

function writtenItem({ write, at }: MergeQuestion, seen: VersionVector): ItemRow {
  const vector = unionWith(seen, write);
  const version = { index: at.index, term: at.term, vector, hlc: write.hlc };
  return { kind: 'item', key: write.key, value: write.value, version, dot: write.dot };
}

function unionWith(seen: VersionVector, write: TentativeWrite): VersionVector {
  return withDot(merge(seen, write.context), write.dot);
}

/** The same write, now known to have met others; its index stays, because its value does. */
export function withVector(item: ItemRow, vector: VersionVector): ItemRow {
  return { ...item, version: { ...item.version, vector } };
}
