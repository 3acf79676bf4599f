// Contexts come from outside, and may be of another key or another cluster.

import { counterOf, onlyOrigins } from '../clocks/vector.ts';
import { logOrigin } from '../model/ids.ts';
import type { VersionVector } from '../model/version.ts';
import type { Position } from './merges.ts';

/** `context` without positions that the log had not reached at `at`: nobody can have seen them. */
export function knownAt(context: VersionVector, at: Position): VersionVector {
  if (counterOf(context, logOrigin) < at.index) return context;
  return onlyOrigins(context, (origin) => origin !== logOrigin);
}
