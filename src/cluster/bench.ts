// Load from one process, closed loop: `clients` operations are in flight at any time, over keys
// spread evenly by a seeded draw. What failed or is unknown is counted, never left out.

import type { Db } from '../client/api.ts';
import { seededRandom } from '../core/model/random.ts';
import { DsysError } from '../errors.ts';
import { type LatencyRecorder, type LatencySummary, latencyRecorder } from './latency.ts';

export interface BenchPlan {
  readonly op: 'put' | 'get';
  readonly clients: number;
  readonly seconds: number;
  readonly consistency: 'one' | 'quorum' | 'all';
  readonly valueBytes: number;
  /** Different keys. */
  readonly keys: number;
  readonly seed: string;
}

export interface BenchResult extends LatencySummary {
  /** Operations a second that succeeded. */
  readonly throughput: number;
  readonly failed: number;
  readonly unknown: number;
  /** How often each error came, by its code. */
  readonly errors: Readonly<Record<string, number>>;
  readonly elapsedMs: number;
}

export interface BenchRun {
  readonly result: BenchResult;
  /** Why nothing at all succeeded, with the code of the most frequent error; else null. */
  readonly failure: DsysError | null;
}

/** Not measured: connections, code that is not compiled yet. */
const warmUpMs = 500;
const preloadInFlight = 256;

/** Runs the load against a connected database; for reads the keys are written first. */
export async function runBench(db: Db, plan: BenchPlan): Promise<BenchRun> {
  const load = new Load(db, plan, await latencyRecorder());
  if (plan.op === 'get') await load.preload();
  await load.run(warmUpMs);
  load.startMeasuring(await latencyRecorder());
  const elapsedMs = await load.run(plan.seconds * 1000);
  const result = load.result(elapsedMs);
  return { result, failure: result.count > 0 ? null : load.failure() };
}

class Load {
  readonly #db: Db;
  readonly #plan: BenchPlan;
  readonly #value: Uint8Array;
  #latencies: LatencyRecorder;
  #failed = 0;
  #unknown = 0;
  #errors: Record<string, number> = {};
  readonly #latest = new Map<string, DsysError>();

  constructor(db: Db, plan: BenchPlan, latencies: LatencyRecorder) {
    this.#db = db;
    this.#plan = plan;
    this.#value = new Uint8Array(plan.valueBytes).fill(0x78);
    this.#latencies = latencies;
  }

  async preload(): Promise<void> {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < this.#plan.keys) await this.#db.put(keyOf(next++), this.#value);
    };
    await Promise.all(Array.from({ length: preloadInFlight }, worker));
  }

  /** Forgets the warm-up. */
  startMeasuring(latencies: LatencyRecorder): void {
    this.#latencies = latencies;
    this.#failed = 0;
    this.#unknown = 0;
    this.#errors = {};
  }

  /** Keeps the clients busy for so long; the time until the last of them is done. */
  async run(ms: number): Promise<number> {
    const startedAt = performance.now();
    const workers = Array.from({ length: this.#plan.clients }, (_, client) =>
      this.#client(client, startedAt + ms),
    );
    await Promise.all(workers);
    return performance.now() - startedAt;
  }

  result(elapsedMs: number): BenchResult {
    const summary = this.#latencies.summary();
    return {
      ...summary,
      throughput: Math.round((summary.count / elapsedMs) * 1000),
      failed: this.#failed,
      unknown: this.#unknown,
      errors: this.#errors,
      elapsedMs: Math.round(elapsedMs),
    };
  }

  /** null when nothing was tried, or all of it succeeded. */
  failure(): DsysError | null {
    const [first] = Object.entries(this.#errors).sort(([, a], [, b]) => b - a);
    const latest = first === undefined ? undefined : this.#latest.get(first[0]);
    if (first === undefined || latest === undefined) return null;
    const { code, message, hint, outcome } = latest;
    const { op } = this.#plan;
    return new DsysError({
      code,
      message: `not one ${op} succeeded; ${first[1]} times: ${message}`,
      hint,
      outcome,
    });
  }

  async #client(client: number, end: number): Promise<void> {
    const { keys, seed } = this.#plan;
    const random = seededRandom(`${seed}/client-${client}`);
    for (let now = performance.now(); now < end; now = performance.now()) {
      await this.#once(keyOf(random.below(keys)), now);
    }
  }

  async #once(key: string, startedAt: number): Promise<void> {
    const { op, consistency } = this.#plan;
    try {
      if (op === 'put') await this.#db.put(key, this.#value, { consistency });
      else await this.#db.get(key, { consistency });
      this.#latencies.record(performance.now() - startedAt);
    } catch (cause) {
      this.#count(cause);
    }
  }

  #count(cause: unknown): void {
    if (!(cause instanceof DsysError)) throw cause;
    if (cause.outcome === 'unknown') this.#unknown++;
    else this.#failed++;
    this.#errors[cause.code] = (this.#errors[cause.code] ?? 0) + 1;
    this.#latest.set(cause.code, cause);
  }
}

function keyOf(number: number): string {
  return `bench/${String(number).padStart(8, '0')}`;
}
