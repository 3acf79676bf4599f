// A register with read, write, compare-and-set, append (of text) and delete. Values that nobody can
// have observed are one state, `unseen`: that loses nothing, and keeps fifty overlapping writes
// apart only where it matters.

import type { Conventions, Operation } from '../history/history.ts';
import { canonical, Interner, type Json, show } from '../json.ts';
import { impossible, type Model, type Role, type Roles } from './model.ts';
import { intervalOf, type ObjectKind } from './object.ts';
import { findStaleRead } from './stale-read.ts';
import { pairOf, showRegisterOperation } from './values.ts';

export const register: ObjectKind = {
  name: 'register',
  says,
  isReadOnly: ({ f, outcome }) => f === 'read' || (f === 'cas' && outcome === 'fail'),
  problemOf(entries, initial) {
    const steps = entries.map(({ operation }) => stepOf(operation));
    const model = new RegisterModel(steps, initial);
    return { intervals: entries.map((entry, at) => intervalOf(entry, model.kindOf(at))), model };
  },
  shortcut: findStaleRead,
  show: showRegisterOperation,
};

function says({ f, outcome, output }: Operation, { failedCas, nullReads }: Conventions): boolean {
  if (outcome === 'ok') return f !== 'read' || nullReads === 'exact' || output !== null;
  if (outcome === 'fail') return f === 'cas' && failedCas === 'comparison';
  return f !== 'read';
}

/**
 * read [value], write [value], append [text], swap [old, new], refuse [old]; blur and smear leave
 * what nobody can see.
 */
type Step = readonly [
  kind: 'read' | 'write' | 'append' | 'swap' | 'refuse' | 'blur' | 'smear',
  ...values: Json[],
];

function stepOf({ f, input, output, outcome }: Operation): Step {
  if (f === 'read') return ['read', output];
  if (f === 'append') return ['append', typeof input === 'string' ? input : show(input)];
  if (f !== 'cas') return ['write', f === 'delete' ? null : input];
  const [old, next] = pairOf(input);
  return outcome === 'fail' ? ['refuse', old] : ['swap', old, next];
}

const unseen = 0;
const noRole: Role = { needs: null, rejects: null, makes: null };

class RegisterModel implements Model {
  readonly initial: number;
  readonly roles: Roles | null;
  readonly #kinds = new Interner();
  readonly #kindOf: readonly number[];
  readonly #values = new Interner();
  readonly #observed = new Set<string>();
  readonly #observedTexts: readonly string[];
  readonly #hasAppends: boolean;
  readonly #hasWrites: boolean;
  readonly #next: number[][] = [];

  constructor(steps: readonly Step[], initial: Json) {
    const observed = steps
      .filter(([kind]) => kind === 'read' || kind === 'swap' || kind === 'refuse')
      .map(([, value]) => value ?? null);
    for (const value of observed) this.#observed.add(canonical(value));
    this.#observedTexts = observed.filter((value) => typeof value === 'string');
    this.#hasAppends = steps.some(([kind]) => kind === 'append');
    this.#hasWrites = steps.some(([kind]) => kind === 'write');
    this.#kindOf = steps.map((step) => this.#kinds.idOf(this.#withoutUnseen(step)));
    this.initial = this.#stateOf(initial);
    this.roles = this.#hasAppends ? null : this.#rolesOfKinds();
  }

  /** The kind of the step at that position. */
  kindOf(at: number): number {
    return this.#kindOf[at] ?? 0;
  }

  step(state: number, kind: number): number {
    const row = this.#next[state] ?? [];
    this.#next[state] = row;
    const known = row[kind];
    if (known !== undefined) return known;
    const after = this.#compute(state, this.#stepOf(kind));
    row[kind] = after;
    return after;
  }

  isPure(kind: number): boolean {
    const [step] = this.#stepOf(kind);
    return step === 'read' || step === 'refuse';
  }

  observes(kind: number): boolean {
    const [step] = this.#stepOf(kind);
    return step === 'read' || step === 'swap' || step === 'smear';
  }

  isBlind(state: number): boolean {
    return state === unseen && !this.#hasWrites;
  }

  describe(state: number): string {
    return state === unseen ? 'a value that nobody saw' : show(this.#values.valueOf(state - 1));
  }

  /** What an append leaves depends on what it finds, so appends have no roles. */
  #rolesOfKinds(): Roles {
    const roles = Array.from({ length: this.#kinds.size }, (_, kind) =>
      this.#role(this.#stepOf(kind)),
    );
    const states = this.#values.size + 1;
    return { states, forgotten: unseen, roleOf: (kind) => roles[kind] ?? noRole };
  }

  #role([kind, value = null, next = null]: Step): Role {
    if (kind === 'blur') return { ...noRole, makes: unseen };
    const state = this.#stateOf(value);
    if (kind === 'write') return { ...noRole, makes: state };
    if (kind === 'refuse') return { ...noRole, rejects: state };
    if (kind === 'smear') return { ...noRole, needs: state, makes: unseen };
    if (kind === 'swap') return { ...noRole, needs: state, makes: this.#stateOf(next) };
    return { ...noRole, needs: state };
  }

  #stepOf(kind: number): Step {
    return this.#kinds.valueOf(kind) as Step;
  }

  /**
   * All values that nobody can have seen become one, so that those who write them are of one kind.
   */
  #withoutUnseen(step: Step): Step {
    const [kind, value = null, next = null] = step;
    if (kind === 'write' && this.#stateOf(value) === unseen) return ['blur'];
    return kind === 'swap' && this.#stateOf(next) === unseen ? ['smear', value] : step;
  }

  #compute(state: number, [kind, value = null, next = null]: Step): number {
    if (kind === 'blur') return unseen;
    if (kind === 'write') return this.#stateOf(value);
    if (kind === 'append') return this.#append(state, String(value));
    const isThat = state !== unseen && state === this.#stateOf(value);
    if (kind === 'refuse') return isThat ? impossible : state;
    if (!isThat) return impossible;
    if (kind === 'smear') return unseen;
    return kind === 'swap' ? this.#stateOf(next) : state;
  }

  #append(state: number, text: string): number {
    if (state === unseen) return unseen;
    const value = this.#values.valueOf(state - 1);
    const before = value === null ? '' : typeof value === 'string' ? value : show(value);
    return this.#stateOf(before + text);
  }

  #stateOf(value: Json): number {
    const isSeen = this.#observed.has(canonical(value)) || this.#leadsToObserved(value);
    return isSeen ? this.#values.idOf(value) + 1 : unseen;
  }

  /** True: appends can make an observed text of it. */
  #leadsToObserved(value: Json): boolean {
    if (!this.#hasAppends) return false;
    const text = value === null ? '' : typeof value === 'string' ? value : show(value);
    return this.#observedTexts.some((each) => each.startsWith(text));
  }
}
