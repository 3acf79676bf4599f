// Judges of what a torture run saw. Pure, so that tests can show each judge a lie and see it caught
// (test/bench/judges.test.ts).

/** What became of one write. */
export type Fate = 'acknowledged' | 'failed' | 'unknown';

/**
 * One key with one writer that never writes a value twice and waits for each answer. Then a read
 * may return the last acknowledged value, or that of a write of unknown outcome; nothing else,
 * ever.
 */
export class RegisterJudge {
  readonly #key: string;
  #last: string | null = null;
  #lastNumber = 0;
  #writes = 0;
  /**
   * Value → its place in the order of writing. A write of unknown outcome may act later, but once.
   */
  readonly #unknown = new Map<string, number>();
  readonly #failed = new Set<string>();
  /**
   * Reads that saw a write of unknown outcome act after a later one was acknowledged; allowed, and
   * rare.
   */
  late = 0;

  constructor(key: string) {
    this.#key = key;
  }

  wrote(value: string, fate: Fate): void {
    const number = ++this.#writes;
    if (fate === 'acknowledged') this.#settle(value, number);
    else if (fate === 'unknown') this.#unknown.set(value, number);
    else this.#failed.add(value);
  }

  /**
   * What is wrong with a read that began and ended while no write was under way; null when it may
   * be.
   */
  read(value: string | null): string | null {
    if (value === this.#last) return null;
    const number = value === null ? undefined : this.#unknown.get(value);
    if (value !== null && number !== undefined) {
      if (number < this.#lastNumber) this.late++;
      this.#unknown.delete(value);
      this.#settle(value, number);
      return null;
    }
    const why =
      value !== null && this.#failed.has(value) ? 'of a write that "certainly failed"' : '';
    return `${this.#key}: expected ${this.#last}, found ${value} ${why}`.trim();
  }

  #settle(value: string, number: number): void {
    this.#last = value;
    this.#lastNumber = number;
  }
}

/**
 * A counter that many increment by one. Each acknowledged increment counts once, each unknown one
 * at most once.
 */
export class CounterJudge {
  readonly #key: string;
  acknowledged = 0;
  unknown = 0;

  constructor(key: string) {
    this.#key = key;
  }

  incremented(fate: Fate): void {
    if (fate === 'acknowledged') this.acknowledged++;
    else if (fate === 'unknown') this.unknown++;
  }

  read(value: number): string | null {
    const most = this.acknowledged + this.unknown;
    if (value >= this.acknowledged && value <= most) return null;
    return `${this.#key}: expected ${this.acknowledged} to ${most}, found ${value}`;
  }
}

export interface ReplicaState {
  readonly node: string;
  readonly group: number;
  readonly appliedIndex: number;
  readonly hash: string;
}

/** Replicas of one group at one applied index must have one hash. */
export function divergences(states: readonly ReplicaState[]): string[] {
  const first = new Map<string, ReplicaState>();
  return states.flatMap((state) => {
    const place = `${state.group}@${state.appliedIndex}`;
    const other = first.get(place);
    if (other === undefined) first.set(place, state);
    if (other === undefined || other.hash === state.hash) return [];
    return [`group ${place}: ${other.node} has ${other.hash}, ${state.node} has ${state.hash}`];
  });
}

/** True when every group has `replicas` answers, all at the same applied index. */
export function isSettled(states: readonly ReplicaState[], replicas: number): boolean {
  const groups = new Map<number, ReplicaState[]>();
  for (const state of states) groups.set(state.group, [...(groups.get(state.group) ?? []), state]);
  return [...groups.values()].every(
    (members) =>
      members.length === replicas &&
      members.every((member) => member.appliedIndex === members[0]?.appliedIndex),
  );
}
