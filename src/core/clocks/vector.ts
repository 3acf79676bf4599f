// Version vectors and dots (Preguiça et al. 2012). A vector is a set of write events, written down
// as the highest counter per origin. Vectors are immutable; results have their origins in code unit
// order, so that equal vectors are equal bytes; an argument that is the result already is returned
// itself.

import { compareIds, logOrigin, type Origin } from '../model/ids.ts';
import type { Dot, VersionVector } from '../model/version.ts';

export const emptyVector: VersionVector = Object.freeze({});

/** The highest counter of `origin` in `vector`; 0 when there is none (nor anything inherited). */
export function counterOf(vector: VersionVector, origin: Origin): number {
  const counter: unknown = vector[origin];
  return typeof counter === 'number' ? counter : 0;
}

/** True when the event `dot` is in the set. */
export function covers(vector: VersionVector, dot: Dot): boolean {
  return counterOf(vector, dot.origin) >= dot.counter;
}

/** True when `a` has every event of `b`; equal vectors dominate each other. */
export function dominates(a: VersionVector, b: VersionVector): boolean {
  for (const origin in b) {
    if (counterOf(a, origin as Origin) < counterOf(b, origin as Origin)) return false;
  }
  return true;
}

/** The union of both sets. */
export function merge(a: VersionVector, b: VersionVector): VersionVector {
  if (dominates(a, b)) return a;
  if (dominates(b, a)) return b;
  const origins = originsOf(a);
  for (const origin in b) {
    if (counterOf(a, origin as Origin) === 0) origins.push(origin as Origin);
  }
  return build(origins, (origin) => Math.max(counterOf(a, origin), counterOf(b, origin)));
}

/** The set with one more event. */
export function withDot(vector: VersionVector, dot: Dot): VersionVector {
  if (covers(vector, dot)) return vector;
  if (dot.origin === logOrigin && isOnlyLog(vector)) return logVector(dot.counter);
  const origins = originsOf(vector);
  if (!origins.includes(dot.origin)) origins.push(dot.origin);
  return build(origins, (origin) =>
    origin === dot.origin ? dot.counter : counterOf(vector, origin),
  );
}

/** The events of the origins that `keep` accepts. */
export function onlyOrigins(
  vector: VersionVector,
  keep: (origin: Origin, counter: number) => boolean,
): VersionVector {
  const origins = originsOf(vector).filter((origin) => keep(origin, counterOf(vector, origin)));
  return build(origins, (origin) => counterOf(vector, origin));
}

/** How many origins have events in the set. */
export function originCount(vector: VersionVector): number {
  let count = 0;
  for (const origin in vector) if (counterOf(vector, origin as Origin) > 0) count++;
  return count;
}

/** Origins in code unit order. */
export function sortedOrigins(vector: VersionVector): Origin[] {
  return originsOf(vector).sort(compareIds);
}

function originsOf(vector: VersionVector): Origin[] {
  const origins: Origin[] = [];
  for (const origin in vector) {
    if (counterOf(vector, origin as Origin) > 0) origins.push(origin as Origin);
  }
  return origins;
}

function build(origins: Origin[], counter: (origin: Origin) => number): VersionVector {
  const vector: Record<Origin, number> = {};
  for (const origin of origins.sort(compareIds)) vector[origin] = counter(origin);
  return vector;
}

/** The common case, a key that only the log has written: one small object of one shape. */
function logVector(counter: number): VersionVector {
  return { log: counter } as VersionVector;
}

function isOnlyLog(vector: VersionVector): boolean {
  for (const origin in vector) if (origin !== logOrigin) return false;
  return true;
}
