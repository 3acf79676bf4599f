// Steady load on every partition while the cluster changes: one writer a partition puts values that
// are never repeated, reads them back and judges what it sees. What is measured is the gap: from the
// moment an operation was due until the partition acknowledged one again, however many failed between.

import type { Db } from '../src/client/api.ts';
import { DsysError } from '../src/errors.ts';
import { groupOfKey } from '../src/wire/key-hash.ts';
import { type Fate, RegisterJudge } from './judges.ts';

/** One operation a partition and so many milliseconds; 64 partitions then do 640 a second. */
const paceMs = 100;
/** One in so many is a read. */
const readEvery = 4;
const padding = 'x'.repeat(80);

export interface LoadTally {
  readonly writes: Record<Fate, number>;
  reads: number;
  readsFailed: number;
}

export class PartitionLoad {
  readonly #db: Db;
  readonly #writers: Writer[];
  #stopped = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(db: Db, partitions: number) {
    this.#db = db;
    this.#writers = Array.from({ length: partitions }, (_, at) => {
      return new Writer(keyOf(at + 1, partitions), { tally: this.tally, errors: this.errors });
    });
  }

  readonly tally: LoadTally = {
    writes: { acknowledged: 0, failed: 0, unknown: 0 },
    reads: 0,
    readsFailed: 0,
  };
  /** How often each error came, by its code. */
  readonly errors = new Map<string, number>();

  start(): void {
    const until = (): boolean => this.#stopped;
    this.#running = Promise.all(this.#writers.map((writer) => writer.run(this.#db, until)));
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  /** The longest gap of each partition since this was last asked, in milliseconds. */
  takeGaps(): number[] {
    return this.#writers.map((writer) => writer.takeGap());
  }

  /** Latencies of what was acknowledged since this was last asked. */
  takeLatencies(): number[] {
    return this.#writers.flatMap((writer) => writer.takeLatencies());
  }

  get violations(): string[] {
    return this.#writers.flatMap(({ violations }) => violations);
  }

  /** Reads everything back; the load must have stopped. */
  async verify(): Promise<void> {
    for (const writer of this.#writers) await writer.verify(this.#db);
  }
}

class Writer {
  readonly #key: string;
  readonly #judge: RegisterJudge;
  readonly #counts: { readonly tally: LoadTally; readonly errors: Map<string, number> };
  readonly violations: string[] = [];
  #latencies: number[] = [];
  #gap = 0;
  /** Since when an operation is due that was not acknowledged yet. */
  #waitingSince: number | null = null;

  constructor(key: string, counts: { tally: LoadTally; errors: Map<string, number> }) {
    this.#key = key;
    this.#judge = new RegisterJudge(key);
    this.#counts = counts;
  }

  async run(db: Db, until: () => boolean): Promise<void> {
    await sleep(Math.random() * paceMs);
    for (let number = 1; !until(); number++) {
      const due = performance.now();
      this.#waitingSince ??= due;
      const ok = await (number % readEvery === 0 ? this.#read(db) : this.#write(db, number));
      if (ok) this.#acknowledged(due);
      await sleep(ok ? Math.max(0, due + paceMs - performance.now()) : 1);
    }
  }

  takeGap(): number {
    const open = this.#waitingSince === null ? 0 : performance.now() - this.#waitingSince;
    const gap = Math.max(this.#gap, open);
    this.#gap = 0;
    return gap;
  }

  takeLatencies(): number[] {
    const latencies = this.#latencies;
    this.#latencies = [];
    return latencies;
  }

  async verify(db: Db): Promise<void> {
    this.#note(this.#judge.read((await db.get(this.#key, { timeoutMs: 10_000 })).text));
  }

  #acknowledged(due: number): void {
    const now = performance.now();
    this.#latencies.push(now - due);
    this.#gap = Math.max(this.#gap, now - (this.#waitingSince ?? due));
    this.#waitingSince = null;
  }

  async #write(db: Db, number: number): Promise<boolean> {
    const value = `${this.#key}#${number} ${padding}`;
    const fate = await this.#fateOf(db.put(this.#key, value));
    this.#judge.wrote(value, fate);
    this.#counts.tally.writes[fate]++;
    return fate === 'acknowledged';
  }

  async #read(db: Db): Promise<boolean> {
    let text: string | null = null;
    const reading = db.get(this.#key).then((got) => {
      text = got.text;
    });
    if ((await this.#fateOf(reading)) !== 'acknowledged') {
      this.#counts.tally.readsFailed++;
      return false;
    }
    this.#counts.tally.reads++;
    this.#note(this.#judge.read(text));
    return true;
  }

  async #fateOf(work: Promise<unknown>): Promise<Fate> {
    try {
      await work;
      return 'acknowledged';
    } catch (error) {
      if (!(error instanceof DsysError)) throw error;
      const { errors } = this.#counts;
      errors.set(error.code, (errors.get(error.code) ?? 0) + 1);
      return error.outcome;
    }
  }

  #note(violation: string | null): void {
    if (violation !== null) this.violations.push(violation);
  }
}

/** A key of the partition with this number. */
function keyOf(partition: number, partitions: number): string {
  for (let number = 0; ; number++) {
    const key = `load:${number}`;
    if (groupOfKey(key, partitions) === partition) return key;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The value below which this share of the numbers is; 0 of none. */
export function percentile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
