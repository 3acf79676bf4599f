// Cuts a file into rows: one JSON or EDN map each, with the line on which it begins. Knows JSON
// lines, one JSON array, EDN maps one after another, and one EDN vector or list.

import { isList, isMap, type Json, type JsonMap, show } from '../json.ts';
import { type Form, parseEdn } from './edn.ts';
import { type Malformed, malformed } from './history.ts';

export interface Row {
  readonly map: JsonMap;
  readonly line: number;
}

export type Rows = { readonly kind: 'rows'; readonly rows: readonly Row[] } | Malformed;

/** One JSON object a line; empty lines are skipped. */
export function jsonLineRows(text: string): Rows {
  const rows: Row[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const map = parsedJson(line);
    if (!isMap(map)) return malformed(index + 1, 'one JSON object on the line', line.trim());
    rows.push({ map, line: index + 1 });
  }
  return { kind: 'rows', rows };
}

/** One JSON array of objects. */
export function jsonArrayRows(text: string): Rows {
  const value = parsedJson(text);
  const starts = elementLines(text);
  if (!isList(value))
    return malformed(starts.last, 'one whole JSON array of objects', 'something else');
  return rowsOf(value, starts.lines);
}

/** EDN maps, bare or in one vector or list. */
export function ednRows(text: string): Rows {
  const forms = parseEdn(text);
  if ('kind' in forms) return forms;
  const [only] = forms;
  if (forms.length === 1 && only !== undefined && isList(only.value))
    return rowsOf(only.value, only.elementLines);
  return rowsOf(
    forms.map((form: Form) => form.value),
    forms.map((form: Form) => form.line),
  );
}

function rowsOf(values: readonly Json[], lines: readonly number[]): Rows {
  const rows: Row[] = [];
  for (const [index, map] of values.entries()) {
    const line = lines[index] ?? 1;
    if (!isMap(map)) return malformed(line, 'a map with the fields of an event', show(map));
    rows.push({ map, line });
  }
  return { kind: 'rows', rows };
}

function parsedJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The line on which each element of a JSON array begins, and the last line that holds anything. */
function elementLines(text: string): { readonly lines: readonly number[]; readonly last: number } {
  const lines: number[] = [];
  let [line, last, depth, inText, fresh] = [1, 1, 0, false, true];
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] ?? '';
    if (letter === '\n') line++;
    if (inText) {
      if (letter === '\\') at++;
      else if (letter === '"') inText = false;
      continue;
    }
    if (/\s/.test(letter)) continue;
    last = line;
    if (depth === 1 && fresh && letter !== ']') lines.push(line);
    if (depth === 1) fresh = letter === ',';
    if (letter === '"') inText = true;
    else if (letter === '[' || letter === '{') depth++;
    else if (letter === ']' || letter === '}') depth--;
  }
  return { lines, last };
}
