// Several registers that are read and written together, each operation at one instant: a map from
// name to value.

import type { Conventions, Operation } from '../history/history.ts';
import { Interner, isList, isMap, type Json, type JsonMap, show } from '../json.ts';
import { impossible, type Model } from './model.ts';
import { intervalOf, type ObjectKind } from './object.ts';

const isRead = (f: Json | undefined): boolean => f === 'r' || f === 'read';

/** The steps of a transaction, as its outcome tells them. */
function stepsOf({ input, output, outcome }: Operation): readonly Json[] {
  const steps = outcome === 'ok' && isList(output) ? output : input;
  return isList(steps) ? steps : [];
}

const isReadStep = (step: Json): boolean => isList(step) && isRead(step[0]);

function says(operation: Operation, _conventions: Conventions): boolean {
  if (operation.outcome === 'fail') return false;
  return operation.outcome === 'ok' || !stepsOf(operation).every(isReadStep);
}

export const multiRegister: ObjectKind = {
  name: 'multi-register',
  says,
  isReadOnly: (operation) => stepsOf(operation).every(isReadStep),
  problemOf(entries, initial) {
    const kinds = new Interner();
    const intervals = entries.map((entry) =>
      intervalOf(entry, kinds.idOf(stepsOf(entry.operation))),
    );
    return { intervals, model: new MultiRegisterModel(kinds, initial) };
  },
  show: (operation) => stepsOf(operation).map(showStep).join(', '),
};

function showStep(step: Json): string {
  if (!isList(step)) return show(step);
  const [f = null, name = null, value = null] = step;
  return isRead(f) ? `${keyOf(name)} → ${show(value)}` : `${keyOf(name)} = ${show(value)}`;
}

const keyOf = (name: Json): string => (typeof name === 'string' ? name : show(name));

class MultiRegisterModel implements Model {
  readonly initial: number;
  readonly roles = null;
  readonly #kinds: Interner;
  readonly #states = new Interner();
  readonly #initialValue: Json;

  constructor(kinds: Interner, initialValue: Json) {
    this.#kinds = kinds;
    this.#initialValue = initialValue;
    this.initial = this.#states.idOf({});
  }

  step(state: number, kind: number): number {
    const before = this.#states.valueOf(state);
    const steps = this.#kinds.valueOf(kind);
    const after = isMap(before) && isList(steps) ? this.#execute(before, steps) : null;
    return after === null ? impossible : this.#states.idOf(after);
  }

  isPure(kind: number): boolean {
    const steps = this.#kinds.valueOf(kind);
    return isList(steps) && steps.every(isReadStep);
  }

  observes(): boolean {
    return true;
  }

  isBlind(): boolean {
    return false;
  }

  describe(state: number): string {
    return show(this.#states.valueOf(state));
  }

  /** null: a step reads what is not there. A read of null says nothing. */
  #execute(before: JsonMap, steps: readonly Json[]): JsonMap | null {
    let after = before;
    for (const step of steps) {
      if (!isList(step)) continue;
      const [f, name = null, value = null] = step;
      const key = keyOf(name);
      if (!isRead(f)) after = { ...after, [key]: value };
      else if (value !== null && show(after[key] ?? this.#initialValue) !== show(value))
        return null;
    }
    return after;
  }
}
