// Histories for tests, built in a few words.

import type { Operation, Outcome } from '../../src/checkers/history/history.ts';
import type { Json } from '../../src/checkers/json.ts';

export interface Brief {
  readonly f: string;
  readonly input?: Json;
  readonly output?: Json;
  readonly outcome?: Outcome;
  readonly client?: string;
  readonly key?: string;
}

/** An operation between two ranks; `end` null: it never returned. */
export function operation(call: number, end: number | null, brief: Brief): Operation {
  const outcome = brief.outcome ?? (end === null ? 'unknown' : 'ok');
  return {
    id: call,
    client: brief.client ?? null,
    f: brief.f,
    key: brief.key ?? null,
    input: brief.input ?? null,
    output: brief.output ?? null,
    outcome,
    call,
    return: outcome === 'unknown' ? null : end,
    line: call + 1,
    times: [call, end],
  };
}
