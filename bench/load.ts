// Closed-loop load: a fixed number of callers, each of which waits for its answer before it asks
// again.

export interface LoadOptions {
  /** Callers at once. */
  readonly inFlight: number;
  readonly seconds: number;
  /** One operation; the number is unique within the run. Its rejection ends the run. */
  readonly operation: (number: number) => Promise<unknown>;
}

export interface LoadResult {
  readonly operations: number;
  readonly perSecond: number;
  /** Median latency in milliseconds. */
  readonly p50: number;
}

/** Runs the load for a quarter of the time to warm up, then for the whole of it to measure. */
export async function measure(options: LoadOptions): Promise<LoadResult> {
  const warmUp = await runFor({ ...options, seconds: options.seconds / 4 }, 0);
  const { latencies, elapsedMs } = await runFor(options, warmUp.latencies.length);
  const sorted = Float64Array.from(latencies).sort();
  return {
    operations: latencies.length,
    perSecond: (latencies.length * 1000) / elapsedMs,
    p50: sorted[sorted.length >> 1] ?? 0,
  };
}

async function runFor(
  { inFlight, seconds, operation }: LoadOptions,
  first: number,
): Promise<{ latencies: number[]; elapsedMs: number }> {
  const latencies: number[] = [];
  const begin = performance.now();
  const end = begin + seconds * 1000;
  let next = first;
  const caller = async (): Promise<void> => {
    for (let at = performance.now(); at < end; at = performance.now()) {
      await operation(next++);
      latencies.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  return { latencies, elapsedMs: performance.now() - begin };
}
