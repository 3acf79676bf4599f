// What the engine tells whoever watches a run. Invariants, coverage and the trace are observers;
// the engine knows none of them by name, and nothing that they do changes the run.

import type { Input, Ready } from '../core/contract.ts';
import type { Incarnation, NodeId, StorageId, Tick } from '../core/model/ids.ts';
import type { Member } from '../core/model/member.ts';
import type { Recovered } from '../core/model/records.ts';
import type { Node } from '../core/node.ts';
import type { PlannedFault } from './plan.ts';

/**
 * `refused`: its disk was wiped or damaged, so it did not start and never will; that is the end it
 * must have. `removed`: it was told that it is no member any more, and ended.
 */
export type MachineState = 'up' | 'paused' | 'down' | 'refused' | 'removed';

/** A simulated computer, from outside. Reading it changes nothing. */
export interface MachineView {
  readonly name: NodeId;
  /** Of its directory; another machine may have, or take, the same name. */
  readonly storageId: StorageId;
  /** The living node: `up` and `paused`. */
  readonly node: Node | null;
  /** Of the current life, or of the last one; 0 before the first start. */
  readonly incarnation: Incarnation;
  readonly state: MachineState;
  /** Why the last start was refused: `storage-wiped`, `storage-corrupt`, `disk-full`, … */
  readonly refusal: string | null;
  /** False once a fault destroyed what was synced (wipe, bit flip): what only it knew is lost. */
  readonly diskSurvived: boolean;
  /** False once it was told that it is no member any more, or another machine has its name. */
  readonly isMember: boolean;
  /** Whom it was told to talk to when it last started. */
  readonly membersAtStart: readonly Member[];
}

export type End = 'kill' | 'stop' | 'fatal' | 'removed';

export interface Observer {
  /** A node was made; `recovered` is what its disk gave it. */
  onBirth?(machine: MachineView, recovered: Recovered): void;
  /** A life ended; `node` is null from now on. */
  onEnd?(machine: MachineView, how: End): void;
  /** A start was refused; `refusal` says why. */
  onRefused?(machine: MachineView): void;
  /** Before node.step. */
  onInput?(machine: MachineView, input: Input): void;
  /** After node.step. */
  onStep?(machine: MachineView): void;
  /** Right after takeReady, before any of it is carried out. */
  onReady?(machine: MachineView, ready: Ready): void;
  onFault?(fault: PlannedFault, phase: 'start' | 'end'): void;
  /** The machine dropped what it was sent, or could not send: the reasons of the real node. */
  onDrop?(machine: MachineView, reason: string): void;
  /** The storm is over: every fault has ended, and what may start has been started. */
  onCalm?(tick: Tick): void;
  /** At the end of each tick. */
  onTick?(tick: Tick): void;
}
