// The operations of a plan as they are read from a file. What may be done to a key depends on its
// class (workload/keys.ts): a judge that met anything else would call it a violation.

import { type NodeId, tick } from '../../core/model/ids.ts';
import { consistencies } from '../../core/model/operation.ts';
import type { JsonField } from '../../wire/json-file.ts';
import type { OperationKind, PlannedOperation } from '../plan.ts';
import { classOf, type KeyClass } from '../workload/keys.ts';

export interface OperationPlace {
  readonly members: readonly NodeId[];
  /** Operations are issued in this time. */
  readonly ticks: number;
}

const clientsMax = 1000;
const retriesMax = 1000;
const deadlineTicksMax = 100_000;
const charsMax = 1000;
/** A value stays short in a plan; see workload/values.ts for how big ones are written. */
const paddingMax = 1_000_000;

const kindsOf: Readonly<Record<KeyClass, readonly OperationKind[]>> = {
  register: ['read', 'write', 'cas', 'delete'],
  list: ['read', 'append'],
  counter: ['read', 'increment'],
  mixed: ['read', 'write', 'cas', 'delete'],
};
const kinds: readonly OperationKind[] = [
  'read',
  'write',
  'cas',
  'append',
  'delete',
  'increment',
  'scan',
];

const operationFields: readonly (keyof PlannedOperation)[] = [
  'id',
  'at',
  'client',
  'via',
  'kind',
  'key',
  'value',
  'consistency',
  'retries',
  'deadlineTicks',
];

export function readOperations(
  field: JsonField,
  place: OperationPlace,
): readonly PlannedOperation[] {
  const operations = field.list().map((item) => readOperation(item, place));
  const ids = new Set(operations.map(({ id }) => id));
  if (ids.size < operations.length) field.refuse('every id once');
  return operations;
}

function readOperation(field: JsonField, { members, ticks }: OperationPlace): PlannedOperation {
  field.only(operationFields);
  const kind = readWord(field.at('kind'), kinds);
  return {
    id: field.at('id').whole(1, Number.MAX_SAFE_INTEGER),
    at: tick(field.at('at').whole(0, ticks)),
    client: field.at('client').whole(1, clientsMax),
    via: readWord(field.at('via'), ['leader', ...members]),
    kind,
    key: readKey(field.at('key'), kind),
    value: readValue(field.at('value'), kind),
    consistency: readWord(field.at('consistency'), consistencies),
    retries: field.at('retries').whole(0, retriesMax),
    deadlineTicks: field.at('deadlineTicks').whole(1, deadlineTicksMax),
  };
}

function readWord<Word extends string>(field: JsonField, words: readonly Word[]): Word {
  return field.text(words.join(', '), (text) => words.includes(text as Word)) as Word;
}

function readKey(field: JsonField, kind: OperationKind): string {
  const key = field.text(
    `text of at most ${charsMax} characters`,
    (text) => text.length <= charsMax,
  );
  if (kind === 'scan') return key;
  if (key === '') return field.refuse('a key');
  const allowed = kindsOf[classOf(key)];
  return allowed.includes(kind) ? key : field.refuse(`a key that allows ${kind}`);
}

function readValue(field: JsonField, kind: OperationKind): string | null {
  switch (kind) {
    case 'write':
    case 'cas':
    case 'append':
      return field.text('printable ASCII, and at most 1,000,000 after a ~', isValue);
    case 'increment':
      return field.text('a whole number as text', (text) => /^-?\d{1,15}$/.test(text));
    default:
      return field.value === null ? null : field.refuse(`null, because ${kind} carries nothing`);
  }
}

function isValue(text: string): boolean {
  if (text.length === 0 || text.length > charsMax || !/^[\x20-\x7e]+$/.test(text)) return false;
  const mark = text.lastIndexOf('~');
  return mark < 0 || Number(text.slice(mark + 1)) <= paddingMax;
}
