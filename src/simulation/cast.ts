// Who takes part in a run besides the machines: the clients that ask, and the judges that watch.
// The engine drives them and knows nothing else of them.

import type { Operation } from '../checkers/history/history.ts';
import type { ClusterId, NodeId, Tick } from '../core/model/ids.ts';
import type { Limits } from '../core/model/limits.ts';
import type { Random } from '../core/model/random.ts';
import type { MachineView, Observer } from './observation.ts';
import type { Coverage } from './outcome.ts';
import type { Plan } from './plan.ts';
import type { Recorded } from './workload/recorder.ts';

/** The clients' end of the network: frames of wire/client-frame.ts in both directions. */
export interface ClientNetwork {
  /** Replies come in the tick in which they arrive; a node that is down never answers. */
  connect(options: {
    /** The number of the client: names its own stream of chance in the network. */
    readonly client: number;
    readonly node: NodeId;
    readonly onFrame: (frame: Uint8Array) => void;
  }): ClientConnection;
}

export interface ClientConnection {
  send(frame: Uint8Array): void;
  close(): void;
}

/** Levels at which every key is read once more when all is over. */
export type LastLevel = 'quorum' | 'all';

export interface WorkloadSetting {
  readonly plan: Plan;
  readonly clusterId: ClusterId;
  /** Names in the cluster's file, as it is now; sorted. */
  readonly clusterFile: () => readonly NodeId[];
  /** Those of the plan over the constants: as every node has them. */
  readonly limits: Limits;
  /** Of the workload alone; take one named stream per client or operation. */
  readonly random: Random;
  readonly network: ClientNetwork;
  /** Murmur3 over a key's bytes: partition = 1 + hash % partitions. */
  readonly hash: (text: string) => number;
  /** The true time of the simulated world; the clients' clocks do not skew. */
  readonly wallMs: () => number;
  /** In the calm: nothing excuses a last read of this level any more. */
  readonly mayReadLast: (level: LastLevel) => boolean;
}

export interface Workload {
  /** Called once a tick, before anything is delivered: issue what is due, retry, give up. */
  onTick(tick: Tick): void;
  /** The storm is over: what is open must now complete. */
  onCalm(tick: Tick): void;
  /** True when every operation of the plan has been issued and is completed or given up. */
  readonly idle: boolean;
  /** What waits, for the story of a liveness failure. */
  openOperations(): readonly string[];
  history(): readonly Operation[];
  /** The same with all that the form of the checkers leaves out: failures, weak reads, sessions. */
  recorded(): readonly Recorded[];
}

/** The world when it has come to rest. */
export interface Rest {
  readonly tick: Tick;
  /** Sorted by name. */
  readonly machines: readonly MachineView[];
  readonly workload: Workload;
}

export interface Judges {
  readonly observers: readonly Observer[];
  /**
   * What keeps the world from rest besides open operations (replicas that differ, merges that wait),
   * or null. Asked every few ticks of the calm; when the calm's last tick has come it is a failure.
   */
  unrest(rest: Rest): string | null;
  /** The checks of the end; throws Violation. */
  judge(rest: Rest): void;
  coverage(): Coverage;
}

export type MakeWorkload = (setting: WorkloadSetting) => Workload;
export type MakeJudges = (plan: Plan) => Judges;
