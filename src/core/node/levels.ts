// The parts that keep what each consistency level promises (DESIGN 2), put together: `quorum` is
// writes and reads, `all` waits for every replica behind them, `one` is tentative.

import type { HybridClock } from '../clocks/hlc.ts';
import type { NodeId } from '../model/ids.ts';
import type { Bounds } from '../model/limits.ts';
import type { Calls } from './call.ts';
import type { Durability } from './durability.ts';
import { EveryReplica } from './every-replica.ts';
import type { Liveness } from './liveness.ts';
import type { Outbox } from './outbox.ts';
import { Reads } from './reads.ts';
import type { Replica } from './replica.ts';
import { Tentative } from './tentative.ts';
import { Writes } from './writes.ts';

export interface LevelsOptions {
  readonly self: NodeId;
  readonly calls: Calls;
  readonly liveness: Liveness;
  readonly clock: HybridClock;
  readonly durability: Durability;
  readonly outbox: Outbox;
  readonly wallMs: number;
  readonly bounds: Bounds;
  /** The replica's raft has something to say now, although nobody asked it: it may be quiet. */
  readonly onProposed: (replica: Replica) => void;
}

export interface Levels {
  readonly everyReplica: EveryReplica;
  readonly writes: Writes;
  readonly reads: Reads;
  readonly tentative: Tentative;
}

export function levelsOf(options: LevelsOptions): Levels {
  const everyReplica = new EveryReplica(options);
  return {
    everyReplica,
    writes: new Writes({ ...options, everyReplica }),
    reads: new Reads({ ...options, everyReplica }),
    tentative: new Tentative(options),
  };
}
