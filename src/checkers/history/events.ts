// Jepsen's form: an event for the call and an event for the return. Pairs them into operations; the
// order of the file is the order of time. Events of the nemesis are no operations.

import { isMap, type Json, type JsonMap, show } from '../json.ts';
import { type Malformed, malformed, type Operation, type Outcome } from './history.ts';
import type { Row } from './rows.ts';

export interface Event {
  readonly type: EventType;
  /** null: the file does not say. */
  readonly process: string | null;
  /** null: the file does not say. */
  readonly f: string | null;
  readonly key: string | null;
  readonly value: Json;
  readonly index: number;
  readonly line: number;
}

const eventTypes = ['invoke', 'ok', 'fail', 'info'] as const;
type EventType = (typeof eventTypes)[number];

const outcomes: Readonly<Record<EventType, Outcome>> = {
  invoke: 'unknown',
  info: 'unknown',
  ok: 'ok',
  fail: 'fail',
};

/** The operations of Jepsen events, in order of their calls. */
export function operationsOfRows(rows: readonly Row[]): readonly Operation[] | Malformed {
  const events: Event[] = [];
  for (const row of rows) {
    const event = eventOf(row, events.length);
    if ('kind' in event) return event;
    events.push(event);
  }
  return pairEvents(events);
}

function eventOf({ map, line }: Row, position: number): Event | Malformed {
  const type = eventTypes.find((each) => each === map.type);
  if (type === undefined)
    return malformed(line, 'an event with "type" invoke, ok, fail or info', found(map));
  const index = typeof map.index === 'number' ? map.index : position;
  const f = textOrNull(map.f);
  if (map.value !== undefined && f === null && !Array.isArray(map.value))
    return malformed(line, 'an event with "f", or a list of steps as its "value"', show(map));
  return {
    type,
    process: textOrNull(map.process),
    f,
    key: textOrNull(map.key),
    value: map.value ?? null,
    index,
    line,
  };
}

function found(map: JsonMap): string {
  return 'call' in map ? 'an operation with "call": two kinds of history are mixed' : show(map);
}

function textOrNull(value: Json | undefined): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : show(value);
}

/** Pairs each return with its call. */
export function pairEvents(events: readonly Event[]): readonly Operation[] | Malformed {
  const open: Opened[] = [];
  const operations: Opened[] = [];
  for (const [rank, event] of events.entries()) {
    if (event.process === 'nemesis') continue;
    if (event.type === 'invoke') {
      const fault = begin({ event, rank, end: null, endRank: null }, open, operations);
      if (fault !== null) return fault;
      continue;
    }
    const at = open.findIndex((each) => belongs(each.event, event, open));
    const begun = open[at];
    if (begun === undefined) return malformed(event.line, orphanExpected(event), showEvent(event));
    open.splice(at, 1);
    begun.end = event;
    begun.endRank = event.type === 'info' ? null : rank;
  }
  return operations.map(operationOf);
}

interface Opened {
  readonly event: Event;
  readonly rank: number;
  end: Event | null;
  endRank: number | null;
}

function begin(opened: Opened, open: Opened[], operations: Opened[]): Malformed | null {
  const { event } = opened;
  const busy = open.find(({ event: { process } }) => process !== null && process === event.process);
  if (busy !== undefined) {
    const expected = `process ${event.process} to finish its call of line ${busy.event.line} first`;
    return malformed(event.line, expected, showEvent(event));
  }
  open.push(opened);
  operations.push(opened);
  return null;
}

/** Without process names a return belongs to the oldest call that asks the same. */
function belongs(call: Event, end: Event, open: readonly Opened[]): boolean {
  if (call.process !== end.process) return false;
  if (end.process !== null) return end.f === null || call.f === null || call.f === end.f;
  if (call.f !== end.f) return false;
  const exact = open.some(
    ({ event }) => event.f === end.f && show(event.value) === show(end.value),
  );
  return !exact || show(call.value) === show(end.value);
}

function orphanExpected({ type, process, f }: Event): string {
  const who = process === null ? '' : ` of process ${process}`;
  return `a call (invoke ${f ?? 'txn'}${who}) before its ${type}`;
}

function showEvent({ type, process, f, value }: Event): string {
  return `${type} ${f ?? 'txn'} ${show(value)}${process === null ? '' : ` of process ${process}`}`;
}

function operationOf({ event, rank, end, endRank }: Opened): Operation {
  const outcome = end === null ? 'unknown' : outcomes[end.type];
  return {
    id: event.index,
    client: event.process,
    f: event.f ?? 'txn',
    key: event.key,
    input: event.value,
    output: outcome === 'ok' && end !== null ? end.value : null,
    outcome,
    call: rank,
    return: endRank,
    line: event.line,
    times: [rank, endRank],
  };
}

/** True when a row has the shape of an event. */
export function isEventRow({ map }: Row): boolean {
  return isMap(map) && 'type' in map;
}
