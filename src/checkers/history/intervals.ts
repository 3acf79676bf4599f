// dsys's own form: one operation a line, with the time of its call and of its return. Also the
// reports of replicas, one a line, from which convergence is judged.

import { isMap, type Json, type JsonMap, show } from '../json.ts';
import {
  type Malformed,
  malformed,
  type Operation,
  type Outcome,
  type ReplicaReport,
} from './history.ts';
import type { Row } from './rows.ts';

const functions = ['read', 'write', 'cas', 'append', 'delete'];

/** The operations in order of their calls; times become ranks. */
export function operationsOfIntervals(rows: readonly Row[]): readonly Operation[] | Malformed {
  const timed: Operation[] = [];
  for (const row of rows) {
    const fault = faultOf(row);
    if (fault !== null) return fault;
    timed.push(operationOf(row, timed.length));
  }
  return ranked(timed);
}

function faultOf({ map, line }: Row): Malformed | null {
  const bad = (expected: string, found: Json | undefined): Malformed =>
    malformed(line, expected, found === undefined ? 'nothing' : show(found));
  if ('type' in map && !('call' in map))
    return malformed(line, 'an operation with "call"', 'an event: two kinds of history are mixed');
  if (!functions.includes(String(map.f))) return bad(`"f" one of ${functions.join(', ')}`, map.f);
  if (typeof map.key !== 'string') return bad('"key" with a text', map.key);
  if (!Number.isSafeInteger(map.call)) return bad('"call" with a whole number', map.call);
  return faultOfEnd(map, bad) ?? faultOfValue(map, bad);
}

type Bad = (expected: string, found: Json | undefined) => Malformed;

function faultOfEnd(map: JsonMap, bad: Bad): Malformed | null {
  const { call, return: end, out } = map;
  if (end !== null && !Number.isSafeInteger(end))
    return bad('"return" with a whole number, or null when the outcome is unknown', end);
  if (end !== null && Number(end) < Number(call))
    return bad(`"return" at or after the call at ${show(call ?? null)}`, end);
  if ((end === null) !== (out === null))
    return bad('"return" and "out" both null (unknown outcome) or neither', out);
  if (out !== null && (!isMap(out) || typeof out.ok !== 'boolean'))
    return bad('"out" with "ok" true or false, or null', out);
  return null;
}

function faultOfValue({ f, value, old }: JsonMap, bad: Bad): Malformed | null {
  if (f === 'append' && typeof value !== 'string')
    return bad('"value" with the text to append', value);
  if ((f === 'write' || f === 'cas') && value === undefined) return bad('"value" to write', value);
  return f === 'cas' && old === undefined ? bad('"old" that the cas expects', old) : null;
}

function operationOf({ map, line }: Row, position: number): Operation {
  const out = isMap(map.out) ? map.out : null;
  const outcome: Outcome = out === null ? 'unknown' : out.ok === true ? 'ok' : 'fail';
  return {
    id: typeof map.id === 'number' ? map.id : position,
    client: map.client === undefined || map.client === null ? null : String(map.client),
    f: String(map.f),
    key: String(map.key),
    input: map.f === 'cas' ? [map.old ?? null, map.value ?? null] : (map.value ?? null),
    output: outcome === 'ok' ? (out?.value ?? null) : null,
    outcome,
    call: 0,
    return: null,
    line,
    times: [Number(map.call), map.return === null ? null : Number(map.return)],
  };
}

/** A call at the same instant as a return comes before it. */
function ranked(timed: readonly Operation[]): readonly Operation[] {
  const moments = timed.flatMap(({ times: [call, end] }, at) => [
    { at, time: call, end: 0 },
    ...(end === null ? [] : [{ at, time: end, end: 1 }]),
  ]);
  moments.sort((a, b) => a.time - b.time || a.end - b.end || a.at - b.at);
  const calls: number[] = [];
  const returns: (number | null)[] = timed.map(() => null);
  for (const [rank, { at, end }] of moments.entries()) {
    if (end === 0) calls[at] = rank;
    else returns[at] = rank;
  }
  return timed
    .map((operation, at) => ({
      ...operation,
      call: calls[at] ?? 0,
      return: returns[at] ?? null,
    }))
    .sort((a, b) => a.call - b.call);
}

/** `{"node":"node1","group":3,"appliedIndex":118,"hash":"…"}`, one a line. */
export function replicasOfRows(rows: readonly Row[]): readonly ReplicaReport[] | Malformed {
  const replicas: ReplicaReport[] = [];
  for (const { map, line } of rows) {
    const { node, group, appliedIndex, hash } = map;
    const isReport =
      typeof node === 'string' &&
      Number.isSafeInteger(group) &&
      Number.isSafeInteger(appliedIndex) &&
      typeof hash === 'string';
    if (!isReport)
      return malformed(line, 'a report with "node", "group", "appliedIndex" and "hash"', show(map));
    replicas.push({ node, group: Number(group), appliedIndex: Number(appliedIndex), hash });
  }
  return replicas;
}
