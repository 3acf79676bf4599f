// The isolation levels that can be promised, and what each forbids (Adya 1999; Bailis et al. 2013;
// Elle). A level is a family and a time: a client's own order (session) or real time (strong,
// strict) must then be respected too.

import type { Shape } from './cycles.ts';
import { edges } from './graph.ts';

export type Family = 'read-uncommitted' | 'read-committed' | 'snapshot-isolation' | 'serializable';

export interface Isolation {
  readonly name: string;
  readonly family: Family;
  /** Sets of time edges that may take part in a forbidden cycle; the plainest first. */
  readonly timeMasks: readonly number[];
}

const none = [0];
const session = [0, edges.process];
const realtime = [0, edges.process, edges.realtime];

const level = (name: string, family: Family, timeMasks: readonly number[]): Isolation => ({
  name,
  family,
  timeMasks,
});

export const isolations: readonly Isolation[] = [
  level('strict-serializable', 'serializable', realtime),
  level('strong-session-serializable', 'serializable', session),
  level('serializable', 'serializable', none),
  level('strong-snapshot-isolation', 'snapshot-isolation', realtime),
  level('strong-session-snapshot-isolation', 'snapshot-isolation', session),
  level('snapshot-isolation', 'snapshot-isolation', none),
  level('read-committed', 'read-committed', none),
  level('read-uncommitted', 'read-uncommitted', none),
];

export function isolationNamed(name: string): Isolation | null {
  return isolations.find((each) => each.name === name) ?? null;
}

/** Phenomena that are no cycles. */
export type Phenomenon =
  | 'duplicate-elements'
  | 'unwritten-read'
  | 'dirty-update'
  | 'cyclic-versions'
  | 'G1a'
  | 'G1b'
  | 'incompatible-order'
  | 'internal'
  | 'lost-update';

const uncommitted: readonly Phenomenon[] = [
  'duplicate-elements',
  'unwritten-read',
  'dirty-update',
  'cyclic-versions',
];
const committed: readonly Phenomenon[] = [...uncommitted, 'G1a', 'G1b', 'incompatible-order'];
const snapshot: readonly Phenomenon[] = [...committed, 'internal', 'lost-update'];

const phenomena: Readonly<Record<Family, readonly Phenomenon[]>> = {
  'read-uncommitted': uncommitted,
  'read-committed': committed,
  'snapshot-isolation': snapshot,
  serializable: snapshot,
};

const shapes: Readonly<Record<Family, readonly Shape[]>> = {
  'read-uncommitted': ['G0'],
  'read-committed': ['G0', 'G1c'],
  'snapshot-isolation': ['G0', 'G1c', 'G-single', 'G-nonadjacent'],
  serializable: ['G0', 'G1c', 'G-single', 'G-nonadjacent', 'G2'],
};

export function forbids({ family }: Isolation, phenomenon: Phenomenon): boolean {
  return phenomena[family].includes(phenomenon);
}

/** The gravest first. */
export function forbiddenShapes({ family }: Isolation): readonly Shape[] {
  return shapes[family];
}
