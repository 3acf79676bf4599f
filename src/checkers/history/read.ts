// Recognises what kind of history a file holds, and reads it. What is not one kind from beginning
// to end is malformed: the line, what was expected there, and what was found.

import { isEventRow, operationsOfRows } from './events.ts';
import {
  type Conventions,
  type Format,
  type History,
  type Malformed,
  malformed,
  type Operation,
} from './history.ts';
import { operationsOfIntervals, replicasOfRows } from './intervals.ts';
import { isLog, operationsOfLog } from './log.ts';
import { ednRows, jsonArrayRows, jsonLineRows, type Row, type Rows } from './rows.ts';

const conventions: Readonly<Record<Format, Conventions>> = {
  dsys: { initials: [null], nullReads: 'exact', failedCas: 'comparison' },
  jepsen: { initials: [null, 0], nullReads: 'free', failedCas: 'nothing' },
  'jepsen-log': { initials: [null], nullReads: 'exact', failedCas: 'comparison' },
  porcupine: { initials: [''], nullReads: 'exact', failedCas: 'comparison' },
};

/** The history in `text`; an empty text is an empty history. */
export function readHistory(text: string): History | Malformed {
  if (isLog(text)) return asHistory('jepsen-log', operationsOfLog(text));
  const rows = rowsOf(text.replace(/^\uFEFF/, ''));
  if (rows.kind === 'malformed') return rows;
  return historyOf(rows.rows);
}

function rowsOf(text: string): Rows {
  const start = text.trimStart();
  if (start === '') return { kind: 'rows', rows: [] };
  if (/^\{\s*("|\})/.test(start))
    return isOneValue(text) ? jsonArrayRows(`[${text}]`) : jsonLineRows(text);
  if (/^\[\s*(\{\s*"|\])/.test(start)) return jsonArrayRows(text);
  if (/^[[({;#]/.test(start)) return ednRows(text);
  const line = text.slice(0, text.length - start.length).split('\n').length;
  const expected = 'JSON lines, a JSON array, EDN, or a log of Jepsen';
  return malformed(line, expected, start.split('\n')[0] ?? '');
}

/** One JSON object printed over several lines. */
function isOneValue(text: string): boolean {
  return /^\s*\{\s*\n/.test(text);
}

function historyOf(rows: readonly Row[]): History | Malformed {
  const [first] = rows;
  if (first === undefined) return asHistory('dsys', []);
  if ('hash' in first.map) return asReplicas(rows);
  if ('call' in first.map) return asHistory('dsys', operationsOfIntervals(rows));
  if (!isEventRow(first)) {
    const expected = 'an operation (with "call"), an event (with "type") or a report (with "hash")';
    return malformed(first.line, expected, Object.keys(first.map).join(', '));
  }
  const operations = operationsOfRows(rows);
  if ('kind' in operations) return operations;
  const isPorcupine = operations.some(({ f }) => f === 'get' || f === 'put');
  return isPorcupine
    ? asHistory('porcupine', operations.map(renamed))
    : asHistory('jepsen', operations);
}

function renamed(operation: Operation): Operation {
  const f = operation.f === 'get' ? 'read' : operation.f === 'put' ? 'write' : operation.f;
  return { ...operation, f };
}

function asHistory(
  format: Format,
  operations: readonly Operation[] | Malformed,
): History | Malformed {
  if ('kind' in operations) return operations;
  return { kind: 'operations', format, operations, conventions: conventions[format] };
}

function asReplicas(rows: readonly Row[]): History | Malformed {
  const replicas = replicasOfRows(rows);
  return 'kind' in replicas ? replicas : { kind: 'replicas', replicas };
}
