// Small values of the storage port's types, for its contract and for the tests of both
// implementations.

import type { TentativeWrite } from '../../src/core/model/command.ts';
import type { Configuration, Entry } from '../../src/core/model/entry.ts';
import {
  clientId,
  type GroupId,
  groupId,
  incarnation,
  logIndex,
  nodeId,
  originOf,
  term,
} from '../../src/core/model/ids.ts';
import type {
  GroupDrop,
  LogRecord,
  PersistBatch,
  Recovered,
  RecoveredGroup,
  StateBatch,
} from '../../src/core/model/records.ts';
import type { AppliedPoint, ItemRow, Snapshot, StateRow } from '../../src/core/model/state.ts';
import type { StoredItems } from '../../src/core/model/stored-items.ts';
import { type Timestamp, zeroTimestamp } from '../../src/core/model/version.ts';

export const one = groupId(1);
export const two = groupId(2);
const node1 = nodeId('node1');
const configuration: Configuration = { voters: [node1], votersOutgoing: [], learners: [] };
const hlc: Timestamp = { wallMs: 5, logical: 0 };
/** Buffers, because that is what decoding yields. */
const utf8 = (text: string): Uint8Array => Buffer.from(text);

/** An entry that puts `text` under a key that five indexes share. */
export function entry(index: number, inTerm = 1, text = `${index}.${inTerm}`): Entry {
  const operation = {
    kind: 'put',
    key: keyOf(index),
    value: utf8(text),
    ifVersion: null,
    context: null,
  } as const;
  const session = { clientId: clientId('c'), seq: index, firstUnanswered: 1, issuedAt: hlc };
  const command = { kind: 'write', operation, session, hlc } as const;
  const payload = { kind: 'command', command } as const;
  return { index: logIndex(index), term: term(inTerm), payload, size: text.length + 30 };
}

export const keyOf = (index: number): string => `key${index % 5}`;

/** Entries `first` to `last` of one term. */
export function entriesBetween(first: number, last: number, inTerm = 1): Entry[] {
  return Array.from({ length: last - first + 1 }, (_, i) => entry(first + i, inTerm));
}

export function entriesRecord(group: GroupId, entries: readonly Entry[]): LogRecord {
  return { kind: 'entries', group, entries };
}

export function hardState(group: GroupId, inTerm: number, votedFor: string | null): LogRecord {
  const vote = votedFor === null ? null : nodeId(votedFor);
  return { kind: 'hard-state', group, hardState: { term: term(inTerm), votedFor: vote } };
}

export function logStart(group: GroupId, index: number, inTerm = 1): LogRecord {
  return { kind: 'log-start', group, start: { index: logIndex(index), term: term(inTerm) } };
}

export function tentativeWrite(counter: number): TentativeWrite {
  return {
    dot: { origin: originOf(node1, incarnation(1)), counter },
    key: `t${counter}`,
    value: utf8('tentative'),
    context: {},
    hlc,
    appliedAt: logIndex(0),
  };
}

export function tentative(group: GroupId, counter: number): LogRecord {
  return { kind: 'tentative', group, write: tentativeWrite(counter) };
}

export function tentativeDone(group: GroupId, counter: number): LogRecord {
  return { kind: 'tentative-done', group, dot: tentativeWrite(counter).dot };
}

export function persistBatch(
  number: number,
  records: readonly LogRecord[],
  snapshots: PersistBatch['snapshots'] = [],
): PersistBatch {
  return { number, snapshots, drops: [], records };
}

/** Forgets a group; `first` and `after` stand before and behind its record. */
export function dropBatch(
  number: number,
  drop: GroupDrop,
  { first = [], after = [] }: { first?: readonly LogRecord[]; after?: readonly LogRecord[] } = {},
): PersistBatch {
  return { number, snapshots: [], drops: [drop], records: [...first, dropped(drop), ...after] };
}

export function dropOf(group: GroupId, life: number, inTerm = 1): GroupDrop {
  return { group, life, hardState: { term: term(inTerm), votedFor: node1 } };
}

export function dropped(drop: GroupDrop): LogRecord {
  return { kind: 'group-dropped', ...drop };
}

export function point(index: number, inTerm = 1): AppliedPoint {
  return { index: logIndex(index), term: term(inTerm), configuration };
}

/** The row that applying `from` leaves. */
export function rowOf(from: Entry): ItemRow {
  const { payload, index, term: inTerm } = from;
  if (payload.kind !== 'command' || payload.command.kind !== 'write') throw new Error('a write');
  const { operation } = payload.command;
  const value = operation.kind === 'put' ? operation.value : null;
  const version = { index, term: inTerm, vector: {}, hlc: zeroTimestamp };
  return { kind: 'item', key: operation.key, value, version, dot: null };
}

/** The rows of a group that applied `entries` from the first. */
export function rowsOf(entries: readonly Entry[]): ItemRow[] {
  const rows = new Map<string, ItemRow>();
  for (const each of entries) rows.set(rowOf(each).key, rowOf(each));
  return [...rows.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
}

export function stateBatch(options: {
  readonly group: GroupId;
  readonly point: AppliedPoint;
  readonly rows: readonly StateRow[];
  readonly sync?: boolean;
  readonly clear?: boolean;
  readonly removed?: readonly string[];
}): StateBatch {
  const { group, sync = false, clear = false, rows, removed = [] } = options;
  const gone = removed.map((key) => ({ kind: 'item', key }) as const);
  return {
    number: 1,
    sync,
    changes: [{ group, point: options.point, clear, rows, removed: gone }],
  };
}

export function snapshotOf(at: AppliedPoint, rows: readonly StateRow[]): Snapshot {
  return { point: at, chunks: [rows] };
}

export function groupIn(recovered: Recovered, group: GroupId): RecoveredGroup {
  const found = recovered.groups.find((each) => each.group === group);
  if (found === undefined) throw new Error(`group ${group} was not recovered`);
  return { ...found, rows: allRows(found) };
}

/** Each item can be taken only once, and tests look at a recovery more than once. */
const taken = new WeakMap<StoredItems, readonly StateRow[]>();

/** Items and the others together, as a partition that sees everything has them. */
export function allRows({ items, rows }: RecoveredGroup): StateRow[] {
  const known = taken.get(items) ?? items.takeRest();
  taken.set(items, known);
  return [...known, ...rows];
}

/** `1.1 2.1 3.2`: index and term of each entry. */
export function shape(entries: readonly Entry[]): string {
  return entries.map((each) => `${each.index}.${each.term}`).join(' ');
}
