// The arithmetic of the failure detector against published numbers: memberlist's tables and the
// values of Akka's specification, and the exact normal distribution where Akka approximates.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Arrivals, statistics } from '../../../src/core/membership/arrivals.ts';
import { phiOf } from '../../../src/core/membership/phi.ts';
import { suspicionTimeout } from '../../../src/core/membership/suspicion.ts';
import {
  suspicionTicksMin,
  syncScale,
  transmissionsMax,
} from '../../../src/core/membership/timing.ts';
import { externalData, readExternal } from '../../external-data.ts';

interface SwimVectors {
  readonly remainingSuspicionTime: readonly {
    readonly n: number;
    readonly k: number;
    readonly elapsed_ms: number;
    readonly min_ms: number;
    readonly max_ms: number;
    readonly expect_ms: number;
  }[];
  readonly suspicion_timer: {
    readonly k: number;
    readonly min_ms: number;
    readonly max_ms: number;
    readonly 'confirmers->timeout_ms': Readonly<Record<string, number>>;
  };
  readonly suspicionTimeout_mult3_interval1s_div3_ms: Readonly<Record<string, number>>;
  readonly retransmitLimit_mult3: Readonly<Record<string, number>>;
}

interface PhiVectors {
  readonly cdf: readonly { t: number; mean: number; sd: number; cdf: number; tol: number }[];
  readonly phi: readonly { t: number; phi: number }[];
  readonly phi_exact_normal: readonly { t: number; phi: number }[];
  readonly phi_mean: number;
  readonly phi_sd: number;
  readonly phi_tol: number;
  readonly history: readonly {
    readonly max?: number;
    readonly samples: readonly number[];
    readonly mean?: number;
    readonly variance: number;
  }[];
}

const has = existsSync(join(externalData, 'vectors', 'swim-memberlist.json'));
const why = has ? '' : ` (skipped: no vectors in ${externalData}; set DSYS_EXTERNAL_DATA)`;
const read = <Vectors>(file: string): Vectors =>
  JSON.parse(readExternal('vectors', file)) as Vectors;

describe.skipIf(!has)(`memberlist's tables${why}`, () => {
  const vectors = has ? read<SwimVectors>('swim-memberlist.json') : ({} as SwimVectors);

  it('what remains of a suspicion after some confirmations and some time', () => {
    for (const row of vectors.remainingSuspicionTime) {
      const limits = { expected: row.k, min: row.min_ms, max: row.max_ms };
      expect(suspicionTimeout(row.n, limits) - row.elapsed_ms).toBe(row.expect_ms);
    }
  });

  it('a suspicion of 0.5 to 2 s lasts 2, 1.25, 0.81, 0.5 s with 0, 1, 2, 3 confirmations', () => {
    const { k, min_ms: min, max_ms: max, ...timer } = vectors.suspicion_timer;
    for (const [count, expected] of Object.entries(timer['confirmers->timeout_ms'])) {
      const timeout = suspicionTimeout(Number(count), { expected: k, min, max });
      // The table rounds to 10 ms.
      expect(Math.abs(timeout - expected)).toBeLessThan(10);
    }
  });

  it('the shortest suspicion grows with the logarithm of the group', () => {
    const table = Object.entries(vectors.suspicionTimeout_mult3_interval1s_div3_ms);
    expect(table.length).toBeGreaterThan(5);
    for (const [members, expected] of table) {
      const timing = { suspicionMultiplier: 3, probeTicks: 1000 };
      expect(Math.floor(suspicionTicksMin(Number(members), timing) / 3)).toBe(expected);
    }
  });

  it('a rumour is told so often, and everything compared so seldom', () => {
    for (const [members, expected] of Object.entries(vectors.retransmitLimit_mult3)) {
      expect(transmissionsMax(Number(members), 3)).toBe(expected);
    }
    expect([1, 32, 33, 64, 65, 128].map(syncScale)).toEqual([1, 1, 2, 2, 3, 3]);
  });
});

