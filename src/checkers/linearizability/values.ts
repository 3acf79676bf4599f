// What an operation on a register saw and left, and how it is shown.

import type { Operation } from '../history/history.ts';
import { isList, type Json, show } from '../json.ts';

export function pairOf(input: Json): readonly [Json, Json] {
  return isList(input) ? [input[0] ?? null, input[1] ?? null] : [null, null];
}

/** The value that the operation saw, if it saw one. */
export function observedBy({ f, input, output, outcome }: Operation): Json | undefined {
  if (outcome !== 'ok') return undefined;
  if (f === 'read') return output;
  return f === 'cas' ? pairOf(input)[0] : undefined;
}

/** The value that the operation left, if it may have left one. */
export function writtenBy({ f, input, outcome }: Operation): Json | undefined {
  if (outcome === 'fail' || f === 'read' || f === 'append') return undefined;
  if (f === 'delete') return null;
  return f === 'cas' ? pairOf(input)[1] : input;
}

export function showRegisterOperation({ f, input, output, outcome }: Operation): string {
  if (f === 'read') return outcome === 'ok' ? `read → ${show(output)}` : 'read';
  if (f === 'delete') return 'delete';
  if (f !== 'cas') return `${f} ${show(input)}`;
  const [old, next] = pairOf(input);
  const end = outcome === 'ok' ? '' : outcome === 'fail' ? ' → refused' : ' → unknown';
  return `cas ${show(old)} to ${show(next)}${end}`;
}
