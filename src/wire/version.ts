// Versions, dots, vectors and timestamps as positional lists. A vector is flat: origin, counter,
// origin …

import { logOrigin, type Origin } from '../core/model/ids.ts';
import type { Dot, Timestamp, Version, VersionVector } from '../core/model/version.ts';
import { type Fields, readCount, readFields, readIndex, readTerm } from './fields.ts';
import { malformed } from './malformed.ts';

/** `node1#3`: a node and its incarnation; `node4@0b7a2c91#1`: of a directory that came later. */
const nodeOrigin = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}(@[0-9a-f]{8})?#\d{1,10}$/;
/** A vector is pruned at `limits.vectorOriginsMax`; far beyond it is no vector. */
const vectorFieldsMax = 2048;

export function timestampFields(timestamp: Timestamp): Fields {
  return [timestamp.wallMs, timestamp.logical];
}

export function readTimestamp(value: unknown): Timestamp {
  const fields = readFields(value, 2, 'timestamp');
  return { wallMs: readCount(fields[0], 'wallMs'), logical: readCount(fields[1], 'logical') };
}

export function vectorFields(vector: VersionVector): Fields {
  const fields: unknown[] = [];
  pushVector(fields, vector);
  return fields;
}

/** Puts the vector at the end of a list; see readVectorFrom. */
export function pushVector(fields: unknown[], vector: VersionVector): void {
  for (const origin in vector) fields.push(origin, vector[origin as Origin]);
}

export function readVector(value: unknown): VersionVector {
  return readVectorFrom(readFields(value, 0, 'vector'), 0);
}

/** The vector that the list holds from `start` to its end. */
export function readVectorFrom(fields: Fields, start: number): VersionVector {
  const length = fields.length - start;
  if (length < 0 || length > vectorFieldsMax || length % 2 !== 0) {
    return malformed('vector', 'pairs of origin and counter', fields);
  }
  const vector: Record<Origin, number> = {};
  for (let i = start; i < fields.length; i += 2) {
    const origin = readOrigin(fields[i]);
    if (vector[origin] !== undefined) return malformed('vector', 'every origin once', origin);
    vector[origin] = readCount(fields[i + 1], 'counter');
  }
  return vector;
}

export function readOrigin(value: unknown): Origin {
  if (value === logOrigin) return logOrigin;
  if (typeof value === 'string' && nodeOrigin.test(value)) return value as Origin;
  return malformed('origin', 'log, or a node name, # and an incarnation', value);
}

export function dotFields(dot: Dot): Fields {
  return [dot.origin, dot.counter];
}

export function readDot(value: unknown): Dot {
  const fields = readFields(value, 2, 'dot');
  return { origin: readOrigin(fields[0]), counter: readCount(fields[1], 'counter') };
}

export function versionFields(version: Version): Fields {
  return [version.index, version.term, vectorFields(version.vector), timestampFields(version.hlc)];
}

export function readVersion(value: unknown): Version {
  const fields = readFields(value, 4, 'version');
  return {
    index: readIndex(fields[0]),
    term: readTerm(fields[1]),
    vector: readVector(fields[2]),
    hlc: readTimestamp(fields[3]),
  };
}
