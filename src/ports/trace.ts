// Where a node's events go: a file of JSON lines in the real world, a byte-exact transcript in the
// simulator.

import type { NodeEvent } from '../core/model/records.ts';

export interface Trace {
  event(event: NodeEvent): void;
}
