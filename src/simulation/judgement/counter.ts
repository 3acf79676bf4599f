// A counter as the linearizability search sees it: an addition that is answered tells what it came
// to, one of unknown outcome may have happened or not, a read tells the number. Absent counts as 0.

import type { Operation } from '../../checkers/history/history.ts';
import type { Json } from '../../checkers/json.ts';
import { impossible, type Model } from '../../checkers/linearizability/model.ts';
import { type Entry, intervalOf, type ObjectKind } from '../../checkers/linearizability/object.ts';

export const counter: ObjectKind = {
  name: 'counter',
  says: ({ outcome }) => outcome !== 'fail',
  isReadOnly: ({ f }) => f === 'read',
  problemOf(entries, initial) {
    const model = new CounterModel(entries, numberOf(initial));
    return { model, intervals: entries.map((entry, at) => intervalOf(entry, model.kindOf(at))) };
  },
  show: ({ f, input, output, outcome }) => {
    const came = outcome === 'ok' ? `→ ${String(output ?? 0)}` : '→ unknown';
    return f === 'read' ? `read ${came}` : `increment by ${String(input)} ${came}`;
  },
};

/** `leaves`: what an addition is known to have come to, or a read to have seen; null: not known. */
interface Step {
  readonly delta: number;
  readonly leaves: number | null;
}

class CounterModel implements Model {
  readonly initial: number;
  readonly roles = null;
  readonly #steps: Step[] = [];
  readonly #kindOfName = new Map<string, number>();
  readonly #kindOf: readonly number[];
  /** States are numbers from 0; a count may be negative. */
  readonly #states: number[] = [];
  readonly #stateOfCount = new Map<number, number>();

  constructor(entries: readonly Entry[], initial: number) {
    this.initial = this.#stateOf(initial);
    this.#kindOf = entries.map(({ operation }) => this.#learn(stepOf(operation)));
  }

  kindOf(at: number): number {
    return this.#kindOf[at] ?? 0;
  }

  step(state: number, kind: number): number {
    const step = this.#steps[kind];
    if (step === undefined) return impossible;
    const after = (this.#states[state] ?? 0) + step.delta;
    return step.leaves === null || step.leaves === after ? this.#stateOf(after) : impossible;
  }

  isPure(kind: number): boolean {
    return this.#steps[kind]?.delta === 0;
  }

  observes(kind: number): boolean {
    return this.#steps[kind]?.leaves !== null;
  }

  isBlind(): boolean {
    return false;
  }

  describe(state: number): string {
    return String(this.#states[state] ?? 0);
  }

  #learn(step: Step): number {
    const name = `${step.delta} ${step.leaves}`;
    const known = this.#kindOfName.get(name);
    if (known !== undefined) return known;
    this.#kindOfName.set(name, this.#steps.length);
    return this.#steps.push(step) - 1;
  }

  #stateOf(count: number): number {
    const known = this.#stateOfCount.get(count);
    if (known !== undefined) return known;
    this.#stateOfCount.set(count, this.#states.length);
    return this.#states.push(count) - 1;
  }
}

/** An addition at `all` that is only known to be committed says no number. */
function stepOf({ f, input, output, outcome }: Operation): Step {
  if (f === 'read') return { delta: 0, leaves: numberOf(output) };
  const isTold = outcome === 'ok' && output !== null;
  return { delta: Number(input), leaves: isTold ? numberOf(output) : null };
}

/** What stands there, as a number; a text that is none stands for no count at all. */
export function numberOf(value: Json): number {
  return value === null ? 0 : Number(value);
}
