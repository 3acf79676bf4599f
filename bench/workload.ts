// The load of a torture run: workers that each write keys of their own (unique values), read them
// back, and add to shared counters. Every outcome goes to a judge; what a judge finds wrong is
// kept.

import type { Db } from '../src/client/api.ts';
import type { Random } from '../src/core/model/random.ts';
import { DsysError } from '../src/errors.ts';
import { CounterJudge, type Fate, RegisterJudge } from './judges.ts';

const keysPerWorker = 16;
const counters = 8;
const padding = 'x'.repeat(80);

export interface Tally {
  writes: Record<Fate, number>;
  reads: number;
  readsWithoutAnswer: number;
  increments: Record<Fate, number>;
}

export class Workload {
  readonly #db: Db;
  readonly #random: Random;
  readonly #registers = new Map<string, RegisterJudge>();
  readonly #counters = new Map<string, CounterJudge>();
  readonly violations: string[] = [];
  readonly tally: Tally = {
    writes: { acknowledged: 0, failed: 0, unknown: 0 },
    reads: 0,
    readsWithoutAnswer: 0,
    increments: { acknowledged: 0, failed: 0, unknown: 0 },
  };
  #stopped = false;

  constructor(options: { db: Db; random: Random }) {
    this.#db = options.db;
    this.#random = options.random;
    for (let number = 0; number < counters; number++) {
      const key = `counter:${number}`;
      this.#counters.set(key, new CounterJudge(key));
    }
  }

  /** Reads that saw a write of unknown outcome act late. */
  get late(): number {
    return [...this.#registers.values()].reduce((sum, judge) => sum + judge.late, 0);
  }

  /** Runs until `stop`. */
  async run(workers: number): Promise<void> {
    await Promise.all(Array.from({ length: workers }, (_, number) => this.#work(number)));
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Reads everything back; the cluster must be whole. */
  async verify(): Promise<void> {
    for (const [key, judge] of this.#registers) {
      this.#note(judge.read((await this.#db.get(key, { timeoutMs: 10_000 })).text));
    }
    for (const [key, judge] of this.#counters) {
      const { text } = await this.#db.get(key, { timeoutMs: 10_000 });
      this.#note(judge.read(Number(text ?? 0)));
    }
  }

  async #work(worker: number): Promise<void> {
    const random = this.#random.stream(`worker ${worker}`);
    for (let number = 1; !this.#stopped; number++) {
      const key = `w${worker}:${random.below(keysPerWorker)}`;
      const judge = this.#registers.get(key) ?? new RegisterJudge(key);
      this.#registers.set(key, judge);
      const draw = random.below(10);
      if (draw < 5) await this.#write(key, `${key}#${number} ${padding}`, judge);
      else if (draw < 8) await this.#read(key, judge);
      else await this.#increment(`counter:${random.below(counters)}`);
    }
  }

  async #write(key: string, value: string, judge: RegisterJudge): Promise<void> {
    const fate = await fateOf(this.#db.put(key, value));
    judge.wrote(value, fate);
    this.tally.writes[fate]++;
  }

  async #read(key: string, judge: RegisterJudge): Promise<void> {
    try {
      const { text } = await this.#db.get(key);
      this.tally.reads++;
      this.#note(judge.read(text));
    } catch (error) {
      if (!(error instanceof DsysError)) throw error;
      this.tally.readsWithoutAnswer++;
    }
  }

  async #increment(key: string): Promise<void> {
    const fate = await fateOf(this.#db.incr(key, 1));
    this.#counters.get(key)?.incremented(fate);
    this.tally.increments[fate]++;
  }

  #note(violation: string | null): void {
    if (violation !== null) this.violations.push(violation);
  }
}

async function fateOf(write: Promise<unknown>): Promise<Fate> {
  try {
    await write;
    return 'acknowledged';
  } catch (error) {
    if (!(error instanceof DsysError)) throw error;
    return error.outcome;
  }
}
