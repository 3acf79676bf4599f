// What the clients saw, in the order in which they saw it. Every call and every return gets a rank
// of its own: no two events of a run are at the same time, so the judges lose nothing to ticks.

import type { Operation, Outcome } from '../../checkers/history/history.ts';
import type { Json } from '../../checkers/json.ts';
import type { Consistency } from '../../core/model/operation.ts';

/** One operation as its client saw it. */
export interface Recorded {
  /** Of the plan; a planned operation may be recorded as several. */
  readonly planned: number;
  readonly client: number;
  readonly f: 'read' | 'write' | 'cas' | 'delete' | 'increment';
  readonly key: string;
  readonly consistency: Consistency;
  /** The value written, [old, new] of a cas, the delta of an increment. */
  readonly input: Json;
  /** `clientId/seq` of a write. */
  readonly session: string | null;
  readonly call: number;
  readonly tick: number;
  /** null while it is open, and when its outcome is unknown. */
  return: number | null;
  outcome: Outcome;
  /** What was read, or what an increment came to. */
  output: Json;
  /** Why it failed; null: it did not, or its comparison did. */
  failure: string | null;
}

type Asked = Pick<
  Recorded,
  'planned' | 'client' | 'f' | 'key' | 'consistency' | 'input' | 'session' | 'tick'
>;

export class Recorder {
  readonly #operations: Recorded[] = [];
  #rank = 0;

  get operations(): readonly Recorded[] {
    return this.#operations;
  }

  /** The rank of a call; several operations may share one request, and have a rank each. */
  nextRank(): number {
    this.#rank += 1;
    return this.#rank;
  }

  begin(asked: Asked): Recorded {
    const recorded: Recorded = {
      ...asked,
      call: this.nextRank(),
      return: null,
      outcome: 'unknown',
      output: null,
      failure: null,
    };
    this.#operations.push(recorded);
    return recorded;
  }

  /** A read whose key was not known when it was asked: one of many that a scan is. */
  readSince(call: number, asked: Asked, output: Json): void {
    const read: Recorded = {
      ...asked,
      call,
      return: this.nextRank(),
      outcome: 'ok',
      output,
      failure: null,
    };
    this.#operations.push(read);
  }

  succeed(recorded: Recorded, output: Json): void {
    recorded.return = this.nextRank();
    recorded.outcome = 'ok';
    recorded.output = output;
  }

  /** Certainly no effect. `failure` null: the comparison of a cas failed. */
  fail(recorded: Recorded, failure: string | null): void {
    recorded.return = this.nextRank();
    recorded.outcome = 'fail';
    recorded.failure = failure;
  }

  /** In the form of the checkers, in order of the calls. */
  history(): readonly Operation[] {
    const sorted = this.#operations.filter(isTelling).sort((a, b) => a.call - b.call);
    return sorted.map((recorded, at) => asOperation(recorded, at));
  }
}

/**
 * A failed cas is information only when it was the comparison that failed; a read at `one` promises
 * nothing that an order of all operations could break.
 */
function isTelling({ f, consistency, outcome, failure }: Recorded): boolean {
  if (outcome === 'fail') return f === 'cas' && failure === null;
  return f !== 'read' || (consistency !== 'one' && outcome === 'ok');
}

/** A `one` write that is acknowledged acts when the log merges it: some time after its call. */
function asOperation(recorded: Recorded, at: number): Operation {
  const { client, f, key, consistency, input, output, call, outcome } = recorded;
  const isOpen = outcome === 'unknown' || consistency === 'one';
  const end = isOpen ? null : recorded.return;
  return {
    id: at,
    client: `client${client}`,
    f,
    key,
    input,
    output: isOpen ? null : output,
    outcome: isOpen ? 'unknown' : outcome,
    call,
    return: end,
    line: at + 1,
    times: [call, end],
  };
}
