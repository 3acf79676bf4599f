// Latencies of many operations in little memory. Doorway of hdr-histogram-js, loaded only when
// something is measured.

export interface LatencySummary {
  readonly count: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
}

export interface LatencyRecorder {
  record(ms: number): void;
  summary(): LatencySummary;
}

/** Counts microseconds with three significant digits, up to two minutes. */
export async function latencyRecorder(): Promise<LatencyRecorder> {
  const { build } = await import('hdr-histogram-js');
  const histogram = build({
    bitBucketSize: 64,
    lowestDiscernibleValue: 1,
    highestTrackableValue: maxMicros,
    numberOfSignificantValueDigits: 3,
  });
  const at = (percentile: number): number => inMs(histogram.getValueAtPercentile(percentile));
  return {
    record: (ms) => histogram.recordValue(Math.min(maxMicros, Math.max(1, Math.round(ms * 1000)))),
    summary: () => ({
      count: histogram.totalCount,
      meanMs: inMs(histogram.mean),
      p50Ms: at(50),
      p99Ms: at(99),
      p999Ms: at(99.9),
      maxMs: inMs(histogram.maxValue),
    }),
  };
}

const maxMicros = 120_000_000;

function inMs(micros: number): number {
  return Number.isFinite(micros) ? Math.round(micros) / 1000 : 0;
}
