// The phi accrual failure detector (Hayashibara, Défago, Yared, Katayama 2004) as a read-out:
//
//   phi = −log10(1 − Φ((t − mean) / deviation))
//
// where t is the time since the last heartbeat, and mean and deviation are those of the intervals
// before it. Φ is the exact normal distribution, not the logistic approximation that Akka uses:
// phi 1, 2, 3 mean that a healthy member is silent for so long once in 10, 100, 1,000 times.

/** phi of a silence of `elapsed`. Any unit of time, the same in all three; `deviation` > 0. */
export function phiOf(
  elapsed: number,
  { mean, deviation }: { readonly mean: number; readonly deviation: number },
): number {
  const z = (elapsed - mean) / deviation;
  return z > nearMax ? farPhi(z) : 0 - Math.log10(z < 0 ? 1 - tail(-z) : tail(z));
}

/** Below this the series is exact, above it the fraction. */
const nearMax = 3;
const termsMax = 200;

/** 1 − Φ(z) for z ≥ 0. */
function tail(z: number): number {
  if (z > nearMax) return density(z) / millsFraction(z);
  let term = z;
  let sum = z;
  for (let i = 3; i < termsMax; i += 2) {
    term *= (z * z) / i;
    sum += term;
  }
  return 0.5 - density(z) * sum;
}

function density(z: number): number {
  return Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
}

/** In logarithms, because the tail itself is soon too small for a number. */
function farPhi(z: number): number {
  const logDensity = (-z * z) / 2 - Math.log(2 * Math.PI) / 2;
  return (Math.log(millsFraction(z)) - logDensity) / Math.LN10;
}

/** Laplace's continued fraction: density(z) / tail(z) = z + 1/(z + 2/(z + 3/(z + …))). */
function millsFraction(z: number): number {
  let fraction = z;
  for (let i = termsMax; i >= 1; i--) fraction = z + i / fraction;
  return fraction;
}
