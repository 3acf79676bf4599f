// The file of a run that failed: its plan, how it failed, and the story in a line. `dsys sim` writes
// it, `dsys replay` reads it, and the repository keeps those that once found a bug.

import { formatJsonFile, type JsonField, parseJsonFile } from '../../wire/json-file.ts';
import { type Failure, type InvariantName, invariantNames } from '../outcome.ts';
import type { Plan } from '../plan.ts';
import { readPlan } from './plan-fields.ts';

export interface ReplayFile {
  readonly schema: 1;
  /** What the file is about, for people. */
  readonly story: string;
  /** How the plan failed when the file was written. */
  readonly failure: ExpectedFailure | null;
  readonly plan: Plan;
}

export type ExpectedFailure = Pick<Failure, 'kind' | 'invariant' | 'message'>;

const hint = 'see docs/simulation.md for the form, or have dsys sim write the file again';
const kinds: readonly Failure['kind'][] = ['correctness', 'liveness', 'crash'];

/** Throws `config-invalid` that names `path`, the field, what was expected and what was found. */
export function parseReplayFile(text: string, path: string): ReplayFile {
  const root = parseJsonFile(text, { path, hint, schema: 1 });
  root.only(['schema', 'story', 'failure', 'plan']);
  return {
    schema: 1,
    story: root.at('story').text('text', () => true),
    failure: readFailure(root.at('failure')),
    plan: readPlan(root.at('plan')),
  };
}

export function formatReplayFile(file: ReplayFile): string {
  return formatJsonFile(file);
}

function readFailure(field: JsonField): ExpectedFailure | null {
  if (field.value === null) return null;
  field.only(['kind', 'invariant', 'message']);
  const isKind = (text: string): boolean => kinds.includes(text as Failure['kind']);
  const isName = (text: string): boolean => invariantNames.includes(text as InvariantName);
  return {
    kind: field.at('kind').text(kinds.join(', '), isKind) as Failure['kind'],
    invariant: field.at('invariant').text('the name of an invariant', isName) as InvariantName,
    message: field.at('message').text('text', () => true),
  };
}
