// The result of `dsys bench` as a person sees it.

export interface BenchFacts {
  readonly count: number;
  readonly throughput: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly maxMs: number;
  readonly failed: number;
  readonly unknown: number;
  readonly errors: Readonly<Record<string, number>>;
  readonly elapsedMs: number;
}

export function benchLines(
  plan: { readonly op: string; readonly consistency: string; readonly clients: number },
  result: BenchFacts,
): string[] {
  const { throughput, count, failed, unknown, errors } = result;
  const codes = Object.entries(errors).map(([code, times]) => `${code} ${times}`);
  const why = codes.length > 0 ? `  (${codes.join(', ')})` : '';
  const percentiles = [
    `p50 ${ms(result.p50Ms)}`,
    `p99 ${ms(result.p99Ms)}`,
    `p999 ${ms(result.p999Ms)}`,
    `max ${ms(result.maxMs)}`,
  ];
  return [
    `${plan.op} ${plan.consistency}  ${plan.clients} in flight  ${throughput}/s`,
    `  latency  ${percentiles.join('  ')}`,
    `  ok ${count}  failed ${failed}  unknown ${unknown}${why}`,
  ];
}

function ms(number: number): string {
  return `${number < 10 ? number.toFixed(2) : number.toFixed(1)} ms`;
}
