// A judgement for people and for scripts: the verdict first, then why, then the operations that
// prove it.

import type { Operation } from './history/history.ts';
import { isList, type Json, show } from './json.ts';
import type { Judgement } from './judgement.ts';
import { showRegisterOperation } from './linearizability/values.ts';

/** Lines after the verdict; the first one says why. */
export function judgementLines(judgement: Judgement): readonly string[] {
  const { why, story = [], witness = [] } = judgement;
  const others = (judgement.anomalies ?? []).slice(1);
  const isTold = story.length > 0 && witness.every(({ f }) => f === 'txn');
  return [
    ...(why === undefined ? [] : [why]),
    ...(isTold ? [] : operationLines(witness)),
    ...story.map((line) => `  ${line}`),
    ...others.map((each) => `also ${each.why}`),
  ];
}

/** Operations shown before the rest is only counted. */
const shownMax = 40;

function operationLines(operations: readonly Operation[]): readonly string[] {
  const shown = operations.slice(0, shownMax).map((each) => ({
    line: `line ${each.line}`,
    who: each.client === null ? '' : `client ${each.client}`,
    what: showOperation(each),
    when: interval(each),
  }));
  const width = (column: 'line' | 'who' | 'what'): number =>
    Math.max(0, ...shown.map((row) => row[column].length));
  const lines = shown.map((row) =>
    [
      row.line.padEnd(width('line')),
      row.who.padEnd(width('who')),
      row.what.padEnd(width('what')),
      row.when,
    ].join('  '),
  );
  const rest = operations.length - shown.length;
  return [...lines, ...(rest > 0 ? [`… and ${rest} more`] : [])].map((line) => `  ${line}`);
}

function interval({ times: [call, end] }: Operation): string {
  return end === null ? `[${call}, …) outcome unknown` : `[${call}, ${end}]`;
}

function showOperation(operation: Operation): string {
  const { f, input, output, outcome } = operation;
  if (['read', 'write', 'cas', 'append', 'delete'].includes(f))
    return showRegisterOperation(operation);
  const asked = input === null ? f : `${f} ${show(input)}`;
  return outcome === 'ok' && output !== null ? `${asked} → ${show(output)}` : asked;
}

/** The `check` value of the command line's JSON, without `schema`. */
export function judgementJson(judgement: Judgement): Readonly<Record<string, unknown>> {
  const { verdict, model, operations, why, story, witness, anomalies } = judgement;
  return {
    verdict,
    model,
    operations,
    ...(why === undefined ? {} : { why }),
    ...(story === undefined || story.length === 0 ? {} : { story }),
    ...(witness === undefined ? {} : { witness: witness.map(operationJson) }),
    ...(anomalies === undefined
      ? {}
      : { anomalies: anomalies.map(({ name, why: reason }) => ({ name, why: reason })) }),
  };
}

/** dsys's own history form, so that a witness is itself a history. */
function operationJson(operation: Operation): Readonly<Record<string, unknown>> {
  const { id, client, f, key, outcome, output, line, times } = operation;
  return {
    id,
    client,
    f,
    ...(key === null ? {} : { key }),
    ...inputJson(operation),
    call: times[0],
    return: times[1],
    out: outcome === 'unknown' ? null : { ok: outcome === 'ok', value: output },
    line,
  };
}

function inputJson({ f, input }: Operation): Readonly<Record<string, Json>> {
  if (f === 'cas' && isList(input)) return { old: input[0] ?? null, value: input[1] ?? null };
  return { value: input };
}