describe.skipIf(!has)(`phi accrual${why}`, () => {
  const vectors = has ? read<PhiVectors>('phi-accrual.json') : ({} as PhiVectors);
  const normal = () => ({ mean: vectors.phi_mean, deviation: vectors.phi_sd });

  it('is the exact normal distribution', () => {
    for (const { t, mean, sd, cdf, tol } of vectors.cdf) {
      expect(Math.abs(1 - 10 ** -phiOf(t, { mean, deviation: sd }) - cdf)).toBeLessThan(tol);
    }
    for (const { t, phi } of vectors.phi_exact_normal) {
      expect(Math.abs(phiOf(t, normal()) - phi)).toBeLessThan(0.01);
    }
  });

  it('agrees with Akka where its approximation is good, and not in the tail', () => {
    const off = vectors.phi.map(({ t, phi }) => Math.abs(phiOf(t, normal()) - phi));
    const isNear = off.map((distance) => distance <= vectors.phi_tol);
    expect(isNear).toEqual([true, true, true, true, false, false, false]);
  });

  it('stays a number far out, where the tail itself is too small for one', () => {
    expect(phiOf(10, { mean: 0, deviation: 1 })).toBeCloseTo(23.118, 3);
    expect(phiOf(100, { mean: 0, deviation: 1 })).toBeCloseTo(2173.87, 1);
    expect(phiOf(-25, { mean: 0, deviation: 1 })).toBe(0);
    const [below, above] = [2.9999, 3.0001].map((t) => phiOf(t, { mean: 0, deviation: 1 }));
    expect((above ?? 0) - (below ?? 0)).toBeLessThan(0.001);
  });

  it('mean and variance of the intervals', () => {
    for (const { max, samples, mean, variance } of vectors.history) {
      const found = statistics(max === undefined ? samples : samples.slice(-max));
      if (mean !== undefined) expect(found.mean).toBeCloseTo(mean, 4);
      expect(found.variance).toBeCloseTo(variance, 4);
    }
  });
});

describe('the behaviour of an accrual detector', () => {
  const options = {
    samplesMax: 1000,
    firstEstimate: 1000,
    deviationMin: 100,
    acceptablePause: 0,
    outagePhi: 8,
  };
  const heartbeats = (
    beats: readonly number[],
    changes: Partial<typeof options> = {},
  ): Arrivals => {
    const arrivals = new Arrivals({ ...options, ...changes });
    for (const at of beats) arrivals.heard(at);
    return arrivals;
  };

  it('phi is 0 before any heartbeat', () => {
    expect(heartbeats([]).phi(10_000)).toBe(0);
  });

  it('heartbeats at 0, 1000, 1100: well at 1200 and gone at 8200, with a threshold of 3', () => {
    const arrivals = heartbeats([0, 1000, 1100]);
    expect(arrivals.phi(1200)).toBeLessThan(3);
    expect(arrivals.phi(8200)).toBeGreaterThan(3);
  });

  it('a pause of 3 s that is acceptable is accepted, and a longer one is not', () => {
    const pause = { acceptablePause: 3000 };
    expect(heartbeats([0, 1000, 2000, 3000, 4000], pause).phi(8000)).toBeLessThan(3);
    const beats = [0, 1000, 2000, 3000, 4000, 4500, 5000];
    expect(heartbeats(beats, pause).phi(10_000)).toBeGreaterThan(3);
  });

  it('only the last intervals count', () => {
    const short = heartbeats([0, 100, 200, 300], { samplesMax: 3 }).phi(400);
    const long = heartbeats([0, 500, 1000, 1500], { samplesMax: 3 }).phi(2000);
    expect(Math.abs(short - long)).toBeLessThan(0.001);
  });

  it('a burst of heartbeats that waited in a queue is one heartbeat', () => {
    const arrivals = heartbeats([0, 1000, 2000]);
    const before = arrivals.phi(3500);
    for (let i = 0; i < 50; i++) arrivals.heard(2000);
    expect(arrivals.phi(3500)).toBe(before);
  });
});
