// Who still needs a state, and who can still make it: counts over everything that is not linearized
// yet. A state that somebody needs must not be left when nobody can make it again; one that nobody
// mentions can be forgotten.

import type { Interval, Role, Roles } from './model.ts';

export class Supply {
  readonly #roles: Roles;
  /** Operations that must act, and can only act in the state. */
  readonly #needed: Int32Array;
  readonly #makers: Int32Array;
  /** Everything that can tell the state from the forgotten one. */
  readonly #mentions: Int32Array;
  #rejecters = 0;

  constructor(roles: Roles, intervals: readonly Interval[]) {
    this.#roles = roles;
    this.#needed = new Int32Array(roles.states);
    this.#makers = new Int32Array(roles.states);
    this.#mentions = new Int32Array(roles.states);
    for (const each of intervals) this.change(each, 1);
  }

  /** An interval was linearized or expired (-1), or that was taken back (1). */
  change({ kind, isOptional }: Interval, by: 1 | -1): void {
    const { needs, rejects, makes }: Role = this.#roles.roleOf(kind);
    if (needs !== null && !isOptional) this.#add(this.#needed, needs, by);
    if (needs !== null) this.#add(this.#mentions, needs, by);
    if (rejects !== null) this.#add(this.#mentions, rejects, by);
    if (rejects !== null) this.#rejecters += by;
    if (makes !== null) this.#add(this.#makers, makes, by);
  }

  #add(counts: Int32Array, state: number, by: number): void {
    counts[state] = (counts[state] ?? 0) + by;
  }

  /** False: somebody will miss the state, and nobody can bring it back. */
  mayLeave(state: number): boolean {
    return this.#needed[state] === 0 || (this.#makers[state] ?? 0) > 0;
  }

  /** The state, or the forgotten one when nobody can tell the difference any more. */
  remembered(state: number): number {
    return this.#mentions[state] === 0 ? this.#roles.forgotten : state;
  }

  /**
   * True: to stay in the forgotten state costs nothing, so what only leads there may act at once.
   */
  isIdle(before: number, after: number): boolean {
    const { forgotten } = this.#roles;
    return before === forgotten && after === forgotten && this.#rejecters === 0;
  }

  /** True: every state that is needed can be made, or is there. */
  isSufficient(initial: number): boolean {
    return this.#needed.every((needed, state) => {
      return needed === 0 || state === initial || (this.#makers[state] ?? 0) > 0;
    });
  }
}
